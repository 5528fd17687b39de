import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  isOpenViking,
  loadConfig,
  normaliseOpenViking,
  parseConfig,
  parseOpenViking,
} from "../../../src/config/index.ts";
import { ConfigError } from "../../../src/errors.ts";
import { Secret } from "../../../src/secret.ts";

const directory = mkdtempSync(join(tmpdir(), "keyswitch-"));
afterAll(() => rmSync(directory, { recursive: true }));

const vlmOf = (vlm: object) => normaliseOpenViking({ vlm }).config.models["vlm"];
const denseOf = (dense: object) => normaliseOpenViking({ embedding: { dense } }).config.models["embedding-dense"];

function issuesOf(ovConf: object): readonly (readonly [string, string, string])[] {
  try {
    parseOpenViking(ovConf, { env: {} });
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map(({ path, found, wanted }) => [path, found, wanted]);
    throw error;
  }
  return [];
}

const openai = { provider: "openai", api_key: "o" };
const volcengine = { provider: "volcengine", api_key: "v" };

describe("an ov.conf", () => {
  it("is known by its sections", () => {
    expect(isOpenViking({ vlm: {} })).toBe(true);
    expect(isOpenViking({ embedding: {}, storage: {} })).toBe(true);
    expect([{ models: {}, vlm: {} }, { storage: {} }, [], null, "vlm"].map(isOpenViking)).not.toContain(true);
  });

  it("loads from its file as it stands, a byte order mark in front included", async () => {
    const path = join(directory, "ov.conf");
    writeFileSync(path, `\uFEFF${JSON.stringify({ storage: {}, vlm: { model: "m", ...openai, api_key: "${KEY}" } })}`);
    const { models } = await loadConfig(path, { env: { KEY: "sk-1" } });

    const key = models["vlm"]?.credentials[0]?.api_key;
    expect(Secret.is(key) && key.reveal()).toBe("sk-1");
    expect(models["vlm"]?.credentials).toMatchObject([{ id: "default", provider: "openai" }]);
  });

  it("is told of its own places when its values are wrong", () => {
    const vlm = {
      model: "m",
      credentials: [
        { ...openai, api_base: "ftp://x" },
        { ...openai, api_key: "${GONE_KEY}" },
      ],
    };

    expect(issuesOf({ vlm }).map(([path]) => path)).toEqual([
      "vlm.credentials[0].api_base",
      "vlm.credentials[1].api_key",
    ]);
  });
});

describe("a chat section", () => {
  it("keeps false and 0", () => {
    const vlm = vlmOf({ model: "m", ...openai, stream: false, max_retries: 0, failback_request_count: 0 });

    expect(vlm?.credentials[0]?.stream).toBe(false);
    expect(vlm).toMatchObject({ retry: { max_retries: 0 }, failback: { requests: 0 } });
  });

  it("is read as leniently as its own project reads it", () => {
    const vlm = vlmOf({ model: "m", ...openai, stream: "yes", timeout: "15", max_tokens: "7", extra_headers: null });

    expect(vlm).toMatchObject({ timeout: 15, credentials: [{ stream: true, max_tokens: 7 }] });
  });

  it("gives a listed credential the whole entry of its provider, not its key alone", () => {
    const providers = { OpenAI: { api_key: "pk", api_base: "https://relay.example/v1", extra_headers: { A: "1" } } };

    expect(vlmOf({ model: "m", providers, credentials: [{ provider: "openai" }] })?.credentials).toEqual([
      {
        id: "credential-0",
        provider: "openai",
        api_key: "pk",
        api_base: "https://relay.example/v1",
        extra_headers: { A: "1" },
      },
    ]);
  });

  it("needs no model of its own where every credential has one", () => {
    const credentials = [
      { ...openai, model: "a" },
      { ...volcengine, model: "b" },
    ];

    expect(vlmOf({ credentials })?.credentials.map(({ model }) => model)).toEqual(["a", "b"]);
  });

  it("leaves out a key that LiteLLM is told not to send", () => {
    const vlm = {
      model: "m",
      provider: "litellm",
      api_key: "k",
      api_base: "http://localhost:4000",
      forward_api_key: false,
    };

    expect(vlmOf(vlm)?.credentials[0]).not.toHaveProperty("api_key");
  });

  it("serves functions alone where its providers share no dialect", () => {
    const credentials = [openai, { provider: "anthropic", api_key: "a" }];

    expect(vlmOf({ model: "m", credentials })?.api).toBe("any");
  });

  const backup = { model: "b", ...volcengine };
  it.each<[string, object, string]>([
    ["a backup beside credentials", { model: "m", credentials: [openai], backup }, "vlm.backup"],
    ["a backup of the backup", { model: "m", ...openai, backup: { ...backup, backup } }, "vlm.backup.backup"],
    [
      "an empty backup of the backup",
      { model: "m", ...openai, backup: { ...backup, backup: {} } },
      "vlm.backup.backup",
    ],
    [
      "a backup of several credentials",
      { model: "m", ...openai, backup: { model: "b", credentials: [volcengine, openai] } },
      "vlm.backup.credentials",
    ],
    ["a backup without a model", { model: "m", ...openai, backup: volcengine }, "vlm.backup.model"],
    [
      "a backup without a key of its own",
      { model: "m", ...openai, backup: { model: "b", provider: "openai" } },
      "vlm.backup.api_key",
    ],
    [
      "headers that would go to another provider",
      { model: "m", ...openai, extra_headers: { Authorization: "x" }, backup },
      "vlm.backup.extra_headers",
    ],
    [
      "a base that several providers would get",
      { model: "m", api_base: "https://x.example", credentials: [openai, volcengine] },
      "vlm.credentials[0].api_base",
    ],
    ["two entries of one provider", { model: "m", ...openai, providers: { a: {}, "A ": {} } }, 'vlm.providers["A "]'],
    [
      "a blank provider of a credential",
      { model: "m", credentials: [{ ...openai, provider: " " }] },
      "vlm.credentials[0].provider",
    ],
    [
      "no time at all before going back",
      { model: "m", ...openai, failback_timeout_seconds: 0 },
      "vlm.failback_timeout_seconds",
    ],
    ["fewer than no retries", { model: "m", ...openai, max_retries: -1 }, "vlm.max_retries"],
  ])("is refused with %s", (_, vlm, path) => {
    expect(issuesOf({ vlm }).map(([at]) => at)).toContain(path);
  });

  it("says how to get out of a refusal", () => {
    expect(issuesOf({ vlm: { model: "m", ...openai, api_base: "https://x.example", backup } })).toEqual([
      [
        "vlm.backup.api_base",
        "nothing of its own, and vlm.api_base is for openai",
        "its own api_base for volcengine, such as https://ark.cn-beijing.volces.com/api/v3",
      ],
    ]);
  });
});

describe("an embedding section", () => {
  it("never hands a key to another provider", () => {
    const dense = { model: "m", dimension: 8, ...openai, credentials: [openai, { provider: "jina" }] };

    expect(issuesOf({ embedding: { dense } })).toContainEqual([
      "embedding.dense.credentials[1].api_key",
      "nothing of its own, and embedding.dense.api_key is for openai",
      "its own api_key for jina",
    ]);
  });

  it("hands a key that is nobody's to the one provider there is", () => {
    expect(
      denseOf({ model: "m", dimension: 8, api_key: "k", credentials: [{ provider: "jina" }] })?.credentials,
    ).toMatchObject([{ provider: "jina", api_key: "k" }]);
  });

  it("makes a sparse model of a sparse section, which needs no length", () => {
    const { config } = normaliseOpenViking({
      embedding: { dense: { model: "text-embedding-3-small", ...openai }, sparse: { model: "s", ...volcengine } },
    });

    expect(parseConfig(config, { env: {} }).models).toMatchObject({
      "embedding-dense": { vectors: "dense", dimension: 1536 },
      "embedding-sparse": { vectors: "sparse" },
    });
  });

  it("mixes models of one space where the user says so", () => {
    const dense = { dimension: 8, credentials: ["ep-1", "ep-2"].map((model) => ({ ...volcengine, model })) };
    const { config } = normaliseOpenViking({ embedding: { dense } }, { interchangeable: true });

    expect(config.models["embedding-dense"]).toMatchObject({
      interchangeable: true,
      credentials: [{ model: "ep-1" }, { model: "ep-2" }],
    });
  });

  it("carries the access keys and the model's version of VikingDB", () => {
    const dense = {
      model: "bge",
      version: "m3",
      dimension: 8,
      provider: "vikingdb",
      ak: "a",
      sk: "s",
      region: "r",
      host: "h",
    };

    expect(denseOf(dense)?.credentials).toEqual([
      { id: "credential-0", provider: "vikingdb", ak: "a", sk: "s", region: "r", host: "h", api_version: "m3" },
    ]);
  });

  it("passes on whether stored vectors may be kept, and how often to retry", () => {
    const embedding = { allow_metadata_override: true, max_retries: 0, dense: { model: "m", dimension: 8, ...openai } };

    expect(normaliseOpenViking({ embedding }).config.models["embedding-dense"]).toMatchObject({
      allow_metadata_override: true,
      retry: { max_retries: 0 },
    });
  });
});
