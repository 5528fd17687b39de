import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "./processes.ts";

/** Where a target finds its surroundings. */
export interface Surroundings {
  readonly port: number;
  readonly upstreamPort: number;
  /** The target's own, for whatever it writes. */
  readonly folder: string;
}

/** Something that stands between clients and the upstream, and is measured. */
export interface Target {
  readonly name: string;
  /** Builds or installs it. */
  readonly prepare?: (folder: string) => void;
  readonly command: (surroundings: Surroundings) => Command;
  /** What its clients must send besides. */
  readonly headers?: (upstreamPort: number) => Readonly<Record<string, string>>;
  /** Whether this machine has what it needs. @default it has */
  readonly isAvailable?: () => boolean;
}

const projectFolder = join(import.meta.dirname, "../../..");
const builtFolder = join(projectFolder, ".bench-dist");
const nginx = "/usr/sbin/nginx";

/** The targets, in the order of the tables. */
export const targets: readonly Target[] = [
  {
    name: "nginx",
    isAvailable: () => existsSync(nginx),
    command: ({ port, upstreamPort, folder }) => {
      const settings = join(folder, "nginx.conf");
      const template = readFileSync(join(import.meta.dirname, "targets/nginx.conf"), "utf8");
      const values = { "@FOLDER@": folder, "@PORT@": String(port), "@UPSTREAM@": String(upstreamPort) };
      writeFileSync(
        settings,
        template.replace(/@[A-Z]+@/g, (name) => values[name as keyof typeof values]),
      );
      return { program: nginx, arguments: ["-e", join(folder, "error.log"), "-c", settings] };
    },
  },
  {
    name: "bare",
    command: ({ port, upstreamPort }) => ({
      program: process.execPath,
      arguments: [
        fileURLToPath(import.meta.resolve("./targets/bare-proxy.ts")),
        String(port),
        `http://127.0.0.1:${upstreamPort}`,
        "sk-a",
      ],
    }),
  },
  {
    name: "keyswitch",
    prepare: build,
    command: ({ port, upstreamPort, folder }) => {
      const config = join(folder, "keyswitch.json");
      writeFileSync(config, JSON.stringify(keyswitchConfig(port, upstreamPort)));
      return {
        program: process.execPath,
        arguments: [join(builtFolder, "src/cli/main.js"), "serve", "--config", config],
      };
    },
  },
  {
    name: "portkey",
    prepare: installPortkey,
    command: ({ port, folder }) => ({
      program: process.execPath,
      arguments: [
        join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js"),
        `--port=${port}`,
        "--headless",
      ],
      environment: { NODE_ENV: "production" },
    }),
    headers: (upstreamPort) => ({ "x-portkey-config": JSON.stringify(portkeyConfig(upstreamPort)) }),
  },
];

function build(): void {
  rmSync(builtFolder, { recursive: true, force: true });
  execFileSync("tsc", ["-p", join(projectFolder, "tsconfig.json"), "--outDir", builtFolder], { stdio: "inherit" });
}

/** Two credentials, a gateway key, and all else as it comes: metrics, usage, log. */
function keyswitchConfig(port: number, upstreamPort: number): unknown {
  const credentials = ["a", "b"].map((id) => ({
    id,
    provider: "openai",
    api_base: `http://127.0.0.1:${upstreamPort}/v1`,
    api_key: `sk-${id}`,
  }));
  return {
    models: {
      "gpt-4o-mini": { model: "gpt-4o-mini", credentials },
      "text-embedding-3-small": { kind: "embedding", model: "text-embedding-3-small", dimension: 328, credentials },
    },
    gateway: { port, keys: [{ id: "app", key: "sk-client" }] },
  };
}

/**
 * Portkey's gateway as it was when it last worked: with the newer servers of Hono that its own range admits, it answers
 * every stream and every call for embeddings with an error.
 */
function installPortkey(folder: string): void {
  if (existsSync(join(folder, "node_modules/@portkey-ai/gateway"))) return;
  mkdirSync(folder, { recursive: true });
  const manifest = {
    private: true,
    dependencies: { "@portkey-ai/gateway": "1.15.2" },
    overrides: { "@hono/node-server": "1.14.0" },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  execFileSync("npm", ["install", "--no-audit", "--no-fund"], { cwd: folder, stdio: "inherit" });
}

function portkeyConfig(upstreamPort: number): unknown {
  const targets = ["a", "b"].map((id) => ({
    provider: "openai",
    api_key: `sk-${id}`,
    custom_host: `http://127.0.0.1:${upstreamPort}/v1`,
  }));
  return { strategy: { mode: "fallback" }, targets };
}
