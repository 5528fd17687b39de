import { describe, expect, it } from "vitest";
import { AttemptTimeoutError } from "../../src/errors.ts";
import { failure, never, rejection, type ScriptedPolicy, startVirtualEngine } from "./scripted-engine.ts";

/** The times at which a call's attempts begin, in milliseconds, with the credential's id. */
async function timesOf(
  policy: ScriptedPolicy,
  attempt: (credential: string, attempt: number) => unknown,
  random: () => number = Math.random,
): Promise<[string, number][]> {
  const { call, clock, pass } = startVirtualEngine(policy, { random });
  const times: [string, number][] = [];
  const ended = call(({ credential, attempt: number }) => {
    times.push([credential.id, clock.now()]);
    return attempt(credential.id, number);
  }).catch(() => undefined);
  await pass(3_600_000);
  await ended;
  return times;
}

const throwing = (error: unknown) => () => {
  throw error;
};

describe("a transient failure", () => {
  it("is retried after delays that double up to their ceiling", async () => {
    const times = await timesOf(
      { credentials: ["a"], retry: { maxRetries: 6, baseDelayMs: 500, maxDelayMs: 8_000 } },
      throwing(failure("transient")),
    );

    expect(times.map(([, at]) => at)).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500, 23_500]);
  });

  it.each([
    [0, [0, 0, 0, 0]],
    [0.5, [0, 250, 750, 1_750]],
    [0.999, [0, 499.5, 1_498.5, 3_496.5]],
  ])("waits between 0 and the whole delay with full jitter: a draw of %d", async (draw, expected) => {
    const times = await timesOf(
      { credentials: ["a"], retry: { maxRetries: 3, jitter: "full" } },
      throwing(failure("transient")),
      () => draw,
    );

    expect(times.map(([, at]) => at)).toEqual(expected);
  });

  it("waits as long as Retry-After says, where that is no longer than the ceiling", async () => {
    const times = await timesOf(
      { credentials: ["a", "b"], retry: { maxRetries: 1 } },
      (id) => id === "a" && throwing(failure("transient", 8_000))(),
    );

    expect(times).toEqual([
      ["a", 0],
      ["a", 8_000],
      ["b", 8_000],
    ]);
  });

  it("goes on to the next credential at once when Retry-After is longer", async () => {
    const times = await timesOf(
      { credentials: ["a", "b"], retry: { maxRetries: 3 } },
      (id) => id === "a" && throwing(failure("transient", 8_001))(),
    );

    expect(times).toEqual([
      ["a", 0],
      ["b", 0],
    ]);
  });

  it("moves nothing while it is retried, and home when the retries are used up", async () => {
    const { engine, call, pass } = startVirtualEngine({ retry: { maxRetries: 1 } });
    const answer = call(({ credential }) => {
      if (credential.id === "a") throw failure("transient");
      return credential.id;
    });

    await pass(499);
    expect(engine.snapshot()).toMatchObject({ active: "a", epoch: 0 });
    await pass(1);
    expect(await answer).toBe("b");
    expect(engine.snapshot()).toMatchObject({ active: "b", epoch: 1 });
  });

  it("costs its credential nothing when a retry is served", async () => {
    const { engine, call, pass } = startVirtualEngine({ retry: { maxRetries: 3 } });
    const answer = call(({ attempt }) => {
      if (attempt < 3) throw failure("transient");
      return attempt;
    });
    await pass(10_000);

    expect(await answer).toBe(3);
    expect(engine.snapshot()).toMatchObject({ active: "a", epoch: 0, cooldowns: {} });
  });
});

describe("no retry", () => {
  it.each(["auth", "quota_exceeded", "unknown"] as const)("follows %s", async (errorClass) => {
    const times = await timesOf(
      { credentials: ["a", "b"], retry: { maxRetries: 3 } },
      (id) => id === "a" && throwing(failure(errorClass, 100))(),
    );

    expect(times.map(([id]) => id)).toEqual(["a", "b"]);
  });

  it("follows an attempt that timed out while another credential is untried, but one on the last does", async () => {
    const times = await timesOf({ credentials: ["a", "b"], attemptTimeoutMs: 10_000, retry: { maxRetries: 1 } }, never);

    expect(times).toEqual([
      ["a", 0],
      ["b", 10_000],
      ["b", 20_500],
    ]);
  });

  it("follows a probe that failed, while another credential is untried", async () => {
    const { call, pass } = startVirtualEngine({ credentials: ["a", "b"], retry: { maxRetries: 2 } });
    await call(({ credential }) => {
      if (credential.id === "a") throw failure("auth");
    });
    await pass(600_000);
    const attempts: string[] = [];

    await call(({ credential }) => {
      attempts.push(credential.id);
      if (credential.id === "a") throw failure("transient");
    });

    expect(attempts).toEqual(["a", "b"]);
  });
});

describe("an attempt that takes too long", () => {
  it("ends with its signal aborted, counts as transient, and the next credential serves", async () => {
    const { engine, call, pass } = startVirtualEngine({ attemptTimeoutMs: 5_000 });
    let reason: unknown;
    const answer = call(({ credential, signal }) => {
      if (credential.id === "b") return "b";
      signal.addEventListener("abort", () => (reason = signal.reason));
      return never();
    });
    await pass(5_000);

    expect(await answer).toBe("b");
    expect(reason).toBeInstanceOf(AttemptTimeoutError);
    expect(reason).toMatchObject({ credential: "a", limit: "timeout", timeoutMs: 5_000 });
    expect(engine.snapshot().usage["a"]).toMatchObject({ attempts: 1, failures: { transient: 1 } });
  });

  it("is the original of a model with a single credential", async () => {
    const { call, pass } = startVirtualEngine({ credentials: ["a"], attemptTimeoutMs: 5_000 });
    const error = rejection(call(never));
    await pass(5_000);

    expect(await error).toBeInstanceOf(AttemptTimeoutError);
  });
});
