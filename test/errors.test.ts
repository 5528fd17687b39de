import { inspect } from "node:util";
import { describe, expect, expectTypeOf, it, vi } from "vitest";
import * as errors from "../src/errors.ts";
import type { FailedAttempt } from "../src/errors.ts";
import {
  AllCredentialsFailedError,
  CircuitOpenError,
  ClosedError,
  ConfigError,
  DeadlineExceededError,
  KeyswitchError,
  NoCredentialError,
  UsageError,
} from "../src/errors.ts";

const failed = (errorClass: FailedAttempt["class"], details: Partial<FailedAttempt> = {}): FailedAttempt => ({
  credential: "a",
  class: errorClass,
  index: 1,
  error: new Error("upstream says no"),
  durationMs: 12,
  ...details,
});

describe("AllCredentialsFailedError", () => {
  it("keeps the originals, in the order of the attempts", () => {
    const [first, second] = [new Error("first"), new Error("second")];
    const error = new AllCredentialsFailedError({
      model: "chat",
      attempts: [failed("auth", { error: first }), failed("unknown", { error: second, index: 2 })],
      retryAfterMs: 0,
    });

    expect(error.errors).toEqual([first, second]);
    expect(error.errors[0]).toBe(first);
  });

  it("tells who failed and how, and when to come back", () => {
    const error = new AllCredentialsFailedError({
      model: "chat",
      attempts: [failed("auth", { status: 401 }), failed("transient", { credential: "b", index: 2 })],
      retryAfterMs: 20_000,
    });

    expect(error.message).toBe(
      'All credentials of model "chat" failed (transient): a auth 401, b transient; retry in 20 s',
    );
  });

  it.each([
    ["transient", ["auth", "quota_exceeded", "transient"]],
    ["quota_exceeded", ["auth", "quota_exceeded", "unknown"]],
    ["auth", ["auth", "auth"]],
    ["unknown", ["auth", "unknown"]],
    ["unknown", []],
  ] as const)("is %s when its attempts were %j", (expected, classes) => {
    const attempts = classes.map((errorClass, slot) => ({ ...failed(errorClass), credential: `key-${slot}` }));

    expect(new AllCredentialsFailedError({ model: "chat", attempts, retryAfterMs: 0 }).class).toBe(expected);
  });

  it("is an AggregateError and a KeyswitchError", () => {
    const error = new AllCredentialsFailedError({ model: "chat", attempts: [], retryAfterMs: 0 });

    expect(error).toBeInstanceOf(AggregateError);
    expect(error).toBeInstanceOf(KeyswitchError);
    expect(KeyswitchError.isInstance(error)).toBe(true);
    expectTypeOf(error.code).toEqualTypeOf<"KS_ERR_ALL_CREDENTIALS_FAILED">();
  });

  it("says nothing in its own words that an original may hold", () => {
    const original = Object.assign(new Error("sk-planted-4242"), { body: "sk-planted-4242" });
    const attempts = [failed("auth", { error: original })];
    const all = new AllCredentialsFailedError({ model: "chat", attempts, retryAfterMs: 0 });
    const late = new DeadlineExceededError({ model: "chat", deadlineMs: 1500, attempts });

    expect([all.message, JSON.stringify(all), late.message, JSON.stringify(late)].join()).not.toContain("planted");
  });
});

describe("ConfigError", () => {
  it("names everything that is wrong, a line each", () => {
    const error = new ConfigError({
      source: "keyswitch.yaml",
      issues: [
        { path: "models.chat.api", found: '"opnai"', wanted: "openai, anthropic, gemini or any" },
        { path: "gateway.port", found: "70000", wanted: "a port from 0 to 65535" },
      ],
    });

    expect(error.message).toBe(
      [
        "keyswitch.yaml has 2 errors:",
        '  models.chat.api: found "opnai", wanted openai, anthropic, gemini or any',
        "  gateway.port: found 70000, wanted a port from 0 to 65535",
      ].join("\n"),
    );
  });
});

describe("KeyswitchError", () => {
  it("recognizes an error from another copy of the package", async () => {
    vi.resetModules();
    const copy = await import("../src/errors.ts");
    const foreign = new copy.ClosedError();

    expect(foreign).not.toBeInstanceOf(ClosedError);
    expect(foreign).toBeInstanceOf(KeyswitchError);
    expect(KeyswitchError.isInstance(foreign)).toBe(true);
  });

  it.each([undefined, null, "text", 7, {}, new Error("plain")])("does not recognize %o", (value) => {
    expect(KeyswitchError.isInstance(value)).toBe(false);
    expect(value).not.toBeInstanceOf(KeyswitchError);
  });

  it("keeps its subclasses apart", () => {
    expect(new ClosedError()).not.toBeInstanceOf(UsageError);
    expect(new NoCredentialError({ model: "chat" })).toBeInstanceOf(NoCredentialError);
  });

  it("leaves no trace of its marker in logs", () => {
    expect(inspect(new CircuitOpenError({ retryAfterMs: 5 }))).not.toContain("Symbol(");
  });

  it("gives each of its classes a name and a code of its own", () => {
    const classes = Object.values(errors).filter((exported) => exported !== KeyswitchError);
    const made = classes.map(
      (Class) => new (Class as new (details: object) => KeyswitchError)({ issues: [], attempts: [], known: [] }),
    );

    expect(made.map((error) => error.name)).toEqual(Object.keys(errors).filter((name) => name !== "KeyswitchError"));
    expect(new Set(made.map((error) => error.code)).size).toBe(classes.length);
  });
});
