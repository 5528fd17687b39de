import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { commands } from "../../src/cli/commands.ts";
import { run } from "../../src/cli/run.ts";
import { keyswitch, jsonLines, mainFile, shell, watchedTerminal } from "./command-line.ts";

const directory = mkdtempSync(join(tmpdir(), "keyswitch-"));
writeFileSync(
  join(directory, "keyswitch.yaml"),
  "models: { chat: { model: m, credentials: [{ provider: openai, api_key: sk-planted }] } }",
);
writeFileSync(
  join(directory, "scenario.yaml"),
  "id: from-yaml\nmodel:\n  credentials: [a, b]\nsteps:\n  - call: { a: [auth] }\n",
);
writeFileSync(
  join(directory, "ov.conf"),
  '{ "vlm": { "provider": "openai", "model": "m", "api_key": "sk-planted", "temperature": 0 } }',
);
writeFileSync(
  join(directory, "ov.conf"),
  JSON.stringify({ vlm: { provider: "openai", model: "gpt-4o", api_key: "sk-planted" } }),
);
afterAll(() => rmSync(directory, { recursive: true }));

const all = await Promise.all(commands.map(async (entry) => ({ ...entry, ...(await entry.load()) })));

describe("keyswitch", () => {
  it("tells what there is when asked for help, and how to start", async () => {
    const { code, stdout, stderr } = await keyswitch(["--help"]);

    expect([code, stderr]).toEqual([0, ""]);
    for (const { name, summary } of commands) expect(stdout).toMatch(new RegExp(`^  ${name} +${summary}$`, "m"));
    expect(stdout).toContain("keyswitch demo --once");
  });

  it("tells the same, as wrong input, when it is given nothing", async () => {
    const { code, stdout, stderr } = await keyswitch([]);

    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("Usage: keyswitch COMMAND");
  });

  it("tells its version, also as JSON", async () => {
    expect((await keyswitch(["--version"])).stdout).toBe(`${packageJson.version}\n`);
    expect((await keyswitch(["--version", "--json"])).stdout).toBe(`{"version":"${packageJson.version}"}\n`);
  });

  it.each(commands.map(({ name }) => name))(
    "helps with %s in the same words both ways, within 100 columns",
    async (name) => {
      const [asked, flagged] = [watchedTerminal(), watchedTerminal()];

      expect(await run(["help", name], asked)).toBe(0);
      expect(await run([name, "--help"], flagged)).toBe(0);

      expect(flagged.shown()).toBe(asked.shown());
      const prose = asked
        .shown()
        .split("\n")
        .filter((line) => !line.startsWith("  "));
      expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(100);
    },
  );

  it("hands its help to programs as JSON", async () => {
    const terminal = watchedTerminal();

    expect(await run(["help", "--json"], terminal)).toBe(0);

    expect(jsonLines(terminal.shown()).map(({ name }) => name)).toEqual(commands.map(({ name }) => name));
  });

  it.each([
    [["clasify"], 'keyswitch: command: found "clasify", wanted classify, most likely\nSee: keyswitch --help\n'],
    [["help", "chekc"], 'keyswitch: command: found "chekc", wanted check, most likely\nSee: keyswitch --help\n'],
    [["frobnicate"], `wanted one of ${commands.map(({ name }) => name).join(", ")}, help`],
    [["--frobnicate"], "keyswitch: --frobnicate: found an unknown option, wanted one of"],
    [["--json"], "keyswitch: command: found nothing, wanted one of"],
    [["classify", "--jsno"], "keyswitch classify: --jsno: found an unknown option, wanted --json, most likely\n"],
    [["classify", "--json=yes"], "keyswitch classify: --json: found a value, wanted none\n"],
    [["classify", "file"], "keyswitch classify: arguments: found 1, wanted none\n"],
    [["check", "a", "b"], "keyswitch check: arguments: found 2, wanted at most 1\n"],
    [["simulate", "--svg"], "keyswitch simulate: --svg: found no value, wanted --svg FILE\n"],
    [["simulate", "--svg="], "keyswitch simulate: --svg: found no value, wanted --svg FILE\n"],
    [
      ["demo", "--onec"],
      "keyswitch demo: --onec: found an unknown option, wanted --once, most likely\nSee: keyswitch help demo\n",
    ],
  ])("refuses %j with what is wanted, as wrong input", async (args, complaint) => {
    const terminal = watchedTerminal();

    expect(await run(args, terminal)).toBe(2);

    expect(terminal.complaints()).toContain(complaint);
    expect(terminal.shown()).toBe("");
  });

  it("repeats no value of an option that it does not know, since it may be a key", async () => {
    const { code, stdout, stderr } = await keyswitch(["check", "--api-key=sk-planted-0123456789"]);

    expect(code).toBe(2);
    expect(stdout + stderr).not.toContain("planted");
  });

  // The demo's take seconds; those and what needs more than a shell are run by the tests of their command.
  const examples = all
    .filter(({ name }) => name !== "demo")
    .flatMap(({ examples }) => examples.filter(({ needs }) => needs === undefined))
    .map(({ says, line }) => [says, line] as const);

  it.each(examples)("has an example that works: %s", async (_, line) => {
    const { code, stdout, stderr } = await shell(line, { cwd: directory });

    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout + line).toMatch(/\n|>/);
    expect(stdout).not.toContain("planted");
  });

  it.runIf(existsSync("/dev/full"))("says that its output cannot be written", async () => {
    const { code, stderr } = await shell("keyswitch help > /dev/full");

    expect([code, stderr]).toEqual([1, "keyswitch: cannot write output (ENOSPC)\n"]);
  });

  it("says on an older Node which one it needs, and loads nothing that it could not read", async () => {
    const line = `"${process.execPath}" --import 'data:text/javascript,Object.defineProperty(process,"versions",{value:{node:"22.18.0"}})' "${mainFile}" help`;
    const { code, stdout, stderr } = await shell(line);

    expect([code, stdout, stderr]).toEqual([2, "", "keyswitch needs Node 22.19 or later; this is 22.18.0\n"]);
  });

  it("owns up to a bug without a stack or a message, unless it is debugged", async () => {
    const terminal = watchedTerminal();
    const broken = { ...terminal, print: () => Promise.reject(new TypeError("planted")) };

    expect(await run(["--version"], broken)).toBe(1);

    expect(terminal.complaints()).toMatch(
      /^keyswitch has a bug \(TypeError\)\. Please report it\.\n.*KEYSWITCH_DEBUG=1/,
    );
    expect(terminal.complaints()).not.toContain("planted");
  });
});
