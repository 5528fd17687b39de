import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadConfig, migrateOpenViking, parseOpenViking } from "../../../src/config/index.ts";
import type { Config, Migration } from "../../../src/config/index.ts";
import { pathText, valueAt } from "../../../src/config/path.ts";
import { ConfigError } from "../../../src/errors.ts";
import { Secret } from "../../../src/secret.ts";
import type { EmbeddingRow } from "./embedding-replay.ts";
import { rowsOf } from "./replay.ts";
import type { VlmRow } from "./vlm-replay.ts";

const directory = mkdtempSync(join(tmpdir(), "keyswitch-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** Loads what was printed, with the variables set as its comments say. */
async function loaded(migration: Migration, ovConf: object): Promise<Config> {
  const path = join(directory, "migrated.yaml");
  writeFileSync(path, migration.yaml);
  const env = Object.fromEntries(
    migration.keys.map(({ variable, from: [first = []] }) => [variable, String(valueAt(ovConf, first))]),
  );
  return loadConfig(path, { env });
}

/** A configuration with its keys, to be compared. */
function revealed(value: unknown): unknown {
  if (Secret.is(value)) return value.reveal();
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(revealed);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, revealed(member)]));
}

const ovConfs = [
  ...rowsOf<VlmRow>("config_vlm").map(({ id, input }) => [id, { vlm: input }] as const),
  ...rowsOf<EmbeddingRow>("config_embedding").map(({ id, input }) => [id, { embedding: input }] as const),
];
const usable = ovConfs.filter(([, ovConf]) => refusalOf(ovConf) === undefined);

function refusalOf(ovConf: object): ConfigError | undefined {
  try {
    parseOpenViking(ovConf, { env: {} });
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

/** Every value that is not null or empty. */
function leavesOf(value: unknown, path: readonly (string | number)[] = []): readonly string[] {
  if (value === null || value === undefined) return [];
  const isWhole = /^extra_(?:headers|request_body|body)$/.test(String(path.at(-1)));
  if (typeof value !== "object" || isWhole) return [pathText(path)];
  return Object.entries(value).flatMap(([key, child]) =>
    leavesOf(child, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

describe("what is migrated", () => {
  it("is most of what was observed to be taken", () => {
    expect(usable.length).toBeGreaterThanOrEqual(84);
  });

  it.each(usable)("%s: loads, and is what the ov.conf itself loads as", async (_, ovConf) => {
    const migration = migrateOpenViking(ovConf);

    expect(revealed(await loaded(migration, ovConf))).toEqual(revealed(parseOpenViking(ovConf, { env: {} })));
  });

  it.each(usable)("%s: tells of every value where it went, or why it did not", (_, ovConf) => {
    const { changes } = migrateOpenViking(ovConf);
    const told = changes.flatMap(({ from }) => (from === undefined ? [] : [pathText(from)]));

    expect(
      leavesOf(ovConf).filter((leaf) => !told.some((path) => leaf === path || leaf.startsWith(`${path}.`))),
    ).toEqual([]);
    expect(
      changes.filter(({ from, to, why }) => (from === undefined || to === undefined) && why === undefined),
    ).toEqual([]);
  });

  it.each(ovConfs.filter(([, ovConf]) => refusalOf(ovConf) !== undefined))(
    "%s: is refused as it is when loaded",
    (_, ovConf) => {
      expect(() => migrateOpenViking(ovConf)).toThrow(ConfigError);
    },
  );
});

describe("a migrated file", () => {
  const planted = "planted-0123456789abcdef";
  const ovConf = {
    storage: { workspace: "./data" },
    vlm: {
      provider: "litellm",
      model: "m",
      api_key: `sk-${planted}`,
      api_base: `https://gateway.example/${planted}/v1`,
      temperature: 0,
      extra_headers: {
        "X-Title": "Docs",
        "HTTP-Referer": "https://docs.example",
        "X-Tenant": planted,
        Authorization: "Bearer ${TOKEN}",
      },
    },
    embedding: {
      max_concurrent: 8,
      dense: {
        model: "bge",
        dimension: 1024,
        ak: `AK-${planted}`,
        sk: `SK-${planted}`,
        region: "cn-beijing",
        version: "m3",
        credentials: [{ provider: "vikingdb" }, { id: "spare", provider: "vikingdb", ak: "${AK}", sk: "${SK}" }],
      },
    },
  };

  it("holds no key, and says which variables to set to which texts", () => {
    const { yaml, keys } = migrateOpenViking(ovConf);

    expect(yaml).not.toContain("planted");
    expect(keys.map(({ variable, from }) => [variable, from.map(pathText)])).toEqual([
      ["VLM_DEFAULT_API_KEY", ["vlm.api_key"]],
      ["VLM_DEFAULT_HEADER_X_TENANT", ["vlm.extra_headers.X-Tenant"]],
      ["VLM_DEFAULT_API_BASE", ["vlm.api_base"]],
      ["EMBEDDING_DENSE_CREDENTIAL_0_AK", ["embedding.dense.ak"]],
      ["EMBEDDING_DENSE_CREDENTIAL_0_SK", ["embedding.dense.sk"]],
    ]);
    for (const { variable } of keys) expect(yaml).toContain(`#   ${variable}: `);
  });

  it("keeps the references and the harmless headers that are there", () => {
    const { yaml } = migrateOpenViking(ovConf);

    expect(yaml).toContain("X-Title: Docs");
    expect(yaml).toContain("HTTP-Referer: https://docs.example");
    expect(yaml).toContain("Authorization: Bearer ${TOKEN}");
    expect(yaml).toContain("ak: ${AK}");
  });

  it("says at its top what was left out, and beside a value why it is not what it was", () => {
    const { yaml } = migrateOpenViking(ovConf);

    expect(yaml).toContain("#   vlm.temperature: OpenViking sends it with each of its requests");
    expect(yaml).toContain("#   storage: it stays in the ov.conf");
    expect(yaml).toContain("timeout: 600 # OpenViking waits that long unless told otherwise");
    expect(yaml).toContain("api_version: m3 # the version of a VikingDB model");
  });

  it("uses one variable where one key is written twice, and two where two ids read alike", () => {
    const credentials = ["a.b", "a-b", "c"].map((id) => ({
      id,
      provider: "openai",
      api_key: id === "a-b" ? "two" : "one",
    }));
    const { keys } = migrateOpenViking({ vlm: { model: "m", credentials } });

    expect(keys.map(({ variable, from }) => [variable, from.length])).toEqual([
      ["VLM_A_B_API_KEY", 2],
      ["VLM_A_B_API_KEY_2", 1],
    ]);
  });

  it("is not made where a key stands in a request's body, to which no variable reaches", () => {
    const vlm = { model: "m", provider: "openai", api_key: "k", extra_request_body: { tools: [{ api_key: "k2" }] } };

    expect(() => migrateOpenViking({ vlm })).toThrow(
      "vlm.extra_request_body: found what may be a key, wanted it in extra_headers, where it can be a reference",
    );
  });

  it("does not need the environment that the ov.conf refers to", () => {
    const vlm = { model: "m", provider: "openai", api_key: "${NOT_SET_HERE}", api_base: "${NOR_HERE}/v1" };

    expect(migrateOpenViking({ vlm }).yaml).toContain("api_key: ${NOT_SET_HERE}");
  });
});
