import {
  array,
  assert,
  boolean,
  constantFrom,
  dictionary,
  double,
  integer,
  json,
  jsonValue,
  letrec,
  oneof,
  property,
  record,
  uuid,
} from "fast-check";
import type { Arbitrary } from "fast-check";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/index.ts";
import type { Config } from "../../src/config/index.ts";
import { ConfigError } from "../../src/errors.ts";

const env = { KEY: "sk-1" };

const parsed = (input: unknown): Config | ConfigError => {
  try {
    return parseConfig(input, { env });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
};

/** A name that JavaScript gives a meaning is refused, and has a test of its own. */
const anything = jsonValue({ maxDepth: 3 }).filter((value) => !JSON.stringify(value).includes('"__proto__"'));

/** Configurations whose values are good ones, or nine times of ten. */
const configs = (values: "good" | "mixed"): Arbitrary<unknown> => {
  const some = <Value>(good: Arbitrary<Value>): Arbitrary<unknown> =>
    values === "good" ? good : oneof({ weight: 9, arbitrary: good }, { weight: 1, arbitrary: anything });
  const time = some(oneof(integer({ min: 1, max: 9_999 }), constantFrom(0.25, 1.1, "500ms", "10m", "1.7h", "24h")));
  const credential = record(
    {
      id: some(uuid()),
      provider: some(constantFrom("openai", "ollama", "Kimi", "groq")),
      api_key: some(constantFrom("sk-1", "${KEY}", "a-${KEY}")),
      api_base: some(constantFrom("https://x.example.com/v1/", "http://[::1]:8080")),
      extra_headers: some(dictionary(constantFrom("X-a", "x-b"), constantFrom("1", "${KEY}", ""))),
      extra_request_body: some(dictionary(constantFrom("a", "b"), anything)),
      capabilities: some(constantFrom(["vision"], [])),
      disabled: some(boolean()),
    },
    { requiredKeys: ["provider", "api_key"] },
  );
  const model = record(
    {
      api: some(constantFrom("openai", "any")),
      model: some(constantFrom("m")),
      credentials: some(array(credential, { minLength: 1, maxLength: 3 })),
      failback: some(
        record(
          { timeout: time, max_cooldown: time, growth: some(double({ min: 1, max: 9, noNaN: true })) },
          { requiredKeys: [] },
        ),
      ),
      timeout: time,
      deadline: oneof(time, constantFrom("none")),
    },
    { requiredKeys: ["model", "credentials"] },
  );
  const embedding = record({
    kind: some(constantFrom("embedding")),
    model: some(constantFrom("e")),
    dimension: some(integer({ min: 1, max: 4096 })),
    credentials: some(array(credential, { minLength: 1, maxLength: 2 })),
  });
  return record({ models: some(dictionary(constantFrom("chat", "embed"), oneof(model, embedding), { minKeys: 1 })) });
};

const nested = letrec<{ value: unknown }>((tie) => ({
  value: oneof(
    { depthSize: "small" },
    anything,
    dictionary(constantFrom("models", "chat", "credentials", "api_key", "env", "file", "constructor"), tie("value")),
  ),
})).value;

describe("any JSON", () => {
  it("is a configuration or a ConfigError, never anything else", () => {
    assert(
      property(
        oneof(
          configs("mixed"),
          nested,
          json().map((text): unknown => JSON.parse(text)),
        ),
        (input) => {
          const result = parsed(input);

          if (result instanceof ConfigError) expect(result.issues.length).toBeGreaterThan(0);
          else expect(Object.isFrozen(result)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("comes out the same when it is parsed again", () => {
    assert(
      property(configs("good"), (input) => {
        const once = parseConfig(input, { env });

        expect(parseConfig(once, { env: {} })).toStrictEqual(once);
      }),
      { numRuns: 300 },
    );
  });
});
