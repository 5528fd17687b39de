import { anything, array, assert, constantFrom, integer, oneof, property, record, string, tuple } from "fast-check";
import type { Arbitrary } from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { migrateOpenViking, parseConfig, parseOpenViking } from "../../../src/config/index.ts";
import type { Migration } from "../../../src/config/index.ts";
import { ConfigError } from "../../../src/errors.ts";
import type { EmbeddingRow } from "./embedding-replay.ts";
import { rowsOf } from "./replay.ts";
import type { VlmRow } from "./vlm-replay.ts";

/** Every ov.conf that was ever observed and can be used as it is. */
const ovConfs: readonly object[] = [
  ...rowsOf<VlmRow>("config_vlm").map(({ input }) => ({ vlm: input })),
  ...rowsOf<EmbeddingRow>("config_embedding").map(({ input }) => ({ embedding: input })),
].filter((ovConf) => !(migrated(ovConf) instanceof ConfigError));

const planted = "sk-planted-0123456789abcdef";

/** What people put in a wrong place: another type, another unit, a key, a word too many. */
const mistakes: Arbitrary<unknown> = oneof(
  constantFrom<unknown>(
    null,
    "",
    " ",
    false,
    true,
    0,
    -1,
    0.5,
    1e300,
    "0",
    "10s",
    planted,
    "${NAME}",
    "$NAME",
    "${",
    "https://user:pass@host.example",
    "ftp://host.example",
    "openai ",
    "OpenAI",
    "local",
    "a b",
    "é",
    "\u0000",
    {},
    [],
    [null],
    { provider: planted },
  ),
  string(),
  integer(),
  anything({ maxDepth: 2, withBigInt: false }),
);

/** Names that mean something somewhere, or to JavaScript. */
const names = constantFrom(
  ..."provider backend model api_key api_base api_version extra_headers extra_body extra_request_body stream".split(
    " ",
  ),
  ..."credentials backup providers default_provider dimension batch_size input query_param ak sk region host".split(
    " ",
  ),
  ..."failback_timeout_seconds max_retries timeout version dense sparse hybrid vlm embedding constructor toString".split(
    " ",
  ),
);

/** One change to a configuration: a value replaced, dropped, added, or moved to where another is. */
interface Mistake {
  readonly kind: "replace" | "drop" | "add" | "duplicate";
  /** Which of the values it has; more than there are count round. */
  readonly at: number;
  readonly name: string;
  readonly value: unknown;
}

const mistake: Arbitrary<Mistake> = record({
  kind: constantFrom("replace" as const, "drop" as const, "add" as const, "duplicate" as const),
  at: integer({ min: 0, max: 200 }),
  name: names,
  value: mistakes,
});

type Container = Record<string, unknown>;

/** Every member of every object and list, by its container. */
function placesIn(value: unknown): readonly (readonly [Container, string])[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.keys(value).flatMap((key) => [
    [value as Container, key] as const,
    ...placesIn((value as Container)[key]),
  ]);
}

function withMistake(ovConf: unknown, { kind, at, name, value }: Mistake): unknown {
  const changed = structuredClone(ovConf);
  const places = placesIn(changed);
  const [container, key] = places[at % Math.max(places.length, 1)] ?? [{}, ""];
  if (kind === "drop") delete container[key];
  else if (kind === "replace") container[key] = value;
  else if (kind === "add") container[name] = value;
  else container[name] = structuredClone(container[key]);
  return changed;
}

const halfRight: Arbitrary<unknown> = tuple(
  constantFrom(...ovConfs),
  array(mistake, { minLength: 1, maxLength: 3 }),
).map(([ovConf, mistakes]) => mistakes.reduce<unknown>(withMistake, ovConf));

function migrated(input: unknown): Migration | ConfigError {
  try {
    return migrateOpenViking(input);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

describe("a half-right ov.conf", () => {
  it("is migrated to a file that loads, or refused with where, what was found and what is wanted", () => {
    let migrations = 0;
    let refusals = 0;
    assert(
      property(halfRight, (input) => {
        const result = migrated(input);
        if (result instanceof ConfigError) {
          refusals += 1;
          expect(result.issues.length).toBeGreaterThan(0);
          for (const { found, wanted } of result.issues) expect([found, wanted]).not.toContain("");
          return;
        }
        migrations += 1;
        const env = Object.fromEntries(
          [...result.yaml.matchAll(/\$\{(\w+)\}/g)].map(([, name = ""]) => [name, "https://value.example"]),
        );
        expect(Object.keys(parseConfig(parse(result.yaml), { env }).models)).not.toEqual([]);
      }),
      { numRuns: 500 },
    );

    // both happen, or the mistakes are of no use
    expect(Math.min(migrations, refusals)).toBeGreaterThan(30);
  });

  it("is refused by loading exactly where it is refused by migrating, but for variables and keys in bodies", () => {
    assert(
      property(halfRight, (input) => {
        const result = migrated(input);
        if (result instanceof ConfigError) return;
        const env = Object.fromEntries(
          [...JSON.stringify(input).matchAll(/\$\{(\w+)\}/g)].map(([, name = ""]) => [name, "https://value.example"]),
        );
        expect(() => parseOpenViking(input, { env })).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });

  it("never shows a key, whether it is migrated or refused", () => {
    const key = "sk-of-a-key-field-0123456789abcdef";
    const withKeys = halfRight.map(
      (input) =>
        JSON.parse(JSON.stringify(input) ?? "null", (name, value: unknown) =>
          /^(?:api_key|ak|sk)$/.test(name) && typeof value === "string" && !value.includes("$") ? key : value,
        ) as unknown,
    );
    assert(
      property(withKeys, (input) => {
        const result = migrated(input);
        const told = result instanceof ConfigError ? result.message : result.yaml;
        expect(told).not.toContain(key);
      }),
      { numRuns: 500 },
    );
  });
});
