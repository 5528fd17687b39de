import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DeadlineExceededError } from "../../src/errors.ts";
import { failure, never, quiet, rejection, startEngine, startVirtualEngine } from "./scripted-engine.ts";

/** When the timer of a model is due that waits for nothing: a delay as long as timers can be. */
const idleModel = 2 ** 31 - 1;

describe("the caller's signal", () => {
  it("that is aborted already keeps the function from being called", async () => {
    const { engine, call, hear } = startEngine();
    const attempt = vi.fn(() => 1);
    const settled = hear("settled");
    const reason = new Error("before it began");

    expect(await rejection(call(attempt, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(attempt).not.toHaveBeenCalled();
    expect(settled).toMatchObject([["settled", { result: "cancelled", attempts: 0 }]]);
    await engine.close();
  });

  it.each([["a string"], [0], [null], [{ why: "an object" }]])(
    "rejects with its reason as it is: %o",
    async (reason) => {
      const { call } = startEngine();
      const caller = new AbortController();
      const answer = rejection(call(never, { signal: caller.signal }));

      caller.abort(reason);

      expect(await answer).toBe(reason);
    },
  );

  it("stops an attempt at once, and the attempt's own signal with the same reason", async () => {
    const { engine, call, hear } = startEngine();
    const attempts = hear("attempt");
    const caller = new AbortController();
    let signal: AbortSignal | undefined;
    const answer = rejection(
      call(
        (context) => {
          ({ signal } = context);
          return never();
        },
        { signal: caller.signal },
      ),
    );

    caller.abort();

    expect(await answer).toBe(caller.signal.reason);
    expect(signal?.reason).toBe(caller.signal.reason);
    expect(attempts).toMatchObject([["attempt", { credential: "a", outcome: "cancelled" }]]);
    expect(engine.snapshot()).toMatchObject({ active: "a", epoch: 0, cooldowns: {} });
  });

  it("stops a call that backs off: there is no further attempt, and none is counted", async () => {
    const { engine, call, pass, clock } = startVirtualEngine({ retry: { maxRetries: 3 } });
    const caller = new AbortController();
    const attempt = vi.fn(() => Promise.reject(failure("transient")));
    const answer = rejection(call(attempt, { signal: caller.signal }));
    await pass(100);

    caller.abort();

    expect(await answer).toBe(caller.signal.reason);
    expect(clock.nextDueAt()).toBe(idleModel);
    expect(attempt).toHaveBeenCalledOnce();
    expect(engine.snapshot().usage["a"]).toMatchObject({ attempts: 1, failures: { transient: 1 } });
  });

  it("stops a call between two attempts", async () => {
    const { engine, call } = startEngine();
    const caller = new AbortController();
    engine.listeners.on("attempt", () => caller.abort());
    const attempt = vi.fn(() => Promise.reject(failure("auth")));

    expect(await rejection(call(attempt, { signal: caller.signal }))).toBe(caller.signal.reason);
    expect(attempt).toHaveBeenCalledOnce();
  });

  it("stops a call before its backoff", async () => {
    const { engine, call, clock } = startVirtualEngine({ retry: { maxRetries: 3 } });
    const caller = new AbortController();
    engine.listeners.on("attempt", () => caller.abort());
    const attempt = vi.fn(() => Promise.reject(failure("transient")));

    expect(await rejection(call(attempt, { signal: caller.signal }))).toBe(caller.signal.reason);
    expect(attempt).toHaveBeenCalledOnce();
    expect(clock.now()).toBe(0);
  });

  it("stops a call that its own attempt aborts", async () => {
    const { call } = startEngine();
    const caller = new AbortController();

    const error = await rejection(
      call(
        () => {
          caller.abort();
          return 1;
        },
        { signal: caller.signal },
      ),
    );

    expect(error).toBe(caller.signal.reason);
  });

  it("comes too late for an answer that was there first", async () => {
    const { call } = startEngine();
    const caller = new AbortController();

    const answer = call(() => 7, { signal: caller.signal });
    await Promise.resolve();
    await Promise.resolve();
    caller.abort();

    expect(await answer).toBe(7);
  });

  it("that lives long keeps nothing of 10 000 calls and streams", async () => {
    const { call, stream } = startEngine();
    const { signal } = new AbortController();

    for (let done = 0; done < 10_000; done += 1) {
      if (done % 10 > 0) await call(({ credential }) => credential.id, { signal });
      else
        for await (const _ of stream(
          async function* () {
            yield 1;
          },
          { signal },
        ))
          break;
    }

    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

describe("a stop by the clock", () => {
  const stopAfter = async (ms: number, reason: unknown) => {
    const virtual = startVirtualEngine({ attemptTimeoutMs: 10_000 });
    const caller = new AbortController();
    const answer = rejection(virtual.call(never, { signal: caller.signal }));
    await virtual.pass(ms);
    caller.abort(reason);
    await answer;
    return virtual.engine;
  };

  it.each([
    ["half of timeout", 5_000, new DOMException("late", "TimeoutError"), "b"],
    ["less than half of timeout", 4_999, new DOMException("late", "TimeoutError"), "a"],
    ["half of timeout, but by a caller who changed his mind", 5_000, new DOMException("no", "AbortError"), "a"],
  ] as const)("after %s leaves the credential, or not", async (_, ms, reason, active) => {
    expect((await stopAfter(ms, reason)).active()).toBe(active);
  });

  it("of AbortSignal.timeout() is one", async () => {
    const { engine, call } = startEngine({ attemptTimeoutMs: 500 });

    const error = await rejection(call(never, { signal: AbortSignal.timeout(300) }));

    expect(error).toMatchObject({ name: "TimeoutError" });
    expect(engine.active()).toBe("b");
  });
});

describe("a deadline", () => {
  it("ends an attempt, and tells what was tried before", async () => {
    const { call, pass, hear } = startVirtualEngine();
    const settled = hear("settled");
    const answer = rejection(
      call(({ credential }) => (credential.id === "a" ? Promise.reject(failure("auth")) : never()), {
        deadlineMs: 5_000,
      }),
    );
    await pass(5_000);

    const error = await answer;
    expect(error).toBeInstanceOf(DeadlineExceededError);
    expect(error).toMatchObject({ model: "chat", deadlineMs: 5_000, attempts: [{ credential: "a", class: "auth" }] });
    expect(settled).toMatchObject([["settled", { result: "timed_out", attempts: 2 }]]);
  });

  it("ends a backoff", async () => {
    const { call, clock, pass } = startVirtualEngine({
      credentials: ["a"],
      retry: { maxRetries: 3, baseDelayMs: 8_000 },
      deadlineMs: 3_000,
    });
    const attempt = vi.fn(() => Promise.reject(failure("transient")));
    const answer = rejection(call(attempt));
    await pass(3_000);

    expect(await answer).toBeInstanceOf(DeadlineExceededError);
    expect(attempt).toHaveBeenCalledOnce();
    expect(clock.nextDueAt()).toBe(idleModel);
  });

  it("of the call comes before that of the model", async () => {
    const { call, pass } = startVirtualEngine({ deadlineMs: 1_000 });
    const answer = call(
      async () => {
        await pass(2_000);
        return "served";
      },
      { deadlineMs: 5_000 },
    );

    expect(await answer).toBe("served");
  });

  it.each([
    [30_000, "b"],
    [29_999, "a"],
  ])("of %d ms against a timeout of 60 s leaves a key that hangs, or not", async (deadlineMs, active) => {
    const { engine, call, pass } = startVirtualEngine();
    const answer = rejection(call(never, { deadlineMs }));
    await pass(deadlineMs);
    await answer;

    expect(engine.active()).toBe(active);
  });

  it.each([
    ["served", 4_999],
    ["timed_out", 5_000],
  ])("ends its call once, as %s, when an answer comes after %d ms of 5 s", async (result, answerMs) => {
    const { call, pass, clock, hear } = startVirtualEngine();
    const settled = hear("settled");
    const answer = call(
      () =>
        new Promise<string>((resolve) => {
          clock.setTimer(() => resolve("served"), answerMs, "foreground");
        }),
      { deadlineMs: 5_000 },
    ).catch((error: unknown) => error);
    await pass(10_000);

    expect(await answer).toEqual(result === "served" ? "served" : expect.any(DeadlineExceededError));
    expect(settled).toMatchObject([["settled", { result }]]);
  });

  it("leaves no timer behind a call that was served", async () => {
    const { call, clock } = startVirtualEngine({ deadlineMs: 5_000 });

    await call(() => 1);

    expect(clock.nextDueAt()).toBe(idleModel);
  });
});

describe("a function that ignores its signal", () => {
  const unhandled = vi.fn();
  beforeEach(() => {
    unhandled.mockReset();
    process.on("unhandledRejection", unhandled);
  });
  afterEach(() => {
    process.off("unhandledRejection", unhandled);
  });

  it("is left behind by an abort, and its late rejection troubles nobody", async () => {
    const { call } = startEngine();
    const caller = new AbortController();
    const late = Promise.withResolvers<never>();
    const answer = rejection(call(() => late.promise, { signal: caller.signal }));
    caller.abort();
    await answer;

    late.reject(new Error("too late"));
    await quiet();

    expect(unhandled).not.toHaveBeenCalled();
  });

  it("is left behind by its timeout, and its late answer changes nothing", async () => {
    const { engine, call, pass } = startVirtualEngine({ attemptTimeoutMs: 1_000 });
    const late = Promise.withResolvers<string>();
    const answer = call(({ credential, recordUsage }) => {
      if (credential.id === "a") recordUsage({ inputTokens: 5 });
      return credential.id === "a" ? late.promise : credential.id;
    });
    await pass(1_000);
    expect(await answer).toBe("b");
    const before = engine.snapshot();

    late.resolve("a");
    await quiet();

    expect(engine.snapshot()).toEqual(before);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it("has its late answer given to whoever can get rid of it", async () => {
    const { engine, pass } = startVirtualEngine({ credentials: ["a"], attemptTimeoutMs: 1_000 });
    const late = Promise.withResolvers<string>();
    const discard = vi.fn();
    const ended = engine.start({ limit: "timeout", attempt: () => late.promise, discard }, {});
    await pass(1_000);
    engine.finish(await ended);

    late.resolve("a connection");
    await quiet();

    expect(discard.mock.calls).toEqual([["a connection"]]);
  });

  it("keeps no stream open that it opens too late, however badly it closes", async () => {
    const { stream, pass } = startVirtualEngine({ credentials: ["a"], firstByteTimeoutMs: 1_000 });
    const late = Promise.withResolvers<AsyncIterable<number>>();
    const close = vi.fn(() => {
      throw new Error("cannot be closed");
    });
    const answer = rejection(stream(() => late.promise).next());
    await pass(1_000);
    await answer;

    late.resolve({ [Symbol.asyncIterator]: () => ({ next: never, return: close }) });
    await quiet();

    expect(close).toHaveBeenCalledOnce();
    expect(unhandled).not.toHaveBeenCalled();
  });
});

it("a limit that is none is refused, and holds up no closing", async () => {
  const { engine, call } = startEngine();

  expect(await rejection(call(() => 1, { signal: {} as AbortSignal }))).toBeInstanceOf(TypeError);
  await engine.close();
});
