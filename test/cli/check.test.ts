import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { run } from "../../src/cli/run.ts";
import { jsonLines, keyswitch, pipedTerminal } from "./command-line.ts";

const directory = mkdtempSync(join(tmpdir(), "keyswitch-"));
const env = { SPARE_KEY: "planted-in-the-environment" };

const good = `
models:
  chat:
    model: gpt-4o-mini
    credentials:
      - id: primary
        provider: openai
        api_key: sk-planted-in-the-file
        extra_headers: { x-team: planted-header }
      - { id: spare, provider: deepseek, model: deepseek-chat, api_key: "\${SPARE_KEY}", disabled: true }
  embed:
    kind: embedding
    model: e
    dimension: 8
    credentials: [{ provider: openai, api_key: { file: key } }]
`;

const bad = `
models:
  chat:
    model: gpt
    timeot: 3
    credentials:
      - { provider: openai, api_key: "\${MISSING_KEY}" }
      - { provider: opnai, api_key: sk-planted-0123456789abcdef }
`;

beforeAll(() => {
  writeFileSync(join(directory, "key"), "planted-beside");
  writeFileSync(join(directory, "keyswitch.yaml"), good);
  writeFileSync(join(directory, "bad.yaml"), bad);
  writeFileSync(join(directory, "torn.yaml"), "models: [sk-planted-0123456789abcdef");
  writeFileSync(join(directory, "bytes.yaml"), Buffer.from([0xff, 0xfe, 0x00]));
});
afterAll(() => rmSync(directory, { recursive: true }));

const check = (args: readonly string[] = []) => keyswitch(["check", ...args], { cwd: directory, env });

describe("keyswitch check", () => {
  it("prints the whole configuration as YAML without a key, and each model's credentials in order", async () => {
    const { code, stdout, stderr } = await check();

    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /^# chat: primary \(openai gpt-4o-mini\), spare \(deepseek deepseek-chat, disabled\)\n# embed: /,
    );
    expect(parse(stdout)).toMatchObject({
      models: {
        chat: { failback: { timeout: "10m" }, credentials: [{ api_key: "[redacted]" }, { api_key: "[redacted]" }] },
        embed: { dimension: 8 },
      },
    });
    expect(stdout).not.toContain("planted");
  });

  it("prints it as one JSON object for programs", async () => {
    const { code, stdout } = await check(["keyswitch.yaml", "--json"]);

    expect(code).toBe(0);
    expect(jsonLines(stdout)).toMatchObject([{ ok: true, config: { models: { chat: { kind: "chat" } } } }]);
    expect(stdout).not.toContain("planted");
  });

  it("tells everything that is wrong at once: where, what was found, what is wanted", async () => {
    const { code, stdout, stderr } = await check(["bad.yaml"]);

    expect([code, stdout]).toEqual([2, ""]);
    const [summary, ...issues] = stderr.trimEnd().split("\n");
    expect(summary).toBe("bad.yaml has 3 errors:");
    expect(issues.toSorted()).toEqual([
      "  models.chat.credentials[0].api_key: found the environment variable MISSING_KEY, which is not set, wanted one that is set",
      expect.stringMatching(/^ {2}models\.chat\.credentials\[1\]\.provider: found "opnai", wanted .*openai/),
      "  models.chat.timeot: found an unknown key, wanted timeout, most likely",
    ]);
  });

  it("tells it to programs too", async () => {
    const { code, stdout, stderr } = await check(["bad.yaml", "--json"]);

    expect([code, stderr]).toEqual([2, ""]);
    expect(jsonLines(stdout)).toMatchObject([{ ok: false, issues: [{}, {}, {}] }]);
    expect(stdout).not.toContain("planted");
  });

  it.each([
    ["missing.yaml", "found a file that cannot be read (ENOENT)"],
    ["torn.yaml", "wanted valid YAML or JSON"],
    ["bytes.yaml", "found bytes that are not UTF-8"],
    [".", "found a file that cannot be read (EISDIR)"],
  ])("says in one line why it cannot use %s", async (path, reason) => {
    const terminal = pipedTerminal();

    expect(await run(["check", join(directory, path)], terminal)).toBe(2);

    expect(terminal.shown()).toBe("");
    expect(terminal.complaints()).toContain(reason);
    expect(terminal.complaints()).not.toMatch(/planted|at .*\.ts/);
  });
});
