import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { run } from "../../src/cli/run.ts";
import { jsonLines, type MemoryTerminal, pipedTerminal } from "./command-line.ts";

const directory = mkdtempSync(join(tmpdir(), "keyswitch-"));
afterAll(() => rmSync(directory, { recursive: true }));

const config = join(directory, "keyswitch.yaml");
const out = join(directory, "tests");
const configOf = (...ids: readonly string[]): string =>
  JSON.stringify({
    models: {
      chat: { model: "m", credentials: ids.map((id) => ({ id, provider: "openai", api_key: "sk-planted" })) },
    },
  });

beforeEach(() => {
  rmSync(out, { recursive: true, force: true });
  writeFileSync(config, configOf("only"));
});

const testgen = async (...args: readonly string[]): Promise<MemoryTerminal & { readonly code: number }> => {
  const terminal = pipedTerminal();
  const code = await run(["testgen", "--runner", "node", "--out", out, "--config", config, ...args], terminal);
  return { ...terminal, code };
};

const states = ({ shown }: MemoryTerminal): readonly (readonly unknown[])[] =>
  jsonLines(shown()).map(({ file, state }) => [String(file).slice(out.length + 1), state]);

describe("keyswitch testgen", () => {
  it("writes the tests, and when they are there leaves them as they are", async () => {
    const first = await testgen();
    const again = await testgen("--json");

    expect([first.code, first.complaints()]).toEqual([0, ""]);
    expect(first.shown()).toContain(`written    ${join(out, "chat.failover.test.ts")}\n`);
    expect(states(again)).toEqual([
      ["chat.failover.test.ts", "unchanged"],
      ["chat.answers.json", "unchanged"],
      ["chat.service.ts", "yours"],
    ]);
    for (const name of readdirSync(out)) expect(readFileSync(join(out, name), "utf8")).not.toContain("planted");
  });

  it("never touches what is the user's", async () => {
    await testgen();
    writeFileSync(join(out, "chat.service.ts"), "// mine\n");
    writeFileSync(join(out, "own.test.ts"), "// mine too\n");
    writeFileSync(config, configOf("one", "two"));

    const { code } = await testgen();

    expect(code).toBe(0);
    expect(readFileSync(join(out, "chat.service.ts"), "utf8")).toBe("// mine\n");
    expect(readFileSync(join(out, "own.test.ts"), "utf8")).toBe("// mine too\n");
  });

  it("exits with 1 on --check when configuration and tests have drifted, and writes nothing", async () => {
    const missing = await testgen("--check", "--json");
    expect(() => readdirSync(out)).toThrow("ENOENT");
    await testgen();
    const fresh = await testgen("--check", "--json");
    writeFileSync(join(out, "former.failover.test.ts"), "");
    writeFileSync(config, configOf("another"));
    const before = readFileSync(join(out, "chat.failover.test.ts"), "utf8");
    const drifted = await testgen("--check", "--json");

    expect([missing.code, fresh.code, drifted.code]).toEqual([1, 0, 1]);
    expect(states(missing).map(([, state]) => state)).toEqual(["missing", "missing", "missing"]);
    expect(states(drifted)).toEqual([
      ["chat.failover.test.ts", "drifted"],
      ["chat.answers.json", "drifted"],
      ["chat.service.ts", "yours"],
      ["former.failover.test.ts", "left over"],
    ]);
    expect(readFileSync(join(out, "chat.failover.test.ts"), "utf8")).toBe(before);
  });

  it("does not call the tests of other models left over when it is asked for one", async () => {
    await testgen();
    writeFileSync(join(out, "other.failover.test.ts"), "");

    expect((await testgen("--check", "--model", "chat")).code).toBe(0);
  });

  it.each([
    [["--runner", "mocha"], '--runner: found "mocha", wanted vitest or node'],
    [["--entry", "cli"], '--entry: found "cli", wanted gateway or model'],
    [["--model", "chta"], '--model: found "chta", wanted one of chat'],
    [["--out", config], "--out: found what cannot be written (EEXIST), wanted a directory to write to"],
    [["--config", join(directory, "missing.yaml")], "found a file that cannot be read (ENOENT)"],
  ])("exits with 2 for %j", async (args, complaint) => {
    const { code, complaints } = await testgen(...args);

    expect(code).toBe(2);
    expect(complaints()).toContain(complaint);
  });

  it("wants a runner and a directory", async () => {
    const [runner, directory] = [pipedTerminal(), pipedTerminal()];

    expect(await run(["testgen", "--out", out], runner)).toBe(2);
    expect(await run(["testgen", "--runner", "node"], directory)).toBe(2);

    expect(runner.complaints()).toContain("--runner: found nothing, wanted vitest or node");
    expect(directory.complaints()).toContain("--out: found nothing, wanted the tests' directory");
  });
});
