import { describe, expect, it } from "vitest";
import { failureOf } from "../../src/engine/failure-report.ts";
import { failure, rejection, scripted, startEngine, UpstreamError } from "./scripted-engine.ts";

const failing = (error: unknown) => {
  const { call } = startEngine({ credentials: ["only"] });
  return rejection(
    call(() => {
      throw error;
    }),
  );
};

describe("an error that a call rethrows", () => {
  it.each([
    ["an error", new Error("boom")],
    ["a frozen error", Object.freeze(new Error("boom"))],
    ["a plain object", { status: 401 }],
    ["a function", () => 1],
    ["a string", "boom"],
    ["undefined", undefined],
    ["null", null],
    ["a number", Number.NaN],
    ["a symbol", Symbol("boom")],
    ["an object without a prototype", Object.create(null) as object],
  ])("is the very value that was thrown: %s", async (_, error) => {
    expect(Object.is(await failing(error), error)).toBe(true);
  });

  it("is handed on with its getters unread", async () => {
    const error = Object.defineProperty(new Error("boom"), "body", {
      enumerable: true,
      get: () => {
        throw new Error("somebody looked");
      },
    });

    expect(await failing(error)).toBe(error);
  });

  it("is handed on even when it cannot be looked at", async () => {
    const { proxy, revoke } = Proxy.revocable(new Error("boom"), {});
    revoke();

    const { engine, call } = startEngine({ credentials: ["only"] });
    // Not returned from anywhere: a promise would look at it.
    let isSame = false;
    await call(() => {
      throw proxy;
    }).catch((error: unknown) => {
      isSame = Object.is(error, proxy);
    });

    expect(isSame).toBe(true);
    expect(failureOf(proxy)).toMatchObject({ class: "unknown", rule: "unreadable" });
    await engine.close();
  });

  it("gets nothing added", async () => {
    const error = failure("permanent");
    const before = Reflect.ownKeys(error);

    await failing(error);

    expect(Reflect.ownKeys(error)).toEqual(before);
  });
});

describe("failureOf", () => {
  it("tells who threw, what it meant, and what had failed before in the same call", async () => {
    const { call } = startEngine();
    const [first, last] = [failure("auth"), new UpstreamError("permanent")];
    const { attempt } = scripted({ a: [first], b: [last] });

    const error = await rejection(call(attempt));

    expect(error).toBe(last);
    expect(failureOf(error)).toEqual({
      model: "chat",
      credential: "b",
      class: "permanent",
      rule: "scripted.permanent",
      retryAfterMs: undefined,
      attempts: [
        { credential: "a", class: "auth", index: 1, error: first, durationMs: expect.any(Number), status: undefined },
        {
          credential: "b",
          class: "permanent",
          index: 2,
          error: last,
          durationMs: expect.any(Number),
          status: undefined,
        },
      ],
    });
    expect(failureOf(error)?.attempts[0]?.error).toBe(first);
  });

  it("tells the wait that a single credential's failure stated", async () => {
    expect(failureOf(await failing(failure("quota_exceeded", 20_000)))).toMatchObject({
      credential: "only",
      class: "quota_exceeded",
      retryAfterMs: 20_000,
    });
  });

  it.each([undefined, null, "text", 7, {}, new Error("of somebody else")])("knows nothing of %o", (value) => {
    expect(failureOf(value)).toBeUndefined();
  });
});
