import { describe, expect, it, vi } from "vitest";
import { AllCredentialsFailedError } from "../../src/errors.ts";
import { failure, never, quiet, rejection, scripted, startEngine, startVirtualEngine } from "./scripted-engine.ts";

/** A model that has failed over from `a` to `b`. */
async function failedOver(policy: Parameters<typeof startVirtualEngine>[0] = {}) {
  const virtual = startVirtualEngine(policy);
  await virtual.call(scripted({ a: [failure("auth")] }).attempt);
  return virtual;
}

describe("a probe", () => {
  it("is one call's: the others go home until it has answered", async () => {
    const { engine, call, pass } = await failedOver();
    await pass(600_000);
    const probe = Promise.withResolvers<string>();
    const attempts: string[] = [];
    const attempt = ({ credential }: { credential: { id: string } }) => {
      attempts.push(credential.id);
      return credential.id === "a" ? probe.promise : credential.id;
    };

    const calls = [call(attempt), call(attempt), call(attempt)];
    await quiet();
    expect(attempts).toEqual(["a", "b", "b"]);
    expect(engine.snapshot()).toMatchObject({ state: "s0.probing", active: "b", probing: "a" });

    probe.resolve("a");
    expect(await Promise.all(calls)).toEqual(["a", "b", "b"]);
    expect(engine.snapshot()).toMatchObject({ state: "s0.serving", active: "a", probing: null, epoch: 2 });
  });

  it("that fails costs its call nothing, and lets the credential rest twice as long", async () => {
    const { engine, call, pass } = await failedOver();
    await pass(600_000);

    expect(await call(scripted({ a: [failure("auth")] }).attempt)).toBe("b");

    expect(engine.snapshot()).toMatchObject({ active: "b", probing: null, epoch: 1, cooldowns: { a: 1_200_000 } });
    await pass(1_199_999);
    expect(engine.snapshot().probing).toBeNull();
    await pass(1);
    expect(engine.snapshot().probing).toBe("a");
  });

  it("that hangs is over when its lease ends, though its call still waits", async () => {
    const { engine, call, pass } = await failedOver({ attemptTimeoutMs: 3_600_000 });
    await pass(600_000);
    const hung = call(({ credential }) => (credential.id === "a" ? never() : credential.id));
    await pass(599_999);
    expect(engine.snapshot().probing).toBe("a");

    await pass(1);
    expect(engine.snapshot()).toMatchObject({ active: "b", probing: null, cooldowns: { a: 1_200_000 } });
    expect(await call(({ credential }) => credential.id)).toBe("b");
    await pass(3_600_000);
    expect(await hung).toBe("b");
  });

  it("is over at its call's deadline", async () => {
    const { engine, call, pass } = await failedOver();
    await pass(600_000);
    const hung = rejection(call(never, { deadlineMs: 1_000 }));
    await pass(1_000);
    await hung;

    expect(engine.snapshot()).toMatchObject({ active: "b", probing: null, cooldowns: { a: 1_200_000 } });
  });

  it("that its caller cancels before an answer has failed", async () => {
    const { engine, call, pass } = await failedOver();
    await pass(600_000);
    const caller = new AbortController();
    const cancelled = rejection(call(never, { signal: caller.signal }));

    caller.abort();
    await cancelled;

    expect(engine.snapshot()).toMatchObject({ active: "b", probing: null, cooldowns: { a: 1_200_000 } });
  });

  it("is given back by a call that was stopped before its first attempt", async () => {
    const { engine, call, clock } = await failedOver();
    const caller = new AbortController();
    engine.listeners.on("probe", () => caller.abort());
    const jump = vi.spyOn(clock, "now").mockReturnValue(600_000);
    const attempt = vi.fn(never);

    expect(await rejection(call(attempt, { signal: caller.signal }))).toBe(caller.signal.reason);

    expect(attempt).not.toHaveBeenCalled();
    expect(engine.snapshot()).toMatchObject({ active: "b", probing: null });
    jump.mockRestore();
  });

  it("is due by count too", async () => {
    const { engine, call, pass } = await failedOver({ failback: { requests: 3 } });
    await pass(5_000);

    for (let served = 0; served < 3; served += 1) await call(({ credential }) => credential.id);

    expect(engine.snapshot().probing).toBe("a");
    expect(await call(({ credential }) => credential.id)).toBe("a");
  });
});

describe("what is due by the clock", () => {
  it("happens before the call that finds it overdue, even when the timer has not fired", async () => {
    const { engine, call, clock } = await failedOver();
    const late = vi.spyOn(clock, "now").mockReturnValue(700_000);

    expect(engine.snapshot().probing).toBeNull();
    expect(await call(({ credential }) => credential.id)).toBe("a");

    expect(engine.active()).toBe("a");
    late.mockRestore();
  });

  it("happens before an overdue event on a real clock whose loop was blocked", async () => {
    const { call, engine } = startEngine({ failback: { timeoutMs: 5 } });
    await call(scripted({ a: [failure("auth")] }).attempt);
    const until = performance.now() + 10;
    while (performance.now() < until);

    expect(await call(({ credential }) => credential.id)).toBe("a");
    expect(engine.active()).toBe("a");
  });

  it("happens at its time when nobody calls", async () => {
    const { engine, pass, hear } = await failedOver();
    const probes = hear("probe");
    await pass(599_999);
    expect(probes).toEqual([]);

    await pass(1);

    expect(probes).toMatchObject([["probe", { credential: "a", phase: "due", cause: "timer", call: undefined }]]);
    expect(engine.snapshot().probing).toBe("a");
  });

  it("leads out of exhausted at the earliest cooldown's end", async () => {
    const { engine, call, pass } = startVirtualEngine();
    const error = await rejection(
      call(scripted({ a: [failure("auth")], b: [failure("quota_exceeded", 20_000)], c: [failure("auth")] }).attempt),
    );
    expect(error).toBeInstanceOf(AllCredentialsFailedError);

    await pass(20_000);

    expect(engine.snapshot()).toMatchObject({ state: "s1.probing", active: null, probing: "b" });
    expect(await call(({ credential }) => credential.id)).toBe("b");
    expect(engine.active()).toBe("b");
  });
});

describe("reading a model", () => {
  it("never fires what is due", async () => {
    const { engine, clock } = await failedOver();
    const late = vi.spyOn(clock, "now").mockReturnValue(700_000);

    for (let reads = 0; reads < 3; reads += 1) {
      expect(engine.active()).toBe("b");
      expect(engine.snapshot()).toMatchObject({ state: "s1.serving", probing: null, epoch: 1, nextProbeInMs: 0 });
    }
    late.mockRestore();
  });

  it("gives plain JSON", async () => {
    const { engine, pass } = await failedOver({ credentials: ["a", "b", { id: "c", disabled: true }] });
    await pass(100_000);

    const snapshot = engine.snapshot();

    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
    expect(snapshot).toEqual({
      model: "chat",
      state: "s1.serving",
      active: "b",
      probing: null,
      epoch: 1,
      served: 0,
      credentials: ["a", "b", "c"],
      disabled: ["c"],
      cooldowns: { a: 500_000 },
      nextProbeInMs: 500_000,
      usage: {
        a: { attempts: 1, served: 0, failures: { auth: 1 }, inputTokens: 0, outputTokens: 0, unknownUsage: 0 },
        b: { attempts: 1, served: 1, failures: {}, inputTokens: 0, outputTokens: 0, unknownUsage: 1 },
        c: { attempts: 0, served: 0, failures: {}, inputTokens: 0, outputTokens: 0, unknownUsage: 0 },
      },
    });
  });

  it("gives what later calls do not change", async () => {
    const { engine, call } = await failedOver();
    const snapshot = engine.snapshot();
    const copy = structuredClone(snapshot);

    await call(scripted({ b: [failure("auth")] }).attempt);

    expect(snapshot).toEqual(copy);
  });
});

describe("an operator", () => {
  it("takes a credential out and puts it back", async () => {
    const { engine, call } = startVirtualEngine();

    engine.operate({ type: "DISABLE", slot: 0 });
    expect(engine.snapshot()).toMatchObject({ active: "b", disabled: ["a"], cooldowns: {} });
    expect(await call(({ credential }) => credential.id)).toBe("b");

    engine.operate({ type: "ENABLE", slot: 0 });
    engine.operate({ type: "FAILBACK" });
    expect(await call(({ credential }) => credential.id)).toBe("a");
  });

  it("starts over: what is in flight is stale", async () => {
    const { engine, call } = startVirtualEngine();
    const answer = Promise.withResolvers<never>();
    const inFlight = call(({ credential }) => (credential.id === "a" ? answer.promise : credential.id));
    engine.operate({ type: "RESET" });

    answer.reject(failure("auth"));

    expect(await inFlight).toBe("b");
    expect(engine.snapshot()).toMatchObject({ active: "a", epoch: 1, cooldowns: {} });
  });
});
