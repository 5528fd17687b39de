import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { keyswitchHere } from "./command-line.ts";

const directory = mkdtempSync(join(tmpdir(), "keyswitch-"));
afterAll(() => rmSync(directory, { recursive: true }));

const config = join(directory, "keyswitch.yaml");
const credentials = "[{ id: a, provider: openai, api_key: planted }, { id: b, provider: openai, api_key: planted }]";
writeFileSync(
  config,
  `models:\n  chat: { model: m, credentials: ${credentials} }\n  other: { model: m, credentials: ${credentials} }\n`,
);
const state = join(directory, "state.json");
const snapshot = {
  model: "chat",
  credentials: ["a", "b"],
  active: "b",
  probing: null,
  disabled: [],
  cooldowns: { a: 1 },
};

const graph = (...args: readonly string[]) => keyswitchHere(["graph", "--config", config, ...args]);

describe("keyswitch graph", () => {
  it.each([
    ["mermaid", "stateDiagram-v2"],
    ["dot", "digraph"],
    ["svg", "<svg"],
    ["json", '{"title":"chat"'],
  ])("draws a model as %s", async (format, start) => {
    const { code, stdout, stderr } = await graph("--model", "chat", "--format", format);

    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(start);
    expect(stdout).not.toContain("planted");
  });

  it("shows the model of a saved snapshot, as it stands", async () => {
    writeFileSync(state, JSON.stringify(snapshot));
    const { code, stdout } = await graph("--state", state);

    expect(code).toBe(0);
    expect(stdout).toContain("class s1_serving home");
    expect(stdout).toContain("class s0_serving cooling");
  });

  it("wants one model for a format that holds one", async () => {
    expect(await graph()).toMatchObject({ code: 2, stdout: "" });
    expect((await graph()).stderr).toContain("--model chat or --model other");
  });

  it.each([
    ["a format that is none", ["--format", "png"], "--format"],
    ["a model that is none", ["--model", "nobody"], "one of chat, other"],
    ["a snapshot that is not there", ["--state", "/nowhere.json"], "cannot be read (ENOENT)"],
    ["a snapshot that is none", ["--state", config], "--state"],
  ])("refuses %s", async (_, args, complaint) => {
    const { code, stdout, stderr } = await graph(...args);

    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(complaint);
    expect(stderr).not.toContain("planted");
  });
});
