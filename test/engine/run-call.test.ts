import { describe, expect, it } from "vitest";
import { AllCredentialsFailedError, NoCredentialError } from "../../src/errors.ts";
import { failure, quiet, rejection, scripted, startEngine, startVirtualEngine } from "./scripted-engine.ts";

describe("fifty concurrent calls on a key that dies", () => {
  const fifty = Array.from({ length: 50 }, (_, index) => index);

  it("move the model once and are all served, each with one attempt on the dead key", async () => {
    const { engine, call, hear } = startEngine();
    const moves = hear("failover", "failback", "exhausted");
    const attempts = fifty.map((): string[] => []);

    const answers = await Promise.all(
      fifty.map((each) =>
        call(async ({ credential }) => {
          attempts[each]?.push(credential.id);
          await quiet();
          if (credential.id === "a") throw failure("auth");
          return credential.id;
        }),
      ),
    );

    expect(answers).toEqual(fifty.map(() => "b"));
    expect(attempts).toEqual(fifty.map(() => ["a", "b"]));
    expect(moves.map(([name]) => name)).toEqual(["failover"]);
    expect(engine.snapshot()).toMatchObject({ active: "b", epoch: 1 });
  });

  it("move the model once when failures and successes of the key come in turns", async () => {
    const { engine, call } = startEngine();

    const answers = await Promise.all(
      fifty.map((each) =>
        call(async ({ credential }) => {
          for (let turn = 0; turn < each; turn += 1) await quiet();
          if (credential.id === "a" && each % 2 === 1) throw failure("quota_exceeded");
          return credential.id;
        }),
      ),
    );

    expect(answers).toEqual(fifty.map((each) => (each % 2 === 1 ? "b" : "a")));
    expect(engine.snapshot()).toMatchObject({ active: "b", epoch: 1 });
  });

  it("never try the dead key again once the first failure is known", async () => {
    const { call } = startEngine();
    const onDeadKey: number[] = [];
    const serve = (each: number) =>
      call(async ({ credential }) => {
        if (credential.id !== "a") return credential.id;
        onDeadKey.push(each);
        throw failure("auth");
      });

    await serve(0);
    await Promise.all(fifty.map(serve));

    expect(onDeadKey).toEqual([0]);
  });
});

describe("a call", () => {
  it.each(["auth", "quota_exceeded", "transient", "unknown"] as const)(
    "goes on to the next credential on %s, and the next call starts there",
    async (errorClass) => {
      const { engine, call } = startEngine();
      const { attempt, attempts } = scripted({ a: [failure(errorClass)] });

      await call(attempt);
      await call(attempt);

      expect(attempts).toEqual(["a", "b", "b"]);
      expect(engine.active()).toBe("b");
    },
  );

  it.each(["permanent", "input_too_large", "content_safety"] as const)(
    "fails fast on %s, and the model stays where it is",
    async (errorClass) => {
      const { engine, call } = startEngine();
      const error = failure(errorClass);
      const { attempt, attempts } = scripted({ a: [error] });

      expect(await rejection(call(attempt))).toBe(error);
      expect(attempts).toEqual(["a"]);
      expect(engine.snapshot()).toMatchObject({ active: "a", epoch: 0, cooldowns: {} });
    },
  );

  it.each([
    ["a plain value", () => 7, 7],
    ["undefined", () => undefined, undefined],
    // oxlint-disable-next-line unicorn/no-thenable
    ["a thenable", () => ({ then: (resolve: (value: number) => void) => resolve(7) }) as PromiseLike<number>, 7],
  ])("hands on %s as its function returned it", async (_, attempt, expected) => {
    expect(await startEngine().call(attempt as () => unknown)).toBe(expected);
  });

  it("goes on when its function throws at once", async () => {
    const { call } = startEngine();

    const answer = await call(({ credential }) => {
      if (credential.id === "a") throw failure("auth");
      return credential.id;
    });

    expect(answer).toBe("b");
  });

  it("goes on when its function returns a thenable that throws", async () => {
    const { call } = startEngine();

    const answer = await call(({ credential }): PromiseLike<string> => {
      if (credential.id === "c") return Promise.resolve("c");
      return {
        // oxlint-disable-next-line unicorn/no-thenable
        get then(): never {
          throw failure("auth");
        },
      };
    });

    expect(answer).toBe("c");
  });

  it("numbers its attempts from 1, over all credentials", async () => {
    const { call } = startEngine();
    const numbers: number[] = [];

    await call(({ credential, attempt }) => {
      numbers.push(attempt);
      if (credential.id !== "c") throw failure("auth");
    });

    expect(numbers).toEqual([1, 2, 3]);
  });

  it("may call its own model from within an attempt", async () => {
    const { engine, call } = startEngine();

    const answer = await call(async ({ credential }) => {
      const inner = await call(({ credential: { id } }) => {
        if (id === "a") throw failure("auth");
        return id;
      });
      return [credential.id, inner];
    });

    expect(answer).toEqual(["a", "b"]);
    expect(engine.snapshot()).toMatchObject({ active: "b", epoch: 1 });
  });

  it("passes over a credential that lacks what it needs, without a move", async () => {
    const { engine, call } = startEngine({
      credentials: [{ id: "a", capabilities: ["audio"] }, { id: "b" }, { id: "c", capabilities: ["vision"] }],
    });
    const { attempt, attempts } = scripted({ b: [failure("unknown")] });

    expect(await call(attempt, { capabilities: ["vision"] })).toBe("c");
    expect(attempts).toEqual(["b", "c"]);
    expect(engine.snapshot()).toMatchObject({ active: "a", epoch: 0 });
  });
});

describe("a call that no credential can serve", () => {
  it("rejects with every original, in order, and when to come back", async () => {
    const { call, clock } = startVirtualEngine();
    const errors = [failure("auth"), failure("quota_exceeded", 30_000), failure("unknown")];
    const { attempt } = scripted({ a: [errors[0]], b: [errors[1]], c: [errors[2]] });

    const error = await rejection(call(attempt));

    expect(error).toBeInstanceOf(AllCredentialsFailedError);
    expect(error).toMatchObject({
      model: "chat",
      class: "quota_exceeded",
      retryAfterMs: 30_000,
      attempts: [
        { credential: "a", class: "auth", index: 1, durationMs: 0 },
        { credential: "b", class: "quota_exceeded", index: 2, durationMs: 0 },
        { credential: "c", class: "unknown", index: 3, durationMs: 0 },
      ],
    });
    expect((error as AllCredentialsFailedError).errors).toEqual(errors);
    expect((error as AllCredentialsFailedError).errors[0]).toBe(errors[0]);
    expect(clock.now()).toBe(0);
  });

  it("rejects with the original where there is one credential", async () => {
    const error = failure("auth");
    const { engine, call } = startEngine({ credentials: ["only"] });

    expect(await rejection(call(() => Promise.reject(error)))).toBe(error);
    expect(engine.active()).toBeUndefined();
  });

  it("tries each of fifty credentials once", async () => {
    const credentials = Array.from({ length: 50 }, (_, index) => `key-${index}`);
    const { call } = startEngine({ credentials });
    const tried: string[] = [];

    await rejection(
      call(({ credential }) => {
        tried.push(credential.id);
        throw failure("auth");
      }),
    );

    expect(tried).toEqual(credentials);
  });

  it("says so when every credential is disabled, without an attempt", async () => {
    const { engine, call } = startEngine({ credentials: [{ id: "a", disabled: true }, { id: "b" }] });
    const { attempt, attempts } = scripted({});
    engine.operate({ type: "DISABLE", slot: 1 });

    expect(await rejection(call(attempt))).toBeInstanceOf(NoCredentialError);
    expect(attempts).toEqual([]);
  });

  it("says what it asked for when none can do it", async () => {
    const { call } = startEngine({ credentials: [{ id: "a", capabilities: [] }] });

    const error = await rejection(call(() => 1, { capabilities: ["vision"] }));

    expect(error).toBeInstanceOf(NoCredentialError);
    expect(error).toMatchObject({ model: "chat", capabilities: ["vision"] });
  });

  it("is tried in full while the model is exhausted, and its first success ends that", async () => {
    const { engine, call } = startEngine();
    await rejection(call(() => Promise.reject(failure("auth"))));
    const { attempt, attempts } = scripted({ a: [failure("auth")] });

    expect(await call(attempt)).toBe("b");
    expect(attempts).toEqual(["a", "b"]);
    expect(engine.active()).toBe("b");
  });
});

describe("on_exhausted: reject", () => {
  const exhausted = async () => {
    const virtual = startVirtualEngine({ onExhausted: "reject" });
    await rejection(virtual.call(() => Promise.reject(failure("auth"))));
    return virtual;
  };

  it("turns a call away at once, and says when to come back", async () => {
    const { call, pass } = await exhausted();
    await pass(100_000);
    const { attempt, attempts } = scripted({});

    const error = await rejection(call(attempt));

    expect(error).toBeInstanceOf(AllCredentialsFailedError);
    expect(error).toMatchObject({ attempts: [], retryAfterMs: 500_000 });
    expect(attempts).toEqual([]);
  });

  it("lets the one call that probes run as ever, over all credentials", async () => {
    const { engine, call, pass } = await exhausted();
    await pass(600_000);
    const { attempt, attempts } = scripted({ a: [failure("auth")] });

    expect(await call(attempt)).toBe("b");
    expect(attempts).toEqual(["a", "b"]);
    expect(engine.active()).toBe("b");
  });
});
