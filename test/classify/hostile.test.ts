import { anything, assert, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { errorClasses } from "../../machines/events.ts";
import { decodeParts, endBytes, readableParts } from "../../src/classify/bounded-text.ts";
import { decisiveTexts } from "../../src/classify/decisive-texts.ts";
import { genericWords } from "../../src/classify/generic-words.ts";
import { classifyFailure } from "../../src/classify/index.ts";
import { errorTables } from "../../src/providers/error-tables.ts";

const megabytes = (count: number) => "lorem ipsum ".repeat((count * 1024 * 1024) / 12);

describe("a hostile failure never crashes the classifier", () => {
  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a number", 42],
    ["a bigint", 10n],
    ["a symbol", Symbol("x")],
    ["a function", () => undefined],
    [
      "wrong types everywhere",
      { status: "x", headers: 7, body: [null, [[]]], message: { a: 1 }, code: {}, cause: true },
    ],
    ["a status that is no number", { status: Number.NaN }],
    ["a string status in a body", { body: { status: "0x1ad" } }],
    ["an object without a prototype", Object.create(null)],
    ["deep JSON text", { body: "[".repeat(10_000) }],
    ["deep objects in text", { body: '{"error":'.repeat(10_000) }],
    ["deep quotes", { message: "{'a': ".repeat(10_000) }],
    ["invalid UTF-8", { body: new Uint8Array([0xff, 0xfe, 0x7b, 0x22, 0xc3, 0x28]) }],
    ["a lone surrogate", { message: "\ud800 {\ud800" }],
    ["a key named __proto__", { body: '{"__proto__": {"status": 401}, "constructor": 1}' }],
    ["sparse headers", { headers: [[], [1], ["a"], null] }],
  ])("%s", (_, input) => {
    expect(errorClasses).toContain(classifyFailure(input).class);
  });

  it("deep objects", () => {
    let deep: Record<string, unknown> = { message: "invalid api key" };
    for (let level = 0; level < 10_000; level += 1) deep = { error: deep };
    expect(classifyFailure(deep).class).toBe("unknown");
    expect(classifyFailure({ error: { error: { error: { message: "invalid api key" } } } }).class).toBe("auth");
  });

  it("cycles", () => {
    const error: Error & { errors?: unknown } = new Error("Connection error.");
    error.cause = error;
    error.errors = [error];
    expect(classifyFailure(error).class).toBe("transient");
    const aggregate = new AggregateError([]);
    aggregate.errors.push(aggregate);
    expect(classifyFailure(aggregate).class).toBe("unknown");
  });

  it("getters that throw, and revoked proxies", () => {
    const trap = {
      get message(): string {
        throw new Error("no");
      },
      get headers(): object {
        return {
          get "retry-after"(): string {
            throw new Error("no");
          },
        };
      },
      status: 503,
    };
    expect(classifyFailure(trap)).toMatchObject({ class: "transient", status: 503 });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(classifyFailure(proxy).class).toBe("unknown");
    expect(classifyFailure({ body: proxy, status: 401 }).class).toBe("auth");
  });

  it("anything at all", () => {
    assert(
      property(anything({ withBigInt: true, withNullPrototype: true, withTypedArray: true }), (input) => {
        const verdict = classifyFailure(input, { now: 0 });
        expect(errorClasses).toContain(verdict.class);
        expect(verdict.retryAfterMs ?? 0).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });
});

describe("a long failure is read at its two ends", () => {
  it("as text and as bytes, 16 KiB each", () => {
    const text = megabytes(1);
    expect(readableParts(text).map((part) => part.length)).toEqual([endBytes, endBytes]);
    expect(decodeParts(new TextEncoder().encode(text)).map((part) => part.length)).toEqual([endBytes, endBytes]);
    expect(readableParts("short")).toEqual(["short"]);
  });

  it("where an error in the middle is not looked for", () => {
    const sentence = " insufficient quota ";
    expect(classifyFailure({ body: sentence + megabytes(10) }).class).toBe("quota_exceeded");
    expect(classifyFailure({ body: megabytes(10) + sentence }).class).toBe("quota_exceeded");
    expect(classifyFailure({ body: megabytes(5) + sentence + megabytes(5) }).class).toBe("unknown");
  });

  it("where JSON's tail tells by its objects, never by the prompt around them", () => {
    const body = `{"prompt":"${megabytes(10)} rate limit","error":{"message":"no","code":"invalid_api_key"}}`;
    expect(classifyFailure({ status: 400, body })).toMatchObject({ class: "auth", rule: "code.invalid_api_key" });
    expect(classifyFailure({ status: 400, body: `{"prompt":"${megabytes(10)} rate limit"}` }).class).toBe("permanent");
  });

  it("where a body of many fields costs no more than the few that are asked for", () => {
    let reads = 0;
    const body = new Proxy<Record<string, unknown>>(
      {},
      {
        get: () => {
          reads += 1;
          return undefined;
        },
        ownKeys: () => {
          throw new Error("fields are never enumerated");
        },
      },
    );
    expect(classifyFailure({ status: 500, body }).class).toBe("transient");
    expect(reads).toBeLessThan(150);
  });
});

describe("no rule can be made to run wild", () => {
  const rules = [...decisiveTexts, ...genericWords, ...Object.values(errorTables).flatMap(({ texts = [] }) => texts)];
  const patterns = rules.flatMap(({ rule, pattern, unless }) =>
    [pattern, unless].filter((each) => each !== undefined).map((each) => [rule, each] as const),
  );

  it.each(patterns.filter(([, { source }]) => !source.startsWith("^(?!")))(
    "%s repeats nothing without a bound",
    (_, { source }) => {
      const withoutClasses = source.replaceAll(/\\./g, "").replaceAll(/\[[^\]]*\]/g, "");
      expect(withoutClasses).not.toMatch(/[*+]|\{\d+,\}/);
    },
  );
});
