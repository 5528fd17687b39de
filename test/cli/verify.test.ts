import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { run } from "../../src/cli/run.ts";
import { simulate } from "../../src/testing/simulate/index.ts";
import { jsonLines, pipedTerminal } from "./command-line.ts";

const directory = mkdtempSync(join(tmpdir(), "keyswitch-"));
afterAll(() => rmSync(directory, { recursive: true }));

const config = join(directory, "keyswitch.yaml");
const credentials =
  "[{ id: main, provider: openai, api_key: planted }, { id: spare, provider: openai, api_key: planted }]";
writeFileSync(
  config,
  `models:\n  chat: { model: m, credentials: ${credentials} }\n  other: { model: m, credentials: ${credentials} }\n`,
);
const rules = join(directory, "rules.mjs");
writeFileSync(
  rules,
  `export const invariants = [{ name: "one is enough", holds: ({ calls }) => calls.every(({ tried }) => tried.length < 2) }];`,
);
const noRules = join(directory, "no-rules.mjs");
writeFileSync(noRules, `export const invariants = [{ name: 1 }];`);

const brokenRules = join(directory, "broken-rules.mjs");
writeFileSync(brokenRules, `export const invariants = [{ name: "odd", holds: (state) => state.nothing.there }];`);

async function verify(...args: readonly string[]) {
  const terminal = pipedTerminal();
  const code = await run(["verify", "--config", config, ...args], terminal);
  return { code, stdout: terminal.shown(), stderr: terminal.complaints() };
}

describe("keyswitch verify", () => {
  it("tells of every model what was checked and how far, and that all holds", async () => {
    const { code, stdout, stderr } = await verify("--acts", "2000");

    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^chat\n {2}every event in every state {3}\d+ states of 2 credentials, \d+ pairs\n/u);
    expect(stdout).toMatch(/two calls at a time .* 20\d\d acts; every order of up to \d\n {2}holds {2}I1, I2, /u);
    expect(stdout).toContain("\nother\n");
    expect(stdout).not.toContain("planted");
  });

  it("exits with 1 on a rule of one's own that does not hold, with the shortest way as a story and a scenario", async () => {
    const { code, stdout } = await verify("--model", "chat", "--acts", "2000", "--rules", rules);

    expect(code).toBe(1);
    expect(stdout).toContain(
      "does not hold  one is enough\n    1. call-1 begins; its turn is on main\n    2. call-1 is",
    );
    const { steps } = await simulate(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? ""));
    expect(steps.at(-1)).toMatchObject({ in_flight: "spare", active: "spare" });
  });

  it("tells the same as JSON, a line a model", async () => {
    const { code, stdout } = await verify("--acts", "500", "--rules", rules, "--json");
    const found = jsonLines(stdout);

    expect(code).toBe(1);
    expect(found.map(({ model, holds }) => [model, holds])).toEqual([
      ["chat", false],
      ["other", false],
    ]);
    expect(found[0]?.["counterexample"]).toMatchObject({ invariant: "one is enough" });
  });

  it("drives the real engine too, when it is asked to", async () => {
    const one = join(directory, "one.yaml");
    writeFileSync(
      one,
      `models:\n  chat: { model: m, credentials: [{ id: only, provider: openai, api_key: planted }] }\n`,
    );
    const terminal = pipedTerminal();

    expect(await run(["verify", "--config", one, "--acts", "100", "--real"], terminal)).toBe(0);
    expect(terminal.shown()).toMatch(/the real engine {14}1\d\d of \d+ pairs of 1 credentials/u);
    expect(terminal.shown()).toContain("holds  the engine does what the machine says");
    expect(terminal.shown()).not.toContain("planted");
  });

  it.each([
    ["a model that is none", ["--model", "nobody"], "one of chat, other"],
    ["a number of acts that is none", ["--acts", "many"], "--acts"],
    [
      "rules that are not there",
      ["--rules", "/nowhere.mjs"],
      "--rules: found a module that does not load (ERR_MODULE_NOT_FOUND)",
    ],
    ["rules that are none", ["--rules", noRules], "--rules: found no such list"],
    ["a rule that throws", ["--rules", brokenRules], 'invariants: "odd": found a rule that throws TypeError'],
  ])("refuses %s", async (_, args, complaint) => {
    const { code, stdout, stderr } = await verify(...args);

    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(complaint);
    expect(stderr).not.toContain("    at ");
  });

  it("refuses a configuration that is wrong", async () => {
    const terminal = pipedTerminal();

    expect(await run(["verify", "--config", join(directory, "nothing.yaml")], terminal)).toBe(2);
    expect(terminal.complaints()).toContain("nothing.yaml");
  });
});
