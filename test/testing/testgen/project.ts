import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../../../src", import.meta.url));

/** A user's project that has keyswitch installed, from this repository's sources. */
export interface Project extends AsyncDisposable {
  readonly folder: string;
  write(path: string, text: string): Promise<void>;
  /** Runs Node there, whatever comes of it. */
  node(...args: readonly string[]): Promise<{ readonly code: number; readonly output: string }>;
}

export async function createProject(): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "keyswitch-testgen-"));
  const write = (path: string, text: string): Promise<void> => writeFile(join(folder, path), text);
  await mkdir(join(folder, "node_modules/keyswitch"), { recursive: true });
  await write("package.json", '{ "type": "module" }');
  const exports = { ".": "./index.js", "./testing": "./testing.js", "./gateway": "./gateway.js" };
  await write("node_modules/keyswitch/package.json", JSON.stringify({ name: "keyswitch", type: "module", exports }));
  await write("node_modules/keyswitch/index.js", `export * from "${source}/index.ts";`);
  await write("node_modules/keyswitch/testing.js", `export * from "${source}/testing/index.ts";`);
  await write("node_modules/keyswitch/gateway.js", `export * from "${source}/gateway/index.ts";`);
  return {
    folder,
    write,
    node: (...args) =>
      new Promise((resolve) => {
        // A test runner within a test runner would take itself for the other's child.
        const env = { PATH: process.env["PATH"] ?? "", NO_COLOR: "1" };
        execFile(process.execPath, args, { cwd: folder, env, maxBuffer: 1e8 }, (error, stdout, stderr) => {
          resolve({ code: typeof error?.code === "number" ? error.code : 0, output: stdout + stderr });
        });
      }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
