import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { status } from "../../src/cli/status.ts";
import { createScreen, statusLines } from "../../src/cli/status/status-table.ts";
import { createFakeProvider, type FakeProvider, failures } from "../../src/testing/fake-provider/index.ts";
import { ended, jsonLines, keyswitch, keyswitchHere, shell, start, watchedTerminal } from "./command-line.ts";
import { runGateway, type RunningGateway } from "./running-gateway.ts";

const adminKey = "admin-planted-0123456789";
const keyOf = (id: string): string => `sk-planted-${id}-0123456789`;
let upstream: FakeProvider;
let gateway: RunningGateway;

beforeAll(async () => {
  upstream = await createFakeProvider();
  upstream.set(keyOf("primary"), failures.openai.invalidKey);
  const credentials = ["primary", "spare"].map((id) => ({
    id,
    provider: "openai",
    api_key: keyOf(id),
    api_base: upstream.baseURL,
  }));
  gateway = await runGateway({
    models: { chat: { model: "gpt-4o-mini", credentials }, "org/other": { model: "m", credentials } },
    gateway: { admin_key: adminKey },
  });
  await call("chat");
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await upstream.close();
});

const call = (model: string) =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [] }),
  });

const env = { KEYSWITCH_ADMIN_KEY: adminKey };

/** Runs `keyswitch status` on the gateway, as its operator. */
async function ask(...args: readonly string[]) {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const told = await keyswitchHere(["status", "--url", gateway.url, ...args]);
  expect(told.stdout + told.stderr).not.toContain("planted");
  return told;
}

describe("keyswitch status", () => {
  it("shows who serves, who rests and for how long, and what each has done", async () => {
    const { code, stdout, stderr } = await keyswitch(["status", "--url", gateway.url], { env });

    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).not.toContain("planted");
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(/^chat {2}served by spare, 1 move, next probe in (?:10 min|59\d s)$/);
    expect(lines[1]).toMatch(/^ +state +upstream +attempts +served +failed +tokens in +out$/);
    expect(lines[2]).toMatch(/^ {2}primary +rests (?:10 min|59\d s) +openai gpt-4o-mini +1 +0 +1 +0 +0$/);
    expect(lines[3]).toMatch(/^ {2}spare +serves +openai gpt-4o-mini +1 +1 +0 +\d+ +\d+$/);
    expect(lines[4]).toMatch(/^org\/other {2}served by primary, 0 moves$/);
  });

  it("shows the same to programs", async () => {
    const { code, stdout } = await ask("--json");

    expect(code).toBe(0);
    expect(jsonLines(stdout)).toMatchObject([{ models: [{ model: "chat", active: "spare" }, { model: "org/other" }] }]);
  });

  it("carries out an operator's word, and shows the model as it stands then", async () => {
    const disabled = await ask("disable", "org/other", "primary", "--json");
    const enabled = await ask("enable", "org/other", "primary", "--json");
    const failback = await ask("failback", "org/other", "--json");
    const reset = await ask("reset", "org/other");

    expect([disabled, enabled, failback, reset].map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(jsonLines(disabled.stdout)).toMatchObject([{ models: [{ active: "spare", disabled: ["primary"] }] }]);
    expect(jsonLines(enabled.stdout)).toMatchObject([{ models: [{ active: "spare", disabled: [] }] }]);
    expect(jsonLines(failback.stdout)).toMatchObject([{ models: [{ active: "spare", probing: "primary" }] }]);
    expect(reset.stdout).toMatch(/^org\/other {2}served by primary/);
  });

  it.each([
    [["disable", "chta", "primary"], 'There is no model "chta"; there is chat, org/other'],
    [["disable", "chat", "primray"], "no such credential; there is primary, spare"],
    [["disable", "chat"], "disable: found 1 names, wanted disable MODEL CREDENTIAL"],
    [["reset", "chat", "primary"], "reset: found 2 names, wanted reset MODEL"],
    [["rest", "chat"], 'verb: found "rest", wanted reset'],
    [["reset", "chat", "--watch"], "--watch: found a verb, wanted one of them"],
    [["--admin-key-file", "missing"], "--admin-key-file: found a file that cannot be read (ENOENT)"],
  ])("says what is wrong with %j, and ends with 2", async (args, complaint) => {
    const { code, stdout, stderr } = await ask(...args);

    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(complaint);
  });

  it("takes the admin key from a file too", async () => {
    const file = join(gateway.directory, "admin-key");
    writeFileSync(file, `${adminKey}\n`);

    const { code } = await keyswitch(["status", "--url", gateway.url, "--admin-key-file", file]);

    expect(code).toBe(0);
  });

  it.each([
    [{}, "the gateway wants its admin key"],
    [{ KEYSWITCH_ADMIN_KEY: "admin-planted-wrong" }, "the gateway does not take this admin key"],
  ])("says how to give the admin key where it is wanted: %j", async (env, complaint) => {
    const { code, stdout, stderr } = await keyswitch(["status", "--url", gateway.url], { env });

    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(complaint);
    expect(stderr).not.toContain("planted");
  });

  it("says that nothing answers there, or nothing that is a gateway", async () => {
    const stranger = createServer((_, response) => response.end("<html>")).listen(0, "127.0.0.1");
    await once(stranger, "listening");
    const { port } = stranger.address() as AddressInfo;

    const strange = await keyswitchHere(["status", "--url", `127.0.0.1:${port}`]);
    stranger.close();
    await once(stranger, "close");
    const silent = await keyswitchHere(["status", "--url", `http://127.0.0.1:${port}`]);

    expect(strange).toMatchObject({ code: 1, stdout: "" });
    expect(strange.stderr).toContain("is not a keyswitch gateway");
    expect(silent).toMatchObject({ code: 1, stdout: "" });
    expect(silent.stderr).toContain(`nothing answers at http://127.0.0.1:${port} (ECONNREFUSED)`);
  });

  it.each([
    [[], /^\d\d:\d\d:\d\d settled chat spare served$/m],
    [["--json"], /^\{"event":"settled","at":"[^"]+","model":"chat",.*\}$/m],
  ])("tells what happens, a line each, with --watch in a pipe: %j", async (more, line) => {
    const child = start(["status", "--watch", "--url", gateway.url, ...more], { env });
    const watched = ended(child);
    let text = "";
    child.stdout?.on("data", (chunk) => {
      text += String(chunk);
    });
    // It begins to listen at a time of its own.
    const calling = setInterval(() => void call("chat"), 100);
    while (!line.test(text)) await once(child.stdout ?? child, "data");
    clearInterval(calling);

    child.kill("SIGINT");

    const { code, stdout, stderr } = await watched;
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).not.toContain("planted");
  });

  it.each(status.examples)("has an example that works: $says", async ({ line }) => {
    const onGateway = line.replace("keyswitch status", `keyswitch status --url ${gateway.url}`);

    expect(await shell(onGateway, { env })).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("the table of models", () => {
  const model = {
    model: "chat",
    active: null,
    probing: "b",
    epoch: 3,
    credentials: ["a\u001B[2J", "b", "c"],
    disabled: ["c"],
    cooldowns: { "a\u001B[2J": 1_500 },
    nextProbeInMs: null,
    usage: {},
    upstreams: {},
  };

  it("shows nothing that a terminal would obey", () => {
    const text = statusLines([model], { paint: (_, words) => words }).join("\n");

    expect(text).not.toContain("\u001B");
    expect(text).toMatch(/^chat {2}exhausted, 3 moves\n/);
    expect(text).toMatch(/rests 2 s/);
    expect(text).toMatch(/ {2}b +probing/);
    expect(text).toMatch(/ {2}c +disabled/);
  });

  it("is drawn over itself, within the screen", () => {
    const terminal = watchedTerminal();
    const screen = createScreen(terminal);

    screen.draw(["x".repeat(200), ...Array<string>(40).fill("y")]);
    screen.draw(["z"]);
    screen.end();

    expect(terminal.shown()).toContain(`${"x".repeat(78)}…\n`);
    expect(terminal.shown()).toContain("\u001B[23A");
    expect(terminal.shown().endsWith("z\n\u001B[?25h")).toBe(true);
  });
});
