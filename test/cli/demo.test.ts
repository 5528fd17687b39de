import { once } from "node:events";
import { beforeAll, describe, expect, it } from "vitest";
import { createLiveTable } from "../../src/cli/demo/live-table.ts";
import type { Chapter } from "../../src/cli/demo/story.ts";
import { tellStory } from "../../src/cli/demo/tell-story.ts";
import { createModel } from "../../src/index.ts";
import { failures } from "../../src/testing/fake-provider/index.ts";
import { type Ended, ended, jsonLines, keyswitch, start, watchedTerminal } from "./command-line.ts";

interface Summary {
  readonly calls: number;
  readonly answered: number;
  readonly failuresSurvived: number;
  readonly failbacks: { readonly timed: number; readonly counted: number };
  readonly surprises: number;
}

const fakeKeys = /fake-key-of/;

describe("keyswitch demo --once", () => {
  let json: Ended;
  let plain: Ended;
  let colored: Ended;
  // The story's pauses are real: all its ways of telling wait at the same time.
  beforeAll(async () => {
    [json, plain, colored] = await Promise.all([
      keyswitch(["demo", "--once", "--json"]),
      keyswitch(["demo", "--once"]),
      keyswitch(["demo", "--once"], { env: { FORCE_COLOR: "1" } }),
    ]);
  });

  it("survives at least eight failures and fails back by time and by count, over real sockets", () => {
    const { code, stdout, stderr } = json;

    expect([code, stderr]).toEqual([0, ""]);
    const events = jsonLines(stdout);
    const summary = events.at(-1) as unknown as Summary;
    expect(summary.failuresSurvived).toBeGreaterThanOrEqual(8);
    expect(summary.failbacks.timed).toBeGreaterThanOrEqual(1);
    expect(summary.failbacks.counted).toBeGreaterThanOrEqual(1);
    expect(summary.surprises).toBe(0);
    const settled = events.filter(({ event }) => event === "settled");
    expect(settled).toHaveLength(summary.calls);
    expect(settled.filter(({ result }) => result === "served")).toHaveLength(summary.answered);
    expect(stdout).not.toMatch(fakeKeys);
  });

  it("tells the story in plain lines, with colours only if forced", () => {
    expect([plain.code, plain.stderr]).toEqual([0, ""]);
    expect(plain.stdout).toContain(" 2 OpenAI has revoked the first key (401 invalid_api_key)\n");
    expect(plain.stdout).toContain("failover: openai-main → openai-spare (auth)\n");
    expect(plain.stdout).toContain("exhausted: dashscope gave out, none below it is rested; trying the others (");
    expect(plain.stdout).toContain("0 surprises (calls that ended otherwise than the story says)\n");
    expect(plain.stdout).toMatch(/✓ answered by openai-spare \(2 attempts, \d+ ms\)\n/);
    expect(plain.stdout).toMatch(/\d+ calls, \d+ answered\n/);
    expect(plain.stdout).not.toContain("\u001B");
    expect(colored.stdout).toContain("\u001B[1m");
    expect(plain.stdout + colored.stdout).not.toMatch(fakeKeys);
  });

  it("says so, and ends with 1, if a call is not answered that must be", async () => {
    const terminal = watchedTerminal();
    const allRefused: Chapter = {
      title: "Every key is refused",
      model: "claude",
      arrange: ({ set }) => {
        for (const id of ["main", "spare", "eu"]) set(`anthropic-${id}`, failures.anthropic.authentication);
      },
    };

    expect(await tellStory([allRefused], terminal, false)).toBe(1);

    expect(terminal.shown()).toMatch(/must be answered, but was all failed \((?:429|503)\)/);
    expect(terminal.shown()).toContain("1 surprise (calls that ended otherwise than the story says)");
  });
});

describe("keyswitch demo", () => {
  it("goes on until it is interrupted, and ends with the summary", async () => {
    const child = start(["demo", "--json"]);
    const end = ended(child);
    await once(child.stdout ?? child, "data");
    child.kill("SIGINT");
    const { code, stdout, stderr } = await end;

    expect([code, stderr]).toEqual([0, ""]);
    const { event, calls, answered } = jsonLines(stdout).at(-1) ?? {};
    expect(event).toBe("summary");
    expect(calls).toBeGreaterThanOrEqual(1);
    expect(answered).toBeGreaterThanOrEqual(1);
    expect(stdout).not.toMatch(fakeKeys);
  });
});

describe("the live table", () => {
  it("shows what each credential is and did, in place, within the screen", async () => {
    const credentials = ["a", "b", { id: "c", disabled: true }].map((credential) => ({
      ...(typeof credential === "string" ? { id: credential } : credential),
      provider: "custom",
      api_base: "http://127.0.0.1:9",
      api_key: "sk-planted",
    }));
    const model = createModel({ model: "m", credentials }, "chat");
    const terminal = watchedTerminal();
    const table = createLiveTable([model], terminal, "http://127.0.0.1:8000/#key=k");
    model.on("attempt", table.attempted);

    await model.call(({ credential }) => {
      if (credential.id === "a") throw Object.assign(new Error("no"), { status: 401 });
    });
    for (let line = 0; line < 50; line += 1) table.news(`news ${line} ${"long ".repeat(50)}`);
    table.redraw();
    const [, first = ""] = terminal.shown().split("\u001B[J");
    table.end();
    await model.close();

    const rows = first.split("\n");
    expect(rows[2]).toMatch(/^ {2}a +cooling 600 s +1 +0 +auth 401 code\.401/);
    expect(rows[3]).toMatch(/^ {2}b +home +1 +1 *$/);
    expect(rows[4]).toMatch(/^ {2}c +disabled +0 +0 *$/);
    expect(rows.length).toBeLessThanOrEqual(24);
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThan(80);
    expect(terminal.shown()).toContain(`\u001B[${rows.length - 1}A`);
    expect(terminal.shown().endsWith("\u001B[?25h")).toBe(true);
    expect(terminal.shown()).not.toContain("planted");
  });
});
