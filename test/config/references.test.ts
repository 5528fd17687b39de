import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseModelConfig } from "../../src/config/index.ts";
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

const keyOf = (api_key: unknown): string | undefined =>
  parseModelConfig(
    { model: "m", credentials: [{ provider: "openai", api_key }] },
    { baseDir, env: {} },
  ).credentials[0]?.api_key?.reveal();

describe("a key in a file", () => {
  it("is read from the configuration's directory, without the newline at its end", () => {
    expect(keyOf({ file: "key" })).toBe("sk-from-file");
    expect(keyOf({ file: "./key" })).toBe("sk-from-file");
    expect(keyOf({ file: join(baseDir, "key") })).toBe("sk-from-file");
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
