import { describe, expect, it } from "vitest";
import { nextDueAt, retryAfterMs } from "../../../machines/index.ts";
import { type Model, startModel } from "./model.ts";

const hour = 3_600;
const day = 24 * hour;

/** A model whose home is the last of its slots: all above failed at its start, and rest as they would. */
function startAtTheEnd(count: number, failback: Parameters<typeof startModel>[1] = {}): Model {
  const model = startModel(count, failback);
  for (let slot = 0; slot < count - 1; slot += 1) model.fails(slot);
  return model;
}

/** One call proves the probed slot, or does not. */
function answerProbe(model: Model, answer: "ok" | "auth", retryAfterMs?: number): void {
  const slot = model.know().probe?.slot ?? -1;
  model.probe("prober");
  if (answer === "ok") model.serves(slot, { call: "prober" });
  else model.fails(slot, answer, { call: "prober", ...(retryAfterMs !== undefined && { retryAfterMs }) });
}

describe("timed failback (S7)", () => {
  it("is due when the target's cooldown ends, not a millisecond before", () => {
    const model = startAtTheEnd(2);

    model.pass(599.999);
    expect(model.state()).toBe("s1.serving");

    model.pass(0.001);
    expect(model.state()).toBe("s0.probing");
    expect(model.know()).toMatchObject({ home: 1, epoch: 1, probe: { slot: 0, lease: null, undecided: false } });
  });

  it("is due a stated reset after the failure where the provider states one, sooner or later", () => {
    const model = startModel(2);

    model.fails(0, "quota_exceeded", { retryAfterMs: 20_000 });

    expect(nextDueAt(model.know())).toBe(20_000);
    model.pass(20);
    answerProbe(model, "auth", 7_200_000);
    expect(nextDueAt(model.know())).toBe(7_220_000);
  });

  it("is due `timeout` after home began to serve, where the target rests no more", () => {
    const model = startModel(2);
    model.fails(0, "auth", { retryAfterMs: 0 });
    expect(nextDueAt(model.know())).toBe(600_000);

    model.pass(600);

    expect(model.state()).toBe("s0.probing");
  });

  it("is re-armed by a cooldown in between, and never started again", () => {
    const model = startModel(2);
    model.fails(0);
    model.pass(100);

    model.fails(0, "transient", { first: false, retryAfterMs: 900_000 });

    expect(nextDueAt(model.know())).toBe(1_000_000);
    model.pass(899);
    expect(model.state()).toBe("s1.serving");
    model.pass(1);
    expect(model.state()).toBe("s0.probing");
  });

  it("is re-armed by DISABLE and ENABLE in between", () => {
    const model = startAtTheEnd(3);
    model.pass(100);

    model.send({ type: "DISABLE", slot: 0 });
    model.send({ type: "DISABLE", slot: 1 });
    expect(nextDueAt(model.know())).toBeNull();
    model.send({ type: "ENABLE", slot: 0 });

    expect(nextDueAt(model.know())).toBe(600_000);
    model.pass(500);
    expect(model.state()).toBe("s0.probing");
  });

  it("comes earlier when what is in between makes it due earlier", () => {
    const stated = startModel(2);
    stated.send({ type: "DISABLE", slot: 0 });
    stated.send({ type: "ENABLE", slot: 0 });
    stated.fails(0, "auth", { first: false, retryAfterMs: 20_000 });
    const without = startModel(3);
    without.fails(0, "auth", { retryAfterMs: 20_000 });
    without.fails(1);
    without.send({ type: "DISABLE", slot: 1 });
    const cleared = startModel(2);
    cleared.fails(0, "auth", { retryAfterMs: 7_200_000 });
    cleared.serves(0, { routed: true });

    stated.pass(20);
    without.pass(20);
    cleared.pass(600);

    expect([stated.state(), without.state(), cleared.state()]).toEqual(["s0.probing", "s0.probing", "s0.probing"]);
  });

  it("does not exist where no enabled slot is above", () => {
    const model = startModel(2);

    model.pass(1_000 * day);

    expect(model.state()).toBe("s0.serving");
    expect(nextDueAt(model.know())).toBeNull();
    expect(nextDueAt(startModel(2, { strategy: "priority" }).know())).toBeNull();
  });

  it("is chained beyond what a timer holds, neither cut nor fired at once", () => {
    const model = startModel(2, { timeout: "60d" });
    model.fails(0);

    model.pass(60 * day - 1);
    expect(model.state()).toBe("s1.serving");

    model.pass(1);
    expect(model.state()).toBe("s0.probing");
    expect(model.know().at).toBe(60 * day * 1_000);
  });

  it("is chained in exhausted, too", () => {
    const model = startModel(1, { timeout: "60d" });
    model.fails(0);

    model.pass(60 * day - 1);
    expect(model.state()).toBe("exhausted");

    model.pass(1);
    expect(model.state()).toBe("s0.probing");
  });

  it("waits for a probe's call for longer than a timer holds, too", () => {
    const model = startAtTheEnd(2);

    model.pass(100 * day);

    expect(model.state()).toBe("s0.probing");
    model.probe("prober", model.clock.now() + 60 * day * 1_000);
    model.pass(60 * day - 1);
    expect(model.know().probe?.lease?.call).toBe("prober");
    model.pass(1);
    expect(model.state()).toBe("s1.serving");
  });

  it("happens before an event of the same instant", () => {
    const model = startAtTheEnd(2);
    model.pass(599);
    const { clock } = model;
    clock.setTimer(() => model.serves(1), 1_000, "foreground");

    model.pass(1);

    expect(model.state()).toBe("s0.probing");
  });
});

describe("counted failback (S8)", () => {
  const counted = { requests: 3, timeout: "1h", min_interval: "5s" } as const;

  it("probes above once home has served so many calls", () => {
    const model = startAtTheEnd(2, counted);
    model.pass(5);
    model.serves(1);
    model.serves(1);
    expect(model.state()).toBe("s1.serving");

    model.serves(1);

    expect(model.state()).toBe("s0.probing");
    expect(model.know().served).toBe(3);
  });

  it("counts only calls whose first turn was at home", () => {
    const model = startAtTheEnd(2, counted);
    model.pass(5);

    for (let call = 0; call < 10; call += 1) model.serves(1, { first: false });

    expect(model.know()).toMatchObject({ served: 0, epoch: 1 });
    expect(model.state()).toBe("s1.serving");
  });

  it("is not set off by a success that does not count", () => {
    const model = startModel(4, counted);
    model.fails(0);
    model.fails(1);
    model.pass(5);
    model.serves(2);
    model.serves(2);

    model.serves(2, { first: false });
    model.serves(2, { epoch: 1 });
    model.serves(3);

    expect(model.state()).toBe("s2.serving");
    expect(model.know()).toMatchObject({ served: 2, epoch: 2 });
  });

  it("does not count at the top, where there is nothing to fail back to", () => {
    const model = startModel(2, counted);
    model.serves(0);

    model.fails(0);
    model.send({ type: "DISABLE", slot: 0 });
    model.serves(1);

    expect(model.know().served).toBe(0);
  });

  it("goes on counting while every candidate pauses, and probes with the next call after that", () => {
    const model = startAtTheEnd(2, counted);
    for (let call = 0; call < 7; call += 1) model.serves(1);
    expect(model.know().served).toBe(7);
    expect(model.state()).toBe("s1.serving");

    model.pass(4.999);
    model.serves(1);
    expect(model.state()).toBe("s1.serving");
    model.pass(0.001);
    model.serves(1);

    expect(model.state()).toBe("s0.probing");
  });

  it("does not pause for a slot that has not failed", () => {
    const model = startModel(2, { requests: 1 });
    model.send({ type: "DISABLE", slot: 0 });
    model.send({ type: "ENABLE", slot: 0 });

    model.serves(1);

    expect(model.state()).toBe("s0.probing");
  });

  it("never probes before a stated reset, but against a cooldown of our own", () => {
    const model = startModel(3, counted);
    model.fails(0);
    model.fails(1, "quota_exceeded", { retryAfterMs: 60_000 });
    model.pass(10);

    for (let call = 0; call < 3; call += 1) model.serves(2);

    expect(model.state()).toBe("s0.probing");
  });

  it("counts on while a slot is probed, and begins anew when the probe fails", () => {
    const model = startAtTheEnd(2, counted);
    model.pass(5);
    for (let call = 0; call < 3; call += 1) model.serves(1);
    model.serves(1);
    expect(model.know().served).toBe(4);

    answerProbe(model, "auth");

    expect(model.know()).toMatchObject({ served: 0, home: 1, epoch: 1 });
  });

  it("is off with requests 0", () => {
    const model = startAtTheEnd(2, { requests: 0 });
    model.pass(5);

    for (let call = 0; call < 100; call += 1) model.serves(1);

    expect(model.state()).toBe("s1.serving");
  });

  it("pauses longer after each failed failback in a row but the first, up to max_cooldown", () => {
    const model = startAtTheEnd(2, { ...counted, requests: 1, growth: 3, max_cooldown: "1h" });
    const pauses: number[] = [];

    for (let failed = 0; failed < 8; failed += 1) {
      let waited = 0;
      for (; model.state() !== "s0.probing"; waited += 5) {
        model.pass(5);
        model.serves(1);
      }
      pauses.push(waited);
      answerProbe(model, "auth");
    }

    expect(pauses).toEqual([5, 5, 15, 45, 135, 405, 1_215, 3_600]);
  });
});

describe("the ladder (S9)", () => {
  it("climbs one step at a time, from the nearest", () => {
    const model = startAtTheEnd(4);
    const homes: number[] = [];

    for (let step = 0; step < 3; step += 1) {
      model.pass(600);
      answerProbe(model, "ok");
      homes.push(model.know().home);
    }

    expect(homes).toEqual([2, 1, 0]);
  });

  it("goes to the top at once under `priority`", () => {
    const model = startAtTheEnd(4, { strategy: "priority" });

    model.pass(600);

    expect(model.state()).toBe("s0.probing");
  });

  it("does not let a credential that stays dead hide a recovered one above it", () => {
    const model = startAtTheEnd(4);
    const probed: (number | undefined)[] = [];

    for (let round = 0; round < 4; round += 1) {
      model.pass((nextDueAt(model.know()) ?? 0) / 1_000 - model.clock.now() / 1_000);
      probed.push(model.know().probe?.slot);
      answerProbe(model, "auth");
    }

    expect(probed).toEqual([2, 1, 0, 2]);
  });

  it("forgets who was probed in vain when all were, and when home moves", () => {
    const model = startAtTheEnd(3);
    const inVain = () => model.know().slots.map(({ probedInVain }) => probedInVain);
    model.pass(600);
    answerProbe(model, "auth");
    expect(inVain()).toEqual([false, true, false]);
    model.pass(600);
    answerProbe(model, "auth");
    expect(inVain()).toEqual([true, true, false]);

    model.pass(1_200);
    expect(inVain()).toEqual([false, false, false]);
    answerProbe(model, "auth");
    expect(inVain()).toEqual([false, true, false]);
    model.fails(2);

    expect(inVain()).toEqual([false, false, false]);
  });

  it("waits for the nearest while that rests at most `timeout`, though one above it is due earlier", () => {
    const stepwise = startModel(3);
    const priority = startModel(3, { strategy: "priority" });

    for (const model of [stepwise, priority]) {
      model.fails(0, "quota_exceeded", { retryAfterMs: 20_000 });
      model.fails(1);
    }

    expect(nextDueAt(stepwise.know())).toBe(600_000);
    expect(nextDueAt(priority.know())).toBe(20_000);
  });

  it("passes over a slot that rests for a day", () => {
    const model = startModel(3);
    model.fails(0);
    model.fails(1, "quota_exceeded", { retryAfterMs: 86_400_000 });

    model.pass(600);

    expect(model.state()).toBe("s0.probing");
  });

  it("waits for the rest that ends first, where all of them are long", () => {
    const model = startModel(3);
    model.fails(0, "quota_exceeded", { retryAfterMs: 7_200_000 });
    model.fails(1, "quota_exceeded", { retryAfterMs: 86_400_000 });

    expect(nextDueAt(model.know())).toBe(7_200_000);
    model.pass(2 * hour);
    expect(model.state()).toBe("s0.probing");
  });

  it("has priority look when the earliest candidate is due, and take the first that rests no more", () => {
    const model = startModel(3, { strategy: "priority" });
    model.fails(0);
    model.fails(1, "auth", { retryAfterMs: 60_000 });

    model.pass(60);

    expect(model.state()).toBe("s1.probing");
  });

  it("starts home's time anew when a probe fails", () => {
    const model = startModel(2, { min_interval: 0 });
    model.fails(0, "auth", { retryAfterMs: 0 });
    model.pass(600);

    answerProbe(model, "auth", 0);

    expect(model.know()).toMatchObject({ home: 1, servingSince: 600_000, served: 0, ledByProbe: false });
    expect(nextDueAt(model.know())).toBe(1_200_000);
  });
});

describe("cooldown (S10)", () => {
  it.each([
    ["the provider's stated reset", {}, 20_000, 20_000],
    ["no longer than failback.max", { max: "1h" }, 7_200_000, 3_600_000],
    ["the timeout, where the provider states none", {}, undefined, 600_000],
    ["the timeout, where stated resets are not respected", { respect_retry_after: false }, 20_000, 600_000],
    ["no longer than max_cooldown", { max_cooldown: "5m" }, undefined, 300_000],
  ] as const)("is %s", (_, failback, stated, restMs) => {
    const model = startModel(2, failback);

    model.fails(0, "quota_exceeded", stated === undefined ? {} : { retryAfterMs: stated });

    expect(model.rest(0)).toBe(restMs);
  });

  it("never ends earlier than the one that is running", () => {
    const model = startModel(2);
    model.fails(0, "quota_exceeded", { retryAfterMs: 900_000 });
    model.pass(100);

    model.fails(0, "transient", { first: false, retryAfterMs: 1_000 });

    expect(model.rest(0)).toBe(800_000);
    expect(model.know().slots[0]).toMatchObject({ statedUntil: 900_000, failedAt: 100_000 });
  });

  it("keeps what was stated through a failure that states nothing", () => {
    const model = startModel(3);
    model.fails(1, "quota_exceeded", { retryAfterMs: 30_000 });

    model.fails(1, "transient");

    expect(model.know().slots[1]).toMatchObject({ cooldownUntil: 600_000, statedUntil: 30_000 });
  });

  it("doubles with each failed failback in a row, up to max_cooldown", () => {
    const model = startAtTheEnd(2);
    const rests: (number | undefined)[] = [model.rest(0)];

    for (let failed = 0; failed < 4; failed += 1) {
      model.pass((model.rest(0) ?? 0) / 1_000);
      answerProbe(model, "auth");
      rests.push(model.rest(0));
    }

    expect(rests).toEqual([600_000, 1_200_000, 2_400_000, 3_600_000, 3_600_000]);
    expect(model.know().slots[0]?.failedFailbacks).toBe(4);
  });

  it("is the reference's fixed pause with growth 1 and min_interval 0", () => {
    const model = startAtTheEnd(2, { growth: 1, min_interval: 0 });

    for (let failed = 0; failed < 4; failed += 1) {
      model.pass(600);
      answerProbe(model, "auth");
      expect(model.rest(0)).toBe(600_000);
    }
  });

  it("is at least the pause for a failed failback whose provider states less", () => {
    const model = startAtTheEnd(2);
    const rests: (number | undefined)[] = [];

    for (let failed = 0; failed < 3; failed += 1) {
      model.pass(600);
      answerProbe(model, "auth", 1_000);
      rests.push(model.rest(0));
    }

    expect(rests).toEqual([5_000, 10_000, 20_000]);
  });

  it("counts a failure of home within `timeout` of its probe as a failed failback", () => {
    const model = startAtTheEnd(2);
    model.pass(600);
    answerProbe(model, "ok");
    expect(model.know().ledByProbe).toBe(true);
    model.pass(599.999);

    model.fails(0);

    expect(model.rest(0)).toBe(1_200_000);
  });

  it("starts at none with a failure of home after that", () => {
    const model = startAtTheEnd(2);
    model.pass(600);
    answerProbe(model, "auth");
    model.pass(1_200);
    answerProbe(model, "ok");
    expect(model.know().slots[0]?.failedFailbacks).toBe(1);
    model.pass(600);

    model.fails(0);

    expect(model.rest(0)).toBe(600_000);
    expect(model.know().slots[0]?.failedFailbacks).toBe(0);
  });

  it("takes a failure of home for its own when a further failback was tried since", () => {
    const model = startAtTheEnd(3, { requests: 1 });
    model.pass(600);
    answerProbe(model, "ok");
    model.serves(1);
    answerProbe(model, "auth");
    expect(model.know()).toMatchObject({ home: 1, ledByProbe: false });

    model.fails(1);

    expect(model.know().slots[1]?.failedFailbacks).toBe(0);
  });

  it("keeps the failed failbacks through a failure beside home", () => {
    const model = startAtTheEnd(2);
    model.pass(600);
    answerProbe(model, "auth");

    model.fails(0, "auth", { first: false });

    expect(model.know().slots[0]?.failedFailbacks).toBe(1);
    expect(model.rest(0)).toBe(1_200_000);
  });

  it("is cleared by a success of its slot", () => {
    const model = startAtTheEnd(3);

    model.serves(1);

    expect(model.rest(1)).toBeUndefined();
    expect(retryAfterMs(model.know(), 0)).toBe(0);
  });
});
