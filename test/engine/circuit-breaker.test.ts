import { describe, expect, it, vi } from "vitest";
import { errorClasses, type ErrorClass } from "../../machines/index.ts";
import { type CircuitBreakerOptions, createBreaker, type Ticket } from "../../src/engine/circuit-breaker.ts";
import { CircuitOpenError, UsageError } from "../../src/errors.ts";
import { createVirtualClock } from "../../src/testing/virtual-clock.ts";
import { classify, failure, rejection } from "./scripted-engine.ts";

function startBreaker(options: CircuitBreakerOptions = {}) {
  const clock = createVirtualClock();
  const breaker = createBreaker(options, { classify, clock });
  const pass = (ms: number): void => {
    const until = clock.now() + ms;
    while (clock.goTo(until));
  };
  const fail = (errorClass: ErrorClass, times = 1): void => {
    for (let failed = 0; failed < times; failed += 1) breaker.check().failed(failure(errorClass));
  };
  return { breaker, clock, pass, fail };
}

describe("a closed circuit", () => {
  it("opens after five failures in a row", () => {
    const { breaker, fail } = startBreaker();

    fail("transient", 4);
    expect(breaker.snapshot()).toMatchObject({ state: "closed", failures: 4, retryAfterMs: 0 });

    fail("unknown");
    expect(breaker.snapshot()).toMatchObject({ state: "open", failures: 5, retryAfterMs: 300_000 });
  });

  it("opens after as many as failure_threshold says", () => {
    const { breaker, fail } = startBreaker({ failure_threshold: 1 });

    fail("transient");

    expect(breaker.snapshot().state).toBe("open");
  });

  it("starts to count again after a success", () => {
    const { breaker, fail } = startBreaker();

    fail("transient", 4);
    breaker.check().succeeded();
    fail("transient", 4);

    expect(breaker.snapshot()).toMatchObject({ state: "closed", failures: 4 });
  });

  it.each(["auth", "quota_exceeded"] as const)("opens at once on %s", (errorClass) => {
    const { breaker, fail } = startBreaker();

    fail(errorClass);

    expect(breaker.snapshot().state).toBe("open");
  });

  it.each(["permanent", "input_too_large", "content_safety"] as const)(
    "counts no %s: one caller's bad request shuts out nobody",
    (errorClass) => {
      const { breaker, fail } = startBreaker();

      fail(errorClass, 20);

      expect(breaker.snapshot()).toMatchObject({ state: "closed", failures: 0 });
    },
  );

  it("opens on what trip_on names, and on nothing else at once", () => {
    const { breaker, fail } = startBreaker({ trip_on: ["permanent"] });

    fail("auth");
    expect(breaker.snapshot().state).toBe("closed");
    fail("permanent");
    expect(breaker.snapshot().state).toBe("open");
  });

  it("lets any number of calls through at a time", () => {
    const { breaker } = startBreaker();

    expect(() => Array.from({ length: 100 }, () => breaker.check())).not.toThrow();
  });

  it("hears a ticket once", () => {
    const { breaker } = startBreaker();
    const ticket = breaker.check();

    for (let told = 0; told < 9; told += 1) ticket.failed(failure("transient"));
    ticket.succeeded();

    expect(breaker.snapshot()).toMatchObject({ state: "closed", failures: 1 });
  });
});

describe("an open circuit", () => {
  it("lets nothing through, and says when it will", () => {
    const { breaker, fail, pass } = startBreaker();
    fail("auth");
    pass(100_000);

    expect(() => breaker.check()).toThrow(CircuitOpenError);
    expect(() => breaker.check()).toThrow(expect.objectContaining({ retryAfterMs: 200_000 }));
    expect(breaker.snapshot().retryAfterMs).toBe(200_000);
  });

  it("is half open after reset_timeout, by its own timer", () => {
    const { breaker, fail, pass } = startBreaker({ reset_timeout: "1m" });
    fail("auth");

    pass(59_999);
    expect(breaker.snapshot().state).toBe("open");
    pass(1);
    expect(breaker.snapshot()).toMatchObject({ state: "half_open", retryAfterMs: 0 });
  });

  it("is half open for a call that comes when its timer is overdue, while a read changes nothing", () => {
    const { breaker, clock, fail } = startBreaker();
    fail("auth");
    const late = vi.spyOn(clock, "now").mockReturnValue(300_000);

    expect(breaker.snapshot()).toMatchObject({ state: "open", retryAfterMs: 0 });
    breaker.check();
    expect(breaker.snapshot().state).toBe("half_open");
    late.mockRestore();
  });

  it("ignores what was in flight when it opened", () => {
    const { breaker, fail } = startBreaker();
    const [early, late] = [breaker.check(), breaker.check()];
    fail("auth");

    early.succeeded();
    late.failed(failure("auth"));

    expect(breaker.snapshot()).toMatchObject({ state: "open", retryAfterMs: 300_000 });
  });

  it("stays open longer than timers can wait", () => {
    const { breaker, fail, pass } = startBreaker({ reset_timeout: "100d" });
    fail("auth");

    pass(8_640_000_000 - 1);
    expect(breaker.snapshot()).toMatchObject({ state: "open", retryAfterMs: 1 });
    pass(1);
    expect(breaker.snapshot().state).toBe("half_open");
  });
});

describe("a half-open circuit", () => {
  const halfOpen = (options: CircuitBreakerOptions = {}) => {
    const started = startBreaker(options);
    const stale = started.breaker.check();
    started.fail("auth");
    started.pass(300_000);
    return { ...started, stale };
  };

  it("lets one probe through", () => {
    const { breaker } = halfOpen();

    breaker.check();

    expect(() => breaker.check()).toThrow(expect.objectContaining({ code: "KS_ERR_CIRCUIT_OPEN", retryAfterMs: 0 }));
  });

  it("closes when the probe succeeds, its failures and its reset time forgotten", () => {
    const { breaker, fail, pass } = halfOpen({ max_reset_timeout: "1h" });
    fail("transient");
    pass(600_000);

    breaker.check().succeeded();

    expect(breaker.snapshot()).toEqual({ state: "closed", failures: 0, retryAfterMs: 0, resetTimeoutMs: 300_000 });
  });

  it("opens again when the probe fails, twice as long each time up to max_reset_timeout", () => {
    const { breaker, fail, pass } = halfOpen({ max_reset_timeout: 1_000 });
    const waits: number[] = [];

    for (let probes = 0; probes < 3; probes += 1) {
      fail("transient");
      waits.push(breaker.snapshot().retryAfterMs);
      pass(breaker.snapshot().retryAfterMs);
    }

    expect(waits).toEqual([600_000, 1_000_000, 1_000_000]);
  });

  it("opens again for as long as before without max_reset_timeout", () => {
    const { breaker, fail } = halfOpen();

    fail("transient");

    expect(breaker.snapshot().retryAfterMs).toBe(300_000);
  });

  it.each([
    ["was given up", (probe: Ticket) => probe.released()],
    ["was a bad request", (probe: Ticket) => probe.failed(failure("permanent"))],
  ])("lets the next one probe when the probe %s", (_, end) => {
    const { breaker } = halfOpen();

    end(breaker.check());

    expect(breaker.snapshot().state).toBe("half_open");
    breaker.check().succeeded();
    expect(breaker.snapshot().state).toBe("closed");
  });

  it("ignores what began before it opened", () => {
    const { breaker, stale } = halfOpen();

    stale.succeeded();

    expect(breaker.snapshot().state).toBe("half_open");
  });
});

describe("run", () => {
  it("returns what its function returns", async () => {
    const { breaker } = startBreaker();

    expect(await breaker.run(() => 7)).toBe(7);
    expect(await breaker.run(async () => "later")).toBe("later");
  });

  it("throws the very error that its function throws, and counts it", async () => {
    const { breaker } = startBreaker();
    const error = Object.freeze(failure("transient"));

    expect(await rejection(breaker.run(() => Promise.reject(error)))).toBe(error);
    expect(breaker.snapshot().failures).toBe(1);
  });

  it("does not call its function while it is open", async () => {
    const { breaker, fail } = startBreaker();
    const work = vi.fn(() => 1);
    fail("auth");

    expect(await rejection(breaker.run(work))).toBeInstanceOf(CircuitOpenError);
    expect(work).not.toHaveBeenCalled();
  });

  it("probes with the first of many that come at once", async () => {
    const { breaker, fail, pass } = startBreaker();
    fail("auth");
    pass(300_000);

    const ended = await Promise.allSettled(Array.from({ length: 10 }, () => breaker.run(async () => "served")));

    expect(ended.map(({ status }) => status)).toEqual(["fulfilled", ...Array.from({ length: 9 }, () => "rejected")]);
    expect(breaker.snapshot().state).toBe("closed");
  });
});

it("a breaker that is closed down leaves no timer", () => {
  const { breaker, clock, fail } = startBreaker();
  fail("auth");

  breaker.close();

  expect(clock.nextDueAt()).toBeUndefined();
});

describe("an option that is none", () => {
  it.each([
    [{ failure_threshold: 0 }, "failure_threshold", "0"],
    [{ failure_threshold: 1.5 }, "failure_threshold", "1.5"],
    [{ failure_threshold: Number.NaN }, "failure_threshold", "NaN"],
    [{ failure_threshold: "5" }, "failure_threshold", '"5"'],
    [{ reset_timeout: 0 }, "reset_timeout", "0"],
    [{ reset_timeout: -1 }, "reset_timeout", "-1"],
    [{ reset_timeout: "soon" }, "reset_timeout", '"soon"'],
    [{ reset_timeout: Infinity }, "reset_timeout", "Infinity"],
    [{ max_reset_timeout: "1 h" }, "max_reset_timeout", '"1 h"'],
    [{ reset_timeout: 60, max_reset_timeout: 30 }, "max_reset_timeout", "30 s"],
    [{ trip_on: ["auth", "teapot"] }, "trip_on", '["auth","teapot"]'],
    [{ trip_on: "auth" }, "trip_on", '"auth"'],
    [{ trip_on: null }, "trip_on", "null"],
    [{ treshold: 3 }, "treshold", "an unknown option"],
    [null, "options", "null"],
    ["5m", "options", '"5m"'],
    [[], "options", "[]"],
  ])("is refused, with its path, what was found and what is wanted: %o", (options, path, found) => {
    const start = () => createBreaker(options as CircuitBreakerOptions, { classify });

    expect(start).toThrow(UsageError);
    expect(start).toThrow(expect.objectContaining({ path, found, wanted: expect.any(String) }));
  });

  it.each([undefined, null, "work", {}])("refuses to run %j, and takes it for no failure", async (work) => {
    const { breaker } = startBreaker({ failure_threshold: 1 });

    await expect(breaker.run(work as never)).rejects.toThrow(UsageError);

    expect(breaker.snapshot()).toMatchObject({ state: "closed", failures: 0 });
  });

  it("is not one that names every class, or none", () => {
    expect(() => startBreaker({ trip_on: errorClasses })).not.toThrow();
    expect(() => startBreaker({ trip_on: [] })).not.toThrow();
  });
});
