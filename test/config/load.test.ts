import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadConfig, type ModelConfig, parseText, runtimeModel } from "../../src/config/index.ts";
import { ConfigError } from "../../src/errors.ts";

const directory = mkdtempSync(join(tmpdir(), "keyswitch-"));

afterAll(() => {
  rmSync(directory, { recursive: true });
});

const written = (content: string | Uint8Array): string => {
  const path = join(directory, "keyswitch.yaml");
  writeFileSync(path, content);
  return path;
};

const yaml = `
models:
  chat:
    model: gpt # the upstream's name
    credentials:
      - provider: openai
        api_key: { file: key }
      - { provider: groq, api_key: "\${GROQ_KEY}" }
`;

describe("loadConfig", () => {
  it("reads YAML, with files beside it", async () => {
    writeFileSync(join(directory, "key"), "sk-beside\n");
    const { models } = await loadConfig(written(yaml), { env: { GROQ_KEY: "gsk-1" } });

    const { credentials } = runtimeModel("chat", models["chat"] as ModelConfig);

    expect(credentials.map(({ apiKey }) => apiKey.reveal())).toEqual(["sk-beside", "gsk-1"]);
  });

  it("reads JSON, indented with tabs", async () => {
    const input = { models: { chat: { api: "any", credentials: [{ id: "a" }] } } };
    const { models } = await loadConfig(written(JSON.stringify(input, undefined, "\t")));

    expect(models["chat"]?.credentials[0]?.id).toBe("a");
  });

  it("names the file and the path of what is wrong", async () => {
    const path = written("models: { chat: { api: any, credentials: [{}], timeout: 0 } }");

    await expect(loadConfig(path)).rejects.toThrow(`${path} has an error:\n  models.chat.timeout: found 0`);
  });

  it.each<[what: string, content: string | Uint8Array, message: RegExp]>([
    ["a list that is not closed", "models:\n  chat: [", /at line 2, column/],
    ["a key twice", "models: 1\nmodels: 2", /duplicate key at line 2, column 1/],
    ["two documents", "a: 1\n---\nb: 2", /multiple docs at line 2/],
    ["an unknown tag", "models: !env KEY", /tag resolve failed at line 1/],
    ["nothing", "", /found null, wanted an object/],
    ["a text", "sk-planted-key", /wanted an object/],
    ["bytes that are not UTF-8", Uint8Array.of(0x61, 0xff, 0xfe), /not UTF-8/],
    ["more than 1 MB", "#".repeat(1024 * 1024 + 1), /1048577 bytes/],
    ["a key that begins with a star", "api_key: *planted", /an alias \(\* …\) of nothing.* at line 1, column 10/],
    ["an alias before its anchor", "a: *x\nb: &x 1", /an alias \(\* …\) of nothing.* at line 1, column 4/],
    ["a key twice, deep in a list", "a: [{ b: 1, c: 2, b: 3 }]", /duplicate key at line 1, column 19/],
    ["a key twice in JSON", '{"a": 1, "a": 2}', /duplicate key at line 1, column 10/],
    ["nesting without end", "[".repeat(100_000), /nesting|line 1/],
    [
      "aliases that unfold without end",
      [
        "a: &a [x,x,x,x,x,x,x,x,x]",
        ..."bcdefghi"
          .split("")
          .map(
            (name, index) =>
              `${name}: &${name} [${Array.from({ length: 9 }, () => `*${"abcdefgh"[index]}`).join(",")}]`,
          ),
      ].join("\n"),
      /too many aliases/,
    ],
    ["a key in broken YAML", "models:\n  api_key: 'sk-planted-key\n]", /line \d/],
    ["a key in a broken line", "sk-planted-key: {]", /line 1/],
  ])("says what is wrong with %s, and quotes none of it", async (_what, content, message) => {
    const failure = loadConfig(written(content));

    await expect(failure).rejects.toThrow(ConfigError);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.not.toThrow(/planted/);
  });

  it("still reads aliases of what stands before them", () => {
    expect(parseText("a: &x [1]\nb: *x", "text")).toEqual({ a: [1], b: [1] });
  });

  it("finds a key that is there twice among tens of thousands, without comparing each with each", () => {
    const text = Array.from({ length: 30_000 }, (_, index) => `k${index}: 1`).join("\n");

    expect(() => parseText(`${text}\nk7: 1`, "text")).toThrow("duplicate key at line 30001, column 1");
  });

  it("tells of a hundred faults, and how many there are besides", () => {
    expect(() => parseText("a: 1\n".repeat(200), "text")).toThrow(
      /line 101, column 1.*\n {2}…: found 99 more, wanted none$/,
    );
  });

  it("says that a file cannot be read", async () => {
    await expect(loadConfig(join(directory, "missing.yaml"))).rejects.toThrow("a file that cannot be read (ENOENT)");
    await expect(loadConfig(join(directory, "missing.yaml"))).rejects.toThrow("such as keyswitch init writes");
    await expect(loadConfig(directory)).rejects.toThrow("a file that cannot be read (EISDIR)");
  });

  it.each([
    [undefined, "found nothing, wanted the path"],
    [{ models: {} }, "found an object, wanted the path"],
  ])("says that %o is no path", async (path, complaint) => {
    await expect(loadConfig(path as never)).rejects.toThrow(complaint);
  });
});
