import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { jsonLines, keyswitch, keyswitchHere } from "./command-line.ts";

const directory = mkdtempSync(join(tmpdir(), "keyswitch-"));
afterAll(() => rmSync(directory, { recursive: true }));

const good = {
  vlm: {
    provider: "openai",
    model: "gpt-4o",
    api_key: "sk-planted-in-the-file",
    thinking: true,
    backup: { provider: "volcengine", model: "doubao", api_key: "planted-backup" },
  },
};

const ovConf = join(directory, "ov.conf");

const migrate = (content: string | Uint8Array | object, args: readonly string[] = []) => {
  const isText = typeof content === "string" || content instanceof Uint8Array;
  writeFileSync(ovConf, isText ? content : JSON.stringify(content));
  return keyswitchHere(["migrate", ovConf, ...args]);
};

describe("keyswitch migrate", () => {
  it("prints a configuration with comments, without a key", async () => {
    writeFileSync(ovConf, JSON.stringify(good));
    const { code, stdout, stderr } = await keyswitch(["migrate", "ov.conf"], { cwd: directory });

    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).not.toContain("planted");
    expect(stdout).toContain("#   vlm.thinking: OpenViking sends it with each of its requests");
    expect(parse(stdout)).toMatchObject({
      models: {
        vlm: {
          credentials: [
            { id: "legacy-primary", model: "gpt-4o" },
            { id: "legacy-backup", model: "doubao" },
          ],
        },
      },
    });
  });

  it("prints a configuration that keyswitch check takes once its variables are set", async () => {
    writeFileSync(join(directory, "keyswitch.yaml"), (await migrate(good)).stdout);
    const env = { VLM_LEGACY_PRIMARY_API_KEY: "one", VLM_LEGACY_BACKUP_API_KEY: "two" };

    expect(await keyswitch(["check"], { cwd: directory, env })).toMatchObject({ code: 0, stderr: "" });
  });

  it("tells programs what became of every value", async () => {
    const { code, stdout } = await migrate(good, ["--json"]);
    const [{ config, keys, changes } = {}] = jsonLines(stdout);

    expect(code).toBe(0);
    expect(config).toMatchObject({ models: { vlm: { api: "openai" } } });
    expect(keys).toContainEqual({ variable: "VLM_LEGACY_BACKUP_API_KEY", from: ["vlm.backup.api_key"] });
    expect(changes).toContainEqual({ from: "vlm.model", to: "models.vlm.credentials[0].model", why: null });
  });

  it("takes other models' names for one model where the user says so", async () => {
    const credentials = ["ep-1", "ep-2"].map((model) => ({ provider: "volcengine", api_key: "k", model }));
    const dense = { embedding: { dense: { dimension: 8, credentials } } };

    expect((await migrate(dense)).stderr).toContain("keyswitch migrate --interchangeable");
    expect((await migrate(dense, ["--interchangeable"])).stdout).toContain("interchangeable: true");
  });

  it.each([
    ["what is no JSON", '{"vlm": {"api_key": "sk-planted', "found"],
    ["nothing", "", "found no ov.conf"],
    ["a list", "[]", "found no ov.conf"],
    ["a text", '"sk-planted"', "found no ov.conf"],
    ["a configuration of keyswitch", "models: {}", "wanted an object with vlm or embedding, and without models"],
    ["an ov.conf without models", '{"storage": {}, "vlm": {}}', "found no model"],
    ["sections of the wrong type", '{"vlm": "sk-planted", "embedding": ["sk-planted"]}', "vlm: found"],
    [
      "an unknown field",
      '{"vlm": {"modle": "sk-planted-0123456789abcdef"}}',
      "vlm.modle: found an unknown key, wanted model",
    ],
    ["deep nesting", `${'{"vlm":'.repeat(60)}1${"}".repeat(60)}`, "nesting"],
    ["nesting without end", "[".repeat(100_000), "found"],
    ["a prototype", '{"vlm": {"__proto__": {"api_key": "sk-planted"}}}', "vlm"],
    ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00]), "found bytes that are not UTF-8"],
    [
      "fifty-one credentials",
      {
        vlm: {
          model: "m",
          credentials: Array.from({ length: 51 }, () => ({ provider: "openai", api_key: "sk-planted" })),
        },
      },
      "1 to 50",
    ],
    [
      "an id that is none",
      { vlm: { model: "m", credentials: [{ id: "a b", provider: "openai", api_key: "k" }] } },
      "vlm.credentials[0].id",
    ],
    [
      "a base that is none",
      { vlm: { model: "m", provider: "openai", api_key: "k", api_base: "sk-planted" } },
      "vlm.api_base",
    ],
    ["a key that no header carries", { vlm: { model: "m", provider: "openai", api_key: "sk-plantéd" } }, "vlm.api_key"],
    [
      "a key as a shell would write it",
      { vlm: { model: "m", provider: "openai", api_key: "$KEY" } },
      'wanted "${KEY}"',
    ],
    ["a local model", { embedding: { dense: { provider: "local", model: "bge" } } }, "runs inside OpenViking alone"],
  ])("refuses %s, in plain words, without a key", async (_, content, complaint) => {
    const { code, stdout, stderr } = await migrate(content);

    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(complaint);
    expect(stderr).not.toMatch(/planted|plantéd|\n {4}at /);
  });

  it("tells programs what is refused", async () => {
    const { code, stdout } = await migrate({ vlm: { model: "m" } }, ["--json"]);

    expect(code).toBe(2);
    expect(jsonLines(stdout)).toEqual([
      { issues: [{ path: "vlm.api_key", found: "nothing", wanted: "a key, which openai asks for" }] },
    ]);
  });

  it("wants a file", async () => {
    expect(await keyswitchHere(["migrate"])).toMatchObject({ code: 2, stdout: "" });
    expect((await keyswitchHere(["migrate", "/nowhere/ov.conf"])).stderr).toContain("cannot be read (ENOENT)");
  });
});
