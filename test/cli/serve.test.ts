import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { serve } from "../../src/cli/serve.ts";
import { readableLog } from "../../src/cli/serve/readable-log.ts";
import { createLogger } from "../../src/telemetry/index.ts";
import { createFakeProvider, type FakeProvider, failures } from "../../src/testing/fake-provider/index.ts";
import { keyswitch, watchedTerminal } from "./command-line.ts";
import { runGateway, type RunningGateway } from "./running-gateway.ts";

const keyOf = (id: string): string => `sk-planted-${id}-0123456789`;
let upstream: FakeProvider;

beforeAll(async () => {
  upstream = await createFakeProvider({ labels: { [keyOf("a")]: "a", [keyOf("b")]: "b" } });
});
beforeEach(() => upstream.reset());
afterAll(() => upstream.close());

const configOf = (credentials: readonly string[] = ["a", "b"], more: object = {}) => ({
  models: {
    chat: {
      model: "m",
      credentials: credentials.map((id) => ({
        id,
        provider: "openai",
        api_key: keyOf(id),
        api_base: upstream.baseURL,
      })),
      ...more,
    },
  },
});

const call = ({ url }: RunningGateway, body: object = {}, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ model: "chat", messages: [], ...body }),
  });

const models = async ({ url }: RunningGateway) =>
  ((await (await fetch(`${url}/admin/models`)).json()) as { models: { model: string; credentials: string[] }[] })
    .models;

describe("keyswitch serve", () => {
  it("answers calls with whichever credential works, logs the move in one line of JSON, and shows it to operators", async () => {
    upstream.set(keyOf("a"), failures.openai.invalidKey);
    await using gateway = await runGateway(configOf());

    const answer = await call(gateway);
    const move = await gateway.logged("failover");
    const shown = await models(gateway);

    expect([answer.status, answer.headers.get("x-keyswitch-credential")]).toEqual([200, "b"]);
    expect(move).toMatchObject({ level: "warn", model: "chat", from: "a", to: "b", cause: "auth" });
    expect(shown).toMatchObject([{ model: "chat", active: "b", cooldowns: { a: expect.any(Number) } }]);
    expect(gateway.written() + JSON.stringify(shown) + (await answer.text())).not.toContain("planted");
  });

  it("goes on serving where nobody reads its log any more, as after a pipe into head", async () => {
    upstream.set(keyOf("a"), failures.openai.invalidKey);
    await using gateway = await runGateway(configOf());
    gateway.child.stdout?.destroy();

    const first = await call(gateway);
    const second = await call(gateway);

    expect([first.status, second.status]).toEqual([200, 200]);
    gateway.child.kill("SIGTERM");
    expect(await gateway.ended).toBe(0);
  });

  it("lets a call in flight end on SIGTERM, tells new ones to come back, and ends with 0", async () => {
    upstream.set(keyOf("a"), { delayMs: 700 });
    await using gateway = await runGateway(configOf());
    const arrived = upstream.received(1);
    const inFlight = call(gateway);
    await arrived;

    gateway.child.kill("SIGTERM");
    await gateway.logged("draining");
    const late = await call(gateway);

    expect([late.status, late.headers.get("retry-after")]).toEqual([503, "1"]);
    expect((await inFlight).status).toBe(200);
    expect(await gateway.ended).toBe(0);
  });

  it("ends at once on a second signal", async () => {
    upstream.set(keyOf("a"), { hang: true });
    await using gateway = await runGateway(configOf());
    const arrived = upstream.received(1);
    const inFlight = call(gateway).catch(() => "cut");
    await arrived;

    gateway.child.kill("SIGINT");
    await gateway.logged("draining");
    gateway.child.kill("SIGINT");

    expect(await gateway.ended).toBe(1);
    expect(await inFlight).toBe("cut");
  });

  it("does not wait for those who only listen to events", async () => {
    await using gateway = await runGateway(configOf());
    const events = await fetch(`${gateway.url}/admin/events`);

    gateway.child.kill("SIGTERM");

    expect(await events.text()).toContain("retry:");
    expect(await gateway.ended).toBe(0);
  });

  it("goes on with a changed file by itself, and keeps what it knows of the credentials that stay", async () => {
    upstream.set(keyOf("a"), failures.openai.invalidKey);
    await using gateway = await runGateway(configOf());
    await call(gateway);

    writeFileSync(join(gateway.directory, "next.yaml"), JSON.stringify(configOf(["a", "b", "c"])));
    renameSync(join(gateway.directory, "next.yaml"), join(gateway.directory, "keyswitch.yaml"));
    const reloaded = await gateway.logged("reloaded");

    expect(reloaded).toMatchObject({ cause: "file", changed: ["chat"], added: [], removed: [] });
    expect(await models(gateway)).toMatchObject([
      { credentials: ["a", "b", "c"], active: "b", cooldowns: { a: expect.any(Number) } },
    ]);
  });

  it("goes on with other models and gateway keys on SIGHUP, and says what needs a restart", async () => {
    await using gateway = await runGateway(configOf());
    const { models: chat } = configOf();

    gateway.write({
      models: { ...chat, other: chat.chat },
      gateway: { host: "127.0.0.2", keys: [{ id: "app", key: "app-planted-key" }] },
    });
    gateway.child.kill("SIGHUP");
    const reloaded = await gateway.logged("reloaded");

    expect(reloaded).toMatchObject({ added: ["other"], unchanged: ["chat"], onlyAfterRestart: ["gateway.host"] });
    expect((await call(gateway)).status).toBe(401);
    expect((await call(gateway, { model: "other" }, { authorization: "Bearer app-planted-key" })).status).toBe(200);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toMatch(/keyswitch_calls_total\{model="other",result="served"\} 1/);
    expect(gateway.written()).not.toContain("planted");
  });

  it("refuses a broken file, tells all that is wrong with it, and goes on as it was", async () => {
    await using gateway = await runGateway(configOf());

    gateway.write({ models: { chat: { model: "m", timeot: 3, credentials: [{ provider: "opnai" }] } } });
    gateway.child.kill("SIGHUP");
    const refused = await gateway.logged("reload_refused");

    expect(refused).toMatchObject({
      level: "error",
      issues: [{ path: "models.chat.credentials[0].provider" }, { path: "models.chat.timeot" }],
    });
    expect((await call(gateway)).status).toBe(200);
  });

  it("refuses to lose its keys where others can reach it, until it is started anew", async () => {
    const open = { host: "0.0.0.0", keys: [{ id: "app", key: "app-planted-key" }] };
    await using gateway = await runGateway({ ...configOf(), gateway: open });
    const url = gateway.url.replace("0.0.0.0", "127.0.0.1");

    gateway.write(configOf());
    gateway.child.kill("SIGHUP");
    const refused = await gateway.logged("reload_refused");

    expect(refused["issues"]).toMatchObject([{ path: "gateway.host", found: '"0.0.0.0" without keys' }]);
    expect((await call({ ...gateway, url })).status).toBe(401);
  });

  it("keeps the address of the command line when the file changes", async () => {
    await using gateway = await runGateway(
      { ...configOf(), gateway: { host: "127.0.0.9" } },
      {
        args: ["--host", "127.0.0.1"],
      },
    );

    gateway.child.kill("SIGHUP");

    expect(gateway.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
    expect(await gateway.logged("reloaded")).toMatchObject({
      onlyAfterRestart: [],
      msg: "reloaded: no model has changed",
    });
  });
});

describe("the examples of keyswitch serve", () => {
  it.each(serve.examples)("work: $says", async ({ line }) => {
    await using gateway = await runGateway(
      { ...configOf(), gateway: { port: 0 } },
      { args: line.split(" ").slice(2), port: undefined },
    );

    gateway.child.kill("SIGINT");

    expect(await gateway.ended).toBe(0);
  });
});

describe("keyswitch serve, where it cannot begin,", () => {
  const directory = mkdtempSync(join(tmpdir(), "keyswitch-"));
  const begin = (...args: readonly string[]) => keyswitch(["serve", ...args], { cwd: directory });
  beforeAll(() => {
    writeFileSync(join(directory, "keyswitch.yaml"), JSON.stringify(configOf()));
    writeFileSync(join(directory, "bad.yaml"), JSON.stringify({ models: { chat: { credentials: [] } }, timeout: 3 }));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it("says in one line that its port is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;

    const { code, stdout, stderr } = await begin("--port", String(port));
    taken.close();

    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^keyswitch serve: --port: found \d+, on which another process listens, wanted .+\n$/);
  });

  it.each([
    [
      ["--config", "missing.yaml"],
      /^keyswitch serve: .+missing\.yaml: found a file that cannot be read \(ENOENT\), .+\n$/,
    ],
    [["--port", "none"], /^keyswitch serve: --port: found "none", wanted a whole number .+\n$/],
    [["--host", "0.0.0.0"], /^keyswitch serve: --host: found "0\.0\.0\.0" without keys, wanted .+\n$/],
    [["--host", "192.0.2.1"], /^keyswitch serve: --host: .+without keys/],
    [["--config", "bad.yaml"], /^keyswitch serve: .+bad\.yaml has 2 errors:\n.+\n.+\n$/],
  ])("says why not: %j", async (args, complaint) => {
    const { code, stdout, stderr } = await begin(...args);

    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(complaint);
    expect(stderr).not.toMatch(/planted|at .*\.ts/);
  });
});

describe("the log on a terminal", () => {
  it("has a line for people where a pipe gets JSON", () => {
    const terminal = watchedTerminal();
    const logger = createLogger({ destination: readableLog(terminal) });

    logger.warn({ event: "failover", model: "chat" }, "failover: chat a -> b (auth)");

    expect(terminal.shown()).toMatch(/^\d\d:\d\d:\d\d {2}failover: chat a -> b \(auth\)\n$/);
  });
});
