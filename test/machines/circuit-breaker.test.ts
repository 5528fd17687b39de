import * as fc from "fast-check";
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { createActor, SimulatedClock } from "xstate";
import {
  breakerDefaults,
  type BreakerPolicy,
  circuitBreaker,
  type ErrorClass,
  errorClasses,
} from "../../machines/index.ts";
import { numRuns, timeoutMs } from "./properties/runs.ts";

function startBreaker(policy: Partial<BreakerPolicy> = {}) {
  const clock = new SimulatedClock();
  const machine = circuitBreaker({ now: () => clock.now() });
  const actor = createActor(machine, { clock, input: { policy: { ...breakerDefaults, ...policy } } }).start();
  const know = () => actor.getSnapshot().context;
  const ticketed = (ticket: number | undefined) => ({ ticket: ticket ?? know().ticket });
  return {
    clock,
    know,
    state: () => actor.getSnapshot().value,
    isOpen: () => actor.getSnapshot().hasTag("open"),
    fails: (errorClass: ErrorClass = "transient", ticket?: number) =>
      actor.send({ type: "FAILURE", class: errorClass, ...ticketed(ticket) }),
    serves: (ticket?: number) => actor.send({ type: "SUCCESS", ...ticketed(ticket) }),
    probes: (ticket?: number) => actor.send({ type: "PROBE", ...ticketed(ticket) }),
    letsGo: (ticket?: number) => actor.send({ type: "RELEASE", ...ticketed(ticket) }),
    pass: (seconds: number) => clock.increment(seconds * 1_000),
  };
}

/** A breaker that its first failure opened, and whose probe is due. */
function startHalfOpen(policy: Partial<BreakerPolicy> = {}) {
  const breaker = startBreaker(policy);
  breaker.fails("auth");
  breaker.pass((policy.resetTimeoutMs ?? breakerDefaults.resetTimeoutMs) / 1_000);
  expect(breaker.state()).toBe("half_open");
  return breaker;
}

describe("closed → open (S30)", () => {
  it("opens after five failures in a row", () => {
    const breaker = startBreaker();

    for (let failure = 0; failure < 4; failure += 1) breaker.fails();
    expect(breaker.state()).toBe("closed");
    breaker.fails("unknown");

    expect(breaker.state()).toBe("open");
    expect(breaker.know()).toMatchObject({ failures: 5, openUntil: 300_000, ticket: 1 });
    expect(breaker.isOpen()).toBe(true);
  });

  it("counts only failures in a row", () => {
    const breaker = startBreaker();

    for (let failure = 0; failure < 20; failure += 1) {
      breaker.fails();
      if (failure % 4 === 3) breaker.serves();
    }

    expect(breaker.state()).toBe("closed");
  });

  it.each([
    ["auth", "open"],
    ["quota_exceeded", "open"],
    ["transient", "closed"],
    ["unknown", "closed"],
    ["permanent", "closed"],
    ["input_too_large", "closed"],
    ["content_safety", "closed"],
  ] as const)("is, after one %s, %s", (errorClass, state) => {
    const breaker = startBreaker();

    breaker.fails(errorClass);

    expect(breaker.state()).toBe(state);
  });

  it("never counts a request-level failure, so that one bad request shuts nobody out", () => {
    const breaker = startBreaker();

    for (let failure = 0; failure < 50; failure += 1) breaker.fails("permanent");

    expect(breaker.know().failures).toBe(0);
  });

  it("opens on one where trip_on names it, as the reference does", () => {
    const breaker = startBreaker({ tripOn: ["auth", "quota_exceeded", "permanent"] });
    breaker.fails("content_safety");
    expect(breaker.state()).toBe("closed");

    breaker.fails("permanent");

    expect(breaker.state()).toBe("open");
  });
});

describe("open → half_open (S31)", () => {
  it("takes the reset timeout, not a millisecond less", () => {
    const breaker = startBreaker();
    breaker.pass(7);
    breaker.fails("auth");

    breaker.pass(299.999);
    expect(breaker.state()).toBe("open");
    breaker.pass(0.001);

    expect(breaker.state()).toBe("half_open");
    expect(breaker.know()).toMatchObject({ openUntil: null, ticket: 2, probeUntil: null, at: 307_000 });
  });

  it("is chained beyond what a timer holds", () => {
    const longestTimerMs = 2 ** 31 - 1;
    const resetTimeoutMs = 2 * longestTimerMs + 1_000;
    const breaker = startBreaker({ resetTimeoutMs, maxResetTimeoutMs: resetTimeoutMs });
    breaker.fails("auth");

    breaker.clock.increment(longestTimerMs);
    breaker.clock.increment(longestTimerMs);
    breaker.clock.increment(999);
    expect(breaker.state()).toBe("open");
    breaker.clock.increment(1);

    expect(breaker.state()).toBe("half_open");
    expect(breaker.know().at).toBe(resetTimeoutMs);
  });

  it("is deaf while it is open", () => {
    const breaker = startBreaker();
    breaker.fails("auth");
    const before = breaker.know();

    breaker.serves();
    breaker.fails("auth");
    breaker.probes();
    breaker.letsGo();

    expect(breaker.know()).toBe(before);
    expect(breaker.state()).toBe("open");
  });

  it("lets one probe through", () => {
    const breaker = startHalfOpen();

    breaker.probes();

    expect(breaker.know()).toMatchObject({ probeUntil: expect.any(Number) as number, ticket: 2 });
  });

  it("gives up a probe that nobody tells of after another reset timeout, and is deaf to it from then on", () => {
    const breaker = startHalfOpen();
    breaker.probes();
    const { ticket } = breaker.know();

    breaker.pass(300);

    expect(breaker.know()).toMatchObject({ probeUntil: null, ticket: ticket + 1 });
    expect(breaker.state()).toBe("half_open");
  });

  it("doubles the reset timeout with each failed probe, up to its ceiling", () => {
    const breaker = startHalfOpen({ resetTimeoutMs: 100_000, maxResetTimeoutMs: 350_000 });
    const waits: number[] = [];

    for (let probe = 0; probe < 3; probe += 1) {
      breaker.probes();
      breaker.fails("transient");
      const until = breaker.know().openUntil ?? 0;
      waits.push(until - breaker.clock.now());
      breaker.pass((until - breaker.clock.now()) / 1_000);
      expect(breaker.state()).toBe("half_open");
    }

    expect(waits).toEqual([200_000, 350_000, 350_000]);
  });

  it("is not doubled by default", () => {
    const breaker = startHalfOpen();
    breaker.probes();

    breaker.fails();

    expect(breaker.know().openUntil).toBe(600_000);
    expect(breaker.know().failures).toBe(2);
  });

  it("takes the probe back when the request was at fault, or its caller lets go", () => {
    const breaker = startHalfOpen();
    breaker.probes();
    breaker.fails("permanent");
    expect(breaker.know().probeUntil).toBeNull();
    breaker.probes();
    expect(breaker.know().probeUntil).not.toBeNull();

    breaker.letsGo();

    expect(breaker.know().probeUntil).toBeNull();
    expect(breaker.state()).toBe("half_open");
  });

  it("ignores whatever carries a ticket from before the last transition", () => {
    const breaker = startHalfOpen();
    breaker.probes(1);
    expect(breaker.know().probeUntil).toBeNull();
    breaker.probes();
    const before = breaker.know();

    breaker.serves(0);
    breaker.fails("auth", 1);
    breaker.fails("permanent", 0);
    breaker.letsGo(1);

    expect(breaker.know()).toBe(before);
    expect(breaker.state()).toBe("half_open");
  });
});

describe("half_open → closed (S32)", () => {
  it("closes on a success, and restores the base reset time", () => {
    const breaker = startHalfOpen({ resetTimeoutMs: 100_000, maxResetTimeoutMs: 400_000 });
    breaker.probes();
    breaker.fails();
    breaker.pass(200);
    breaker.probes();

    breaker.serves();

    expect(breaker.state()).toBe("closed");
    expect(breaker.know()).toMatchObject({ failures: 0, resetTimeoutMs: 100_000, ticket: 5, probeUntil: null });
  });

  it("forgets the late outcomes of before, so that it does not close and open at once", () => {
    const breaker = startHalfOpen();
    breaker.probes();
    breaker.serves();

    breaker.fails("auth", 0);
    breaker.fails("auth", 2);

    expect(breaker.state()).toBe("closed");
  });
});

describe("a breaker, whatever happens", () => {
  const steps = fc.array(
    fc.record({
      do: fc.constantFrom("fails", "serves", "probes", "letsGo", "pass"),
      errorClass: fc.constantFrom(...errorClasses),
      age: fc.constantFrom(0, 0, 0, 1, 2),
      seconds: fc.constantFrom(1, 60, 100, 200, 400),
    }),
    { maxLength: 60, size: "max" },
  );
  type Breaker = ReturnType<typeof startBreaker>;
  type Know = ReturnType<Breaker["know"]>;

  /** Declares what holds between any two moments, however it is driven. */
  const always = (
    sentence: string,
    holds: (before: Know, after: Know, step: { do: string; age: number }, breaker: Breaker) => void,
  ) =>
    it(sentence, { timeout: timeoutMs }, () => {
      fc.assert(
        fc.property(steps, (all) => {
          const breaker = startBreaker({ failureThreshold: 3, resetTimeoutMs: 100_000, maxResetTimeoutMs: 400_000 });
          for (const step of all) {
            const before = breaker.know();
            const ticket = before.ticket - step.age;
            if (step.do === "fails") breaker.fails(step.errorClass, ticket);
            if (step.do === "serves") breaker.serves(ticket);
            if (step.do === "probes") breaker.probes(ticket);
            if (step.do === "letsGo") breaker.letsGo(ticket);
            if (step.do === "pass") breaker.pass(step.seconds);
            holds(before, breaker.know(), step, breaker);
          }
        }),
        { numRuns },
      );
    });

  always("a stale ticket changes nothing", (before, after, step) => {
    if (step.age > 0 && step.do !== "pass") assert.equal(after, before);
  });

  always("has at most one probe out, and only while half open", (before, after, step, breaker) => {
    if (after.probeUntil !== null) assert.equal(breaker.state(), "half_open");
    if (before.probeUntil !== null && step.do === "probes") assert.equal(after, before);
  });

  always("has a new ticket after every transition, and an end exactly while open", (before, after, _, breaker) => {
    assert(after.ticket >= before.ticket);
    assert.equal(after.openUntil !== null, breaker.state() === "open");
    if ((before.openUntil === null) !== (after.openUntil === null)) assert(after.ticket > before.ticket);
  });

  always("never waits longer than its ceiling, nor shorter than its base", (_, after) => {
    assert(after.resetTimeoutMs >= 100_000 && after.resetTimeoutMs <= 400_000);
    assert.deepEqual(JSON.parse(JSON.stringify(after)), after);
  });
});
