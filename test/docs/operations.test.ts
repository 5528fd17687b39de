import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseArguments } from "../../src/cli/arguments.ts";
import { serve } from "../../src/cli/serve.ts";
import { parseConfig } from "../../src/config/index.ts";
import { parseDuration } from "../../machines/index.ts";
import { createGateway, type Gateway } from "../../src/gateway/index.ts";
import { createLogger } from "../../src/telemetry/index.ts";

const docs = new URL("../../docs/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, docs), "utf8");
const page = read("operations.md");

const adminKey = "admin-planted-0123456789";
let gateway: Gateway;
let url: string;

beforeAll(async () => {
  const credentials = ["primary", "spare"].map((id) => ({ id, provider: "openai", api_key: "sk-planted" }));
  const config = {
    models: { chat: { model: "m", credentials } },
    gateway: { port: 0, admin_key: adminKey },
  };
  gateway = createGateway(config, { logger: createLogger({ level: "silent" }) });
  ({ url } = await gateway.listen());
});
afterAll(() => gateway.close());

/** The `curl` lines of the page's section on the operator's side. */
const curls = (/admin: run by[^]*?```sh\n([^]*?)```/.exec(page)?.[1] ?? "")
  .split("\n")
  .filter((line) => line.startsWith("curl "));

describe("docs/operations.md", () => {
  it.each(curls)("has a request that works: %s", async (line) => {
    const [, address = ""] = /(http:\/\/[^"\s]+)"?$/.exec(line) ?? [];
    const [, header = ""] = /-H "authorization: (.+?)"/.exec(line) ?? [];
    const stop = new AbortController();

    const answer = await fetch(address.replace("http://127.0.0.1:8787", url), {
      method: /-X (\w+)/.exec(line)?.[1] ?? "GET",
      headers: { authorization: header.replace("$KEYSWITCH_ADMIN_KEY", adminKey) },
      signal: stop.signal,
    });

    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe(line.includes("-N") ? "text/event-stream" : "application/json");
    stop.abort();
  });

  it("has a request for every word that an operator can say", () => {
    for (const word of ["disable", "enable", "failback", "reset", "events"]) expect(curls.join("\n")).toContain(word);
  });

  it("lists every event that a gateway logs", () => {
    const sources = ["telemetry/log.ts", "cli/serve.ts", "gateway/create-gateway.ts", "gateway/answer-request.ts"];
    const logged = sources.flatMap((source) => {
      const code = readFileSync(new URL(`../../src/${source}`, import.meta.url), "utf8");
      return [...code.matchAll(/event: "(\w+)"/g)].map(([, event = ""]) => event);
    });
    const [, table = ""] = /### Log\n([^]*?)### Traces/.exec(page) ?? [];
    const listed = table.split("\n").flatMap((row) => row.match(/^\| (`[^|]+`)/)?.[1]?.match(/\w+/g) ?? []);

    expect(new Set(listed)).toEqual(new Set(["event", ...logged]));
  });

  it("leads to files and sections that are there", () => {
    const links = [...page.matchAll(/\]\(([^)#]*)(?:#([^)]+))?\)/g)];

    expect(links.length).toBeGreaterThan(5);
    for (const [, file = "", section] of links) {
      expect(existsSync(new URL(file === "" ? "operations.md" : file, docs)), file).toBe(true);
      const headings = read(file.endsWith(".md") ? file : "operations.md").match(/^#+ .+$/gm) ?? [];
      const anchors = headings.map((heading) => heading.replace(/^#+ /, "").toLowerCase().replaceAll(" ", "-"));
      if (section !== undefined) expect(anchors).toContain(section);
    }
  });
});

/** Whether `keyswitch serve` takes these arguments. */
function expectServes([command, ...args]: readonly string[]): void {
  expect(command).toBe("serve");
  expect(() => parseArguments(args, { ...serve.options, json: { says: "" } }, serve.mostOperands)).not.toThrow();
}

const config = parse(read("deploy/keyswitch.yaml")) as {
  readonly models: object;
  readonly gateway: { readonly drain_timeout: string };
};
const drainMs = parseDuration(config.gateway.drain_timeout) ?? 0;

describe("docs/deploy", () => {
  const compose = parse(read("deploy/compose.yaml")) as {
    readonly services: {
      readonly keyswitch: {
        readonly build: { readonly context: string; readonly dockerfile: string };
        readonly volumes: readonly string[];
        readonly secrets: readonly string[];
        readonly stop_grace_period: string;
      };
    };
    readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  };
  const service = compose.services.keyswitch;

  it("has a configuration that can be used, with a key for whoever comes from outside", () => {
    const withKeys = JSON.parse(JSON.stringify(config).replaceAll(/\{"file":"[^"]+"\}/g, '"sk-planted"')) as object;
    const { gateway } = parseConfig({
      ...withKeys,
      gateway: { ...(withKeys as typeof config).gateway, host: "0.0.0.0" },
    });

    expect(gateway.keys).toHaveLength(1);
  });

  it("has a Compose file that names what there is: Dockerfile, configuration, and each secret that is read", () => {
    const deploy = new URL("deploy/", docs);
    const context = new URL(`${service.build.context}/`, deploy);
    const [mounted = ""] = service.volumes[0]?.split(":") ?? [];
    const readFiles = [...JSON.stringify(config).matchAll(/"\/run\/secrets\/(\w+)"/g)].map(([, name = ""]) => name);

    expect(existsSync(new URL(service.build.dockerfile, context))).toBe(true);
    expect(existsSync(new URL(mounted, deploy))).toBe(true);
    expect(readFiles.toSorted()).toEqual([...service.secrets].toSorted());
    expect(Object.keys(compose.secrets).toSorted()).toEqual([...service.secrets].toSorted());
    expect(parseDuration(service.stop_grace_period)).toBeGreaterThan(drainMs);
  });

  it("has a Dockerfile that copies what there is, and starts what there is", () => {
    const lines = read("deploy/Dockerfile").replaceAll("\\\n", "").split("\n");
    const instructions = lines.filter((line) => line !== "" && !line.startsWith("#"));
    const copied = instructions
      .filter((line) => line.startsWith("COPY ") && !line.includes("--from="))
      .flatMap((line) => line.split(" ").slice(1, -1));
    const json = (name: string): readonly string[] =>
      JSON.parse(instructions.findLast((line) => line.startsWith(name))?.slice(name.length) ?? "") as string[];

    for (const line of instructions) {
      expect(line).toMatch(/^(?:FROM|WORKDIR|COPY|RUN|USER|EXPOSE|HEALTHCHECK|ENTRYPOINT|CMD) /);
    }
    for (const path of copied) expect(existsSync(fileURLToPath(new URL(`../${path}`, docs))), path).toBe(true);
    expect(json("ENTRYPOINT ")).toEqual(["keyswitch"]);
    expectServes(json("CMD "));
  });

  it("has a systemd unit that starts what there is, reloads by SIGHUP and waits for the drain", () => {
    const lines = read("deploy/keyswitch.service").split("\n");
    const settings = lines.filter((line) => line !== "" && !line.startsWith("#"));
    const value = (name: string): string =>
      settings.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

    for (const line of settings) expect(line).toMatch(/^(?:\[(?:Unit|Service|Install)\]|[A-Z]\w+=.*)$/);
    const [, command, ...args] = value("ExecStart").split(" ");
    expect(command).toBe("keyswitch");
    expectServes(args);
    expect(value("ExecReload")).toBe("/bin/kill -HUP $MAINPID");
    expect(Number(value("TimeoutStopSec")) * 1_000).toBeGreaterThan(drainMs);
    expect(value("RestartPreventExitStatus")).toBe("2");
  });
});
