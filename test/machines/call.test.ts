import { describe, expect, it } from "vitest";
import { createActor, SimulatedClock } from "xstate";
import {
  call,
  type CallEvent,
  type CallInput,
  classOfAll,
  type ErrorClass,
  errorClasses,
  eventOf,
  isRequestLevel,
  mayRetry,
  nextTurn,
  retryDelayMs,
  type RetryPolicy,
  type SlotsContext,
  turnEnds,
} from "../../machines/index.ts";
import { startModel } from "./credential-slots/model.ts";

const patient: RetryPolicy = { maxRetries: 3, baseDelayMs: 500, maxDelayMs: 8_000, jitter: "none" };
const impatient: RetryPolicy = { ...patient, maxRetries: 0 };

/** A call on a clock of its own, to a model that is told of nothing. */
function startCall(input: Partial<CallInput> & { random?: () => number; count?: number } = {}) {
  const { random, count = 3, ...rest } = input;
  const slots = input.slots ?? startModel(count).know();
  const clock = new SimulatedClock();
  const machine = call(slots.slots.length, random === undefined ? {} : { random });
  const actor = createActor(machine, { clock, input: { slots, at: 0, retry: impatient, ...rest } }).start();
  return {
    clock,
    know: () => actor.getSnapshot().context,
    slot: () => actor.getSnapshot().context.turn?.slot,
    state: () => actor.getSnapshot().value,
    tags: () => [...actor.getSnapshot().tags],
    output: () => actor.getSnapshot().output,
    send: (event: CallEvent) => actor.send(event),
    fails: (
      errorClass: ErrorClass,
      said: { slots?: SlotsContext; at?: number; retryAfterMs?: number; timedOut?: boolean } = {},
    ) => {
      if (isRequestLevel(errorClass)) actor.send({ type: eventOf(errorClass) });
      else actor.send({ type: eventOf(errorClass), slots, at: clock.now(), ...said });
    },
  };
}

describe("a call's ends (S20)", () => {
  it("is served by the slot whose turn it is", () => {
    const { send, state, output } = startCall();

    send({ type: "SUCCESS" });

    expect(state()).toBe("served");
    expect(output()).toEqual({ result: "served", slot: 0, class: null, failures: [] });
  });

  it.each(["permanent", "input_too_large", "content_safety"] as const)("fails fast on %s", (errorClass) => {
    const { fails, state, output } = startCall();
    fails("auth");

    fails(errorClass);

    expect(state()).toBe("failedFast");
    expect(output()).toEqual({
      result: "failed_fast",
      slot: 1,
      class: errorClass,
      failures: [
        { slot: 0, class: "auth" },
        { slot: 1, class: errorClass },
      ],
    });
  });

  it("has failed when every credential has", () => {
    const { fails, state, output } = startCall();

    for (const errorClass of ["auth", "quota_exceeded", "unknown"] as const) fails(errorClass);

    expect(state()).toBe("allFailed");
    expect(output()).toMatchObject({ result: "all_failed", slot: 2, class: "quota_exceeded" });
    expect(output()?.failures).toHaveLength(3);
  });

  it.each([...errorClasses])(
    "is interrupted by %s after a stream's first item, and fails over no more (S25)",
    (each) => {
      const { send, fails, state, output } = startCall({ retry: patient });
      send({ type: "FIRST_ITEM" });

      fails(each);

      expect(state()).toBe("interrupted");
      expect(output()).toEqual({ result: "interrupted", slot: 0, class: each, failures: [{ slot: 0, class: each }] });
    },
  );

  it("is served when a stream that has begun ends well", () => {
    const { send, know, output } = startCall();
    send({ type: "FIRST_ITEM" });
    expect(know().committed).toBe(true);

    send({ type: "SUCCESS" });

    expect(output()?.result).toBe("served");
  });

  it.each([
    ["CANCEL", "cancelled", "cancelled"],
    ["DEADLINE", "timedOut", "timed_out"],
  ] as const)("ends on %s, with what was tried, also while it backs off (S26)", (type, state, result) => {
    const busy = startCall();
    const waiting = startCall({ retry: patient });
    waiting.fails("transient");
    expect([busy.tags(), waiting.tags()]).toEqual([["busy"], ["waiting"]]);

    for (const each of [busy, waiting]) each.send({ type });

    expect([busy.state(), waiting.state()]).toEqual([state, state]);
    expect(busy.output()).toEqual({ result, slot: 0, class: null, failures: [] });
    expect(waiting.output()).toEqual({ result, slot: 0, class: null, failures: [{ slot: 0, class: "transient" }] });
  });

  it("hears nothing more once it has ended, nor an outcome while it backs off", () => {
    const { send, fails, know, state } = startCall({ retry: patient });
    fails("transient");
    const before = know();

    fails("auth");
    fails("permanent");
    send({ type: "SUCCESS" });

    expect(know()).toBe(before);
    expect(state()).toBe("backingOff");
  });
});

describe("the order of turns (S21)", () => {
  it("begins at home, and gives every enabled credential one turn", () => {
    const model = startModel(4);
    model.fails(0);
    model.send({ type: "DISABLE", slot: 2 });
    const { fails, slot, know, state } = startCall({ slots: model.know() });
    expect(know()).toMatchObject({ tried: [1], attempt: 1, turn: { slot: 1, epoch: 1, first: true, routed: false } });

    fails("auth");
    expect(slot()).toBe(3);
    expect(know().turn).toMatchObject({ first: false });
    fails("auth");
    expect(slot()).toBe(0);
    fails("auth");

    expect(state()).toBe("allFailed");
    expect(know()).toMatchObject({ tried: [1, 3, 0], attempt: 3 });
  });

  it("goes to home where home has moved to an untried slot, else to the rested, then to the soonest", () => {
    const model = startModel(4);
    model.fails(1, "auth", { retryAfterMs: 900_000 });
    model.fails(2, "auth", { retryAfterMs: 700_000 });
    const { fails, slot } = startCall({ slots: model.know() });

    model.fails(0, "auth");
    fails("auth", { slots: model.know() });
    expect([slot(), model.know().home]).toEqual([3, 3]);
    fails("auth", { slots: model.know() });
    expect(slot()).toBe(2);
    fails("auth", { slots: model.know() });

    expect(slot()).toBe(1);
  });

  it("looks at cooldowns as of the failure's time", () => {
    const model = startModel(3);
    model.fails(1, "auth", { retryAfterMs: 1_000 });
    const late = startCall({ slots: model.know() });
    const early = startCall({ slots: model.know() });

    late.fails("auth", { at: 1_000 });
    early.fails("auth", { at: 999 });

    expect([late.slot(), early.slot()]).toEqual([1, 2]);
  });

  it("has its first turn on the probed slot while the lease is free", () => {
    const model = startModel(2);
    model.fails(0);
    model.pass(600);
    expect(startCall({ slots: model.know() }).know().turn).toEqual({
      slot: 0,
      epoch: 1,
      first: true,
      routed: false,
      probes: true,
    });

    model.probe("prober");

    expect(startCall({ slots: model.know() }).know().turn).toMatchObject({ slot: 1, probes: false });
  });

  it("skips what lacks a capability, and says that it was only routed (S27)", () => {
    const capable = [false, true, false];
    const { fails, know, state } = startCall({ capable });
    expect(know()).toMatchObject({ capable, turn: { slot: 1, first: true, routed: true } });

    fails("auth");

    expect(state()).toBe("allFailed");
  });

  it("is not routed where home could serve, nor where there is no home", () => {
    const model = startModel(2);
    const capable = [true, false];
    expect(nextTurn(model.know(), { tried: [0], capable: [true, true] }, 0)?.routed).toBe(false);
    model.fails(0);
    model.fails(1);

    expect(nextTurn(model.know(), { tried: [], capable }, 0)).toMatchObject({ slot: 0, routed: false });
  });

  it("is not routed where it probes, whatever home lacks", () => {
    const model = startModel(2);
    model.fails(0);
    model.pass(600);

    const { know } = startCall({ slots: model.know(), capable: [true, false] });

    expect(know().turn).toMatchObject({ slot: 0, probes: true, routed: false });
  });

  it("does not have a call probe that the probed slot cannot serve", () => {
    const model = startModel(2);
    model.fails(0);
    model.pass(600);

    const { know } = startCall({ slots: model.know(), capable: [false, true] });

    expect(know().turn).toMatchObject({ slot: 1, probes: false });
  });

  it("is turned away without a turn where nothing can serve, or under reject where nothing does", () => {
    const model = startModel(2);
    model.fails(0);
    model.fails(1);
    const nothing = { result: "all_failed", slot: null, class: "unknown", failures: [] };

    const rejected = startCall({ slots: model.know(), onExhausted: "reject" });
    const incapable = startCall({ capable: [false, false, false] });

    expect([rejected.output(), incapable.output()]).toEqual([nothing, nothing]);
    expect(rejected.know()).toMatchObject({ tried: [], attempt: 0, turn: null });
    expect(startCall({ slots: model.know() }).state()).toBe("attempting");
  });
});

describe("retries (S22)", () => {
  it("backs off twice as long each time, and attempts again", () => {
    const { clock, fails, state, know } = startCall({ retry: patient });
    const delays: number[] = [];

    for (let retry = 0; retry < 3; retry += 1) {
      fails("transient");
      expect(state()).toBe("backingOff");
      const { backoffMs } = know();
      delays.push(backoffMs);
      clock.increment(backoffMs - 1);
      expect(state()).toBe("backingOff");
      clock.increment(1);
      expect(state()).toBe("attempting");
    }

    expect(delays).toEqual([500, 1_000, 2_000]);
    expect(know()).toMatchObject({ attempt: 4, retries: 3, tried: [0] });
    fails("transient");
    expect(know()).toMatchObject({ tried: [0, 1], attempt: 5, retries: 0 });
  });

  it("draws once a retry, uniformly under the cap", () => {
    let draws = 0;
    const random = () => (draws += 1) / 10;
    const { fails, know, clock } = startCall({ retry: { ...patient, jitter: "full" }, random });

    fails("transient");
    expect(know().backoffMs).toBe(50);
    clock.increment(50);
    fails("transient");

    expect(know().backoffMs).toBe(200);
    expect(draws).toBe(2);
  });

  it("draws by Math.random where nothing else is given", () => {
    const { fails, know } = startCall({ retry: { ...patient, jitter: "full" } });

    fails("transient");

    expect(know().backoffMs).toBeGreaterThanOrEqual(0);
    expect(know().backoffMs).toBeLessThan(500);
  });

  it.each([
    ["a transient failure", { class: "transient" }, 0, 500],
    ["the second retry", { class: "transient" }, 1, 1_000],
    ["the last retry, capped", { class: "transient" }, 5, 8_000],
    ["a Retry-After instead", { class: "transient", retryAfterMs: 3_000 }, 0, 3_000],
    ["a Retry-After of nothing", { class: "transient", retryAfterMs: 0 }, 0, 0],
    ["the longest Retry-After", { class: "transient", retryAfterMs: 8_000 }, 0, 8_000],
    ["a longer one: none", { class: "transient", retryAfterMs: 8_001 }, 0, undefined],
    ["retries used up: none", { class: "transient" }, 6, undefined],
    ["auth: none", { class: "auth" }, 0, undefined],
    ["quota_exceeded: none", { class: "quota_exceeded", retryAfterMs: 1 }, 0, undefined],
    ["unknown: none", { class: "unknown" }, 0, undefined],
  ] as const)("backs off for %s", (_, failure, retries, delayMs) => {
    const policy = { ...patient, maxRetries: 6 };

    expect(retryDelayMs(policy, failure, retries, true, () => 0.5)).toBe(delayMs);
    expect(retryDelayMs(policy, failure, retries, false, () => 0.5)).toBeUndefined();
  });

  it("caps before it draws", () => {
    const policy: RetryPolicy = { ...patient, maxRetries: 20, jitter: "full" };

    expect(retryDelayMs(policy, { class: "transient" }, 10, true, () => 0.5)).toBe(4_000);
  });

  it("does not retry a probe, nor what timed out, while another credential is untried", () => {
    const slots = startModel(2).know();
    const turn = { slot: 0, epoch: 0, first: true, routed: false, probes: false };
    const failed = { class: "transient" } as const;
    const timedOut = { ...failed, timedOut: true };

    expect(mayRetry(slots, { tried: [0] }, turn, failed)).toBe(true);
    expect(mayRetry(slots, { tried: [0] }, turn, timedOut)).toBe(false);
    expect(mayRetry(slots, { tried: [0] }, { ...turn, probes: true }, failed)).toBe(false);
    expect(mayRetry(slots, { tried: [0, 1] }, turn, timedOut)).toBe(true);
    expect(mayRetry(slots, { tried: [0], capable: [true, false] }, { ...turn, probes: true }, timedOut)).toBe(true);
  });

  it("fails over at once from an attempt that timed out", () => {
    const { fails, slot, state } = startCall({ retry: patient });

    fails("transient", { timedOut: true });

    expect([state(), slot()]).toEqual(["attempting", 1]);
  });

  it("obeys a short Retry-After, and fails over on a long one", () => {
    const { fails, know, slot } = startCall({ retry: patient });
    fails("transient", { retryAfterMs: 3_000 });
    expect(know().backoffMs).toBe(3_000);
    const other = startCall({ retry: patient });

    other.fails("transient", { retryAfterMs: 9_000 });

    expect([slot(), other.slot()]).toEqual([0, 1]);
  });
});

describe("the class of a call whose every credential failed (S24)", () => {
  it.each<[ErrorClass[], ErrorClass]>([
    [["auth", "quota_exceeded", "transient", "unknown"], "transient"],
    [["auth", "quota_exceeded", "unknown"], "quota_exceeded"],
    [["auth", "auth"], "auth"],
    [["auth", "unknown"], "unknown"],
    [["unknown"], "unknown"],
    [[], "unknown"],
  ])("of %j is %s", (classes, expected) => {
    expect(classOfAll(classes)).toBe(expected);
  });

  it("looks at how each turn ended: a retry's outcome replaces the one before it", () => {
    const failures = [
      { slot: 0, class: "transient" },
      { slot: 0, class: "auth" },
      { slot: 1, class: "auth" },
    ] as const;

    expect(turnEnds(failures, ({ slot }) => slot)).toEqual(["auth", "auth"]);
    const { fails, clock, output } = startCall({ count: 1, retry: patient });
    fails("transient");
    clock.increment(500);
    fails("auth");
    expect(output()).toMatchObject({ result: "all_failed", class: "auth" });
  });
});

describe("the classes", () => {
  it.each([...errorClasses])("tells of %s by its name in capitals", (errorClass) => {
    expect(eventOf(errorClass)).toBe(errorClass.toUpperCase());
  });

  it("has three that are a request's own fault", () => {
    expect(errorClasses.filter(isRequestLevel)).toEqual(["permanent", "input_too_large", "content_safety"]);
  });
});
