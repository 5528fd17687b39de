import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { jsonLines, keyswitchHere } from "./command-line.ts";

const directory = mkdtempSync(join(tmpdir(), "keyswitch-"));
afterAll(() => rmSync(directory, { recursive: true }));

const config = join(directory, "keyswitch.yaml");
const credentials = "[{ id: a, provider: openai, api_key: planted }, { id: b, provider: openai, api_key: planted }]";
writeFileSync(
  config,
  `models:\n  chat: { model: m, credentials: ${credentials} }\n  other: { model: m, credentials: ${credentials} }\n`,
);

const explore = (...args: readonly string[]) => keyswitchHere(["explore", "--config", config, ...args]);

describe("keyswitch explore", () => {
  it("says of each state where each event leads, or why it is ignored, and how far it came", async () => {
    const { code, stdout, stderr } = await explore("--model", "chat");

    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("\ns0.serving (below next; ladder none)\n");
    expect(stdout).toMatch(/→ s1\.serving \([^)]*\): {2}AUTH, QUOTA_EXCEEDED, TRANSIENT, UNKNOWN of home/u);
    expect(stdout).toContain("ignored, because its epoch is old (S4):");
    expect(stdout).toMatch(/chat: \d+ states, \d+ pairs .* s0 is a, s1 is b\.\nUnfolded, with two calls at a time: /u);
    expect(stdout).not.toContain("planted");
  });

  it.each([
    ["html", "<!doctype html>"],
    ["mermaid", "stateDiagram-v2"],
  ])("writes the matrix of one model as %s", async (format, start) => {
    const { code, stdout } = await explore("--model", "other", "--format", format);

    expect(code).toBe(0);
    expect(stdout.startsWith(start)).toBe(true);
    expect(await explore("--format", format)).toMatchObject({ code: 2, stdout: "" });
  });

  it("tells every pair with its way as JSON, a line a model", async () => {
    const { stdout } = await explore("--json");
    const [chat] = jsonLines(stdout) as readonly {
      states: { id: string; prefix: unknown[] }[];
      pairs: { from: number; to: number | string; event: string; effect: string }[];
    }[];

    expect(jsonLines(stdout).map(({ model }) => model)).toEqual(["chat", "other"]);
    expect(chat?.states[0]?.prefix).toEqual([]);
    const failed = chat?.pairs.find(({ from, event }) => from === 0 && event === "AUTH of home");
    expect(failed?.effect).toBe("moves");
    expect(chat?.states[Number(failed?.to)]?.id).toMatch(/^s1\.serving /u);
  });

  it.each([
    ["a format that is none", ["--format", "png"], "table, json, mermaid, html"],
    ["a model that is none", ["--model", "nobody"], "one of chat, other"],
  ])("refuses %s", async (_, args, complaint) => {
    const { code, stdout, stderr } = await explore(...args);

    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(complaint);
  });
});
