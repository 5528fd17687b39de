import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseModelConfig, redactedConfig, parseConfig, runtimeModel } from "../../src/config/index.ts";
import { ConfigError } from "../../src/errors.ts";

const baseDir = mkdtempSync(join(tmpdir(), "keyswitch-"));

beforeAll(() => {
  writeFileSync(join(baseDir, "key"), "sk-from-file\n");
  writeFileSync(join(baseDir, "empty"), " \n");
  writeFileSync(join(baseDir, "large"), "x".repeat(70_000));
});

afterAll(() => {
  rmSync(baseDir, { recursive: true });
});

const configOf = (credential: object) =>
  parseModelConfig({ model: "m", credentials: [{ provider: "openai", ...credential }] }, { baseDir, env: {} });
const keyOf = (api_key: unknown): string | undefined =>
  runtimeModel("chat", configOf({ api_key })).credentials[0]?.apiKey.reveal();

describe("a key in a file", () => {
  it("is read from the configuration's directory, without the newline at its end", () => {
    expect(keyOf({ file: "key" })).toBe("sk-from-file");
    expect(keyOf({ file: "./key" })).toBe("sk-from-file");
    expect(keyOf({ file: join(baseDir, "key") })).toBe("sk-from-file");
  });

  it("stays a reference where it may change, and is read at once where it may not", () => {
    const [credential] = configOf({ api_key: { file: "key" }, sk: { file: "key" } }).credentials;

    expect(credential?.api_key).toEqual({ file: join(baseDir, "key") });
    expect(credential?.sk?.reveal()).toBe("sk-from-file");
  });

  it.each([
    ["missing", "missing, which cannot be read (ENOENT)"],
    [".", "., which cannot be read (EISDIR)"],
    ["key/below", "key/below, which cannot be read (ENOTDIR)"],
    ["empty", "empty, which is empty"],
    ["large", "large, which has 70000 bytes"],
    ["nul\0byte", "which cannot be read (ERR_INVALID_ARG_VALUE)"],
  ])("is missed with its path where %j does not hold one", (file, found) => {
    expect(() => keyOf({ file })).toThrow(ConfigError);
    expect(() => keyOf({ file })).toThrow(found);
  });
});

describe("a command that prints a key", () => {
  const planted = "sk-planted-4242";
  const command = ["./print-token", "--secret", planted];

  it("keeps its arguments from all eyes, and starts from the configuration's directory", () => {
    const config = parseConfig(
      { models: { chat: { model: "m", credentials: [{ provider: "openai", api_key: { command, ttl: 2700 } }] } } },
      { baseDir },
    );
    const shown = redactedConfig(config);

    expect(shown).toMatchObject({
      models: {
        chat: {
          credentials: [
            { api_key: { command: [join(baseDir, "print-token"), "[redacted]", "[redacted]"], ttl: "45m" } },
          ],
        },
      },
    });
    expect(inspect(config, { depth: 20, showHidden: true })).not.toContain(planted);
  });

  it("is looked up on the PATH where it is a bare name", () => {
    expect(configOf({ api_key: { command: ["gcloud"], ttl: "45m" } }).credentials[0]?.api_key).toEqual({
      command: ["gcloud"],
      ttl: "45m",
    });
  });

  it("takes arguments that no header could carry", () => {
    const [credential] = configOf({ api_key: { command: ["node", "-e", " a\nü "], ttl: "45m" } }).credentials;
    const { api_key } = credential ?? {};

    expect(typeof api_key === "object" && "command" in api_key && api_key.command[2]?.reveal()).toBe(" a\nü ");
  });

  it.each([[[]], [[""]], [["a", 7]], [["a\0b"]], ["a b"], [null]])("is refused as %j", (argv) => {
    expect(() => configOf({ api_key: { command: argv, ttl: "45m" } })).toThrow("no shell takes a command line apart");
  });

  it.each([[undefined], ["0s"], ["soon"], [-1]])("is refused with a ttl of %j", (ttl) => {
    expect(() => configOf({ api_key: { command: ["a"], ttl } })).toThrow("a ttl that is");
  });
});
