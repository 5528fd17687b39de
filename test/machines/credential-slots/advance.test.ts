import { describe, expect, it } from "vitest";
import { firstTurn, isRejected, nextTurn, type Outcome, retryAfterMs, slotsInput } from "../../../machines/index.ts";
import { createWorld } from "../properties/world.ts";
import { credentials, type Model, startModel } from "./model.ts";

describe("a model that starts (S1)", () => {
  it("serves from its first slot, and knows nothing against any", () => {
    const nothing = {
      cooldownUntil: null,
      statedUntil: null,
      failedAt: null,
      failedFailbacks: 0,
      probedInVain: false,
      disabled: false,
    };

    expect(startModel(2).know()).toMatchObject({
      at: 0,
      home: 0,
      epoch: 0,
      served: 0,
      servingSince: 0,
      ledByProbe: false,
      probe: null,
      slots: [nothing, nothing],
    });
  });
});

describe("the machine's tags", () => {
  it("say whether a slot serves, is probed, or none serves", () => {
    const model = startModel(1);
    expect(model.tags()).toEqual(["serving"]);

    model.fails(0);
    expect(model.tags()).toEqual(["exhausted"]);

    model.pass(600);
    expect(model.tags()).toEqual(["probing"]);
  });
});

describe("advance (S3)", () => {
  it.each(["auth", "quota_exceeded", "transient", "unknown"] as const)("moves home down on %s", (errorClass) => {
    const model = startModel(2);
    expect(model.state()).toBe("s0.serving");

    model.fails(0, errorClass);

    expect(model.state()).toBe("s1.serving");
    expect(model.know()).toMatchObject({ home: 1, epoch: 1, served: 0 });
    expect(model.rest(0)).toBe(600_000);
  });

  it("passes over a slot that is cooling, while another rests not", () => {
    const model = startModel(3);
    model.fails(1);

    model.fails(0);

    expect(model.state()).toBe("s2.serving");
  });

  it("goes to a cooling slot rather than to none", () => {
    const model = startModel(2);
    model.fails(1);

    model.fails(0);

    expect(model.state()).toBe("s1.serving");
  });

  it("passes the end of the chain into exhausted", () => {
    const model = startModel(2);

    model.fails(0);
    model.fails(1);

    expect(model.state()).toBe("exhausted");
    expect(model.know()).toMatchObject({ home: 2, epoch: 2 });
  });

  it("moves on when home fails while another slot is probed, and the probe goes on", () => {
    const model = startModel(3);
    model.fails(0);
    model.pass(600);
    model.probe("prober");

    model.fails(1);

    expect(model.state()).toBe("s0.probing");
    expect(model.know()).toMatchObject({ home: 2, epoch: 2, probe: { slot: 0, lease: { call: "prober" } } });
    model.serves(0, { call: "prober", epoch: 1 });
    expect(model.state()).toBe("s0.serving");
  });

  it("starts the count of served calls anew", () => {
    const model = startModel(3);
    model.fails(0);
    model.serves(1);
    expect(model.know().served).toBe(1);

    model.fails(1);

    expect(model.know().served).toBe(0);
  });

  it.each([11, 12, 24, 50])("tries %i credentials of which all are dead but the last, which serves", (count) => {
    const { policy } = slotsInput({ credentials: credentials(count) });
    const world = createWorld({ count, policy, onExhausted: "try" });
    const flight = world.begin();
    const outcomes = Array.from({ length: count }, (_, slot): Outcome => (slot === count - 1 ? "ok" : "auth"));

    const endings = outcomes.map((outcome) => flight && world.answer(flight, outcome));

    expect(endings.at(-1)).toBe("served");
    expect(flight?.tried).toEqual(outcomes.map((_, slot) => slot));
    expect(world.slots().home).toBe(count - 1);
  });
});

describe("evidence (S4, S5)", () => {
  it("moves home once for fifty calls in flight on a key that dies", () => {
    const model = startModel(3);

    for (let call = 0; call < 50; call += 1) model.fails(0, "auth", { call: `call-${call}`, epoch: 0 });

    expect(model.know()).toMatchObject({ home: 1, epoch: 1 });
  });

  it("sets the cooldown of a slot that is neither home nor probed, and moves nothing", () => {
    const model = startModel(3);

    model.fails(2, "transient", { first: false });

    expect(model.state()).toBe("s0.serving");
    expect(model.know()).toMatchObject({ home: 0, epoch: 0 });
    expect(model.rest(2)).toBe(600_000);
  });

  it("sets it also while a slot is probed, and while none serves", () => {
    const model = startModel(3);
    model.fails(0);
    model.pass(600);
    model.fails(2, "auth", { first: false });
    expect([model.state(), model.rest(2)]).toEqual(["s0.probing", 600_000]);

    model.fails(1);
    model.fails(2);
    model.probe("prober");
    model.fails(1, "auth", { retryAfterMs: 900_000 });

    expect([model.state(), model.rest(1)]).toEqual(["s0.probing", 900_000]);
  });

  it.each(["permanent", "input_too_large", "content_safety"] as const)("moves nothing on %s", (errorClass) => {
    const model = startModel(2);
    model.fails(0);
    const before = model.know();

    model.fails(1, errorClass);
    model.fails(0, errorClass);

    expect(model.know()).toBe(before);
  });

  it("forgets what comes from another epoch, cooldowns too", () => {
    const model = startModel(2);
    model.fails(0);
    const before = model.know();

    for (const epoch of [0, 2]) {
      model.fails(1, "auth", { epoch });
      model.serves(0, { epoch });
    }

    expect(model.know()).toBe(before);
  });

  it("forgets what is said of a slot that does not exist", () => {
    const model = startModel(2);
    const before = model.know();

    for (const slot of [-1, 2, 50]) {
      model.fails(slot);
      model.serves(slot);
      model.send({ type: "DISABLE", slot });
      model.send({ type: "ENABLE", slot });
    }

    expect(model.know()).toBe(before);
  });
});

describe("fast failover (S6)", () => {
  it("makes home what serves above it", () => {
    const model = startModel(3);
    model.fails(0);
    model.fails(1);
    model.serves(2);

    model.serves(1, { first: false });

    expect(model.state()).toBe("s1.serving");
    expect(model.know()).toMatchObject({ home: 1, epoch: 3, served: 0, ledByProbe: false });
    expect(model.know().slots[1]).toMatchObject({ cooldownUntil: null, statedUntil: null, failedFailbacks: 0 });
  });

  it("leaves exhausted for whatever serves, a first turn counts too", () => {
    const model = startModel(2);
    model.fails(0);
    model.fails(1);

    model.serves(1);

    expect(model.state()).toBe("s1.serving");
    expect(model.know()).toMatchObject({ epoch: 3, served: 0 });
  });

  it("never moves home down", () => {
    const model = startModel(3);
    model.fails(2, "auth", { first: false });

    model.serves(2, { first: false });

    expect(model.know()).toMatchObject({ home: 0, epoch: 0 });
    expect(model.rest(2)).toBeUndefined();
  });

  it("ends a probe of another slot", () => {
    const model = startModel(3);
    model.fails(0);
    model.fails(1);
    model.pass(600);
    expect(model.state()).toBe("s1.probing");

    model.serves(0);

    expect(model.state()).toBe("s0.serving");
    expect(model.know().probe).toBeNull();
  });

  it("is not moved by a success to which routing alone led, which still clears its cooldown (S27)", () => {
    const model = startModel(2);
    model.fails(0);

    model.serves(0, { routed: true });

    expect(model.state()).toBe("s1.serving");
    expect(model.know().epoch).toBe(1);
    expect(model.rest(0)).toBeUndefined();
  });

  it("is not proved by it either, which leaves the probe to its holder", () => {
    const model = startModel(2);
    model.fails(0);
    model.pass(600);
    model.probe("prober");

    model.serves(0, { routed: true });

    expect(model.state()).toBe("s0.probing");
    expect(model.know().probe?.lease?.call).toBe("prober");
  });
});

/** Whether a call that begins now gets no turn. */
function isTurnedAway(model: Model, onExhausted: "try" | "reject"): boolean {
  const turn = model.firstTurn();
  return turn === undefined || isRejected(model.know(), onExhausted, turn);
}

describe("exhausted (S12)", () => {
  it("tries every enabled credential, the rested first by priority, then the soonest", () => {
    const model = startModel(4);
    for (const [slot, retryAfterMs] of [700_000, 900_000, 800_000, 1_000_000].entries()) {
      model.fails(slot, "quota_exceeded", { retryAfterMs });
    }
    expect(model.order()).toEqual([0, 2, 1, 3]);

    model.pass(750);

    expect(model.order()).toEqual([0, 2, 1, 3]);
    model.pass(100);
    expect(nextTurn(model.know(), { tried: [1] }, model.clock.now())?.slot).toBe(0);
    model.probe("prober");
    expect(model.order()).toEqual([2, 0, 1, 3]);
  });

  it("turns a call away under reject, with the time until the earliest cooldown's end", () => {
    const model = startModel(2);
    model.fails(0, "quota_exceeded", { retryAfterMs: 30_000 });
    model.fails(1);

    expect(isTurnedAway(model, "reject")).toBe(true);
    expect(isTurnedAway(model, "try")).toBe(false);
    expect(retryAfterMs(model.know(), 10_000)).toBe(20_000);
    expect(retryAfterMs(model.know(), 31_000)).toBe(0);
  });

  it("probes the first slot whose cooldown is over, and lets that one call through under reject", () => {
    const model = startModel(2);
    model.fails(0, "quota_exceeded", { retryAfterMs: 30_000 });
    model.fails(1);

    model.pass(30);

    expect(model.state()).toBe("s0.probing");
    expect(isTurnedAway(model, "reject")).toBe(false);
    model.probe("prober");
    expect(isTurnedAway(model, "reject")).toBe(true);
  });

  it("probes at once what is rested when it gets there", () => {
    const model = startModel(2);
    model.fails(0, "auth", { retryAfterMs: 1_000 });
    model.pass(10);

    model.fails(1);

    expect(model.state()).toBe("s0.probing");
    expect(model.know()).toMatchObject({ home: 2, epoch: 2 });
  });

  it("goes from one failed probe to the next slot that is rested", () => {
    const model = startModel(2);
    model.fails(0);
    model.fails(1);
    model.pass(600);
    model.probe("prober");

    model.fails(0, "auth", { call: "prober" });

    expect(model.state()).toBe("s1.probing");
  });

  it("has no retry time, and no turn, with every slot disabled", () => {
    const model = startModel(2);

    for (const slot of [0, 1]) model.send({ type: "DISABLE", slot });

    expect(model.state()).toBe("exhausted");
    expect(retryAfterMs(model.know(), 0)).toBeUndefined();
    expect(firstTurn(model.know(), { tried: [] }, 0)).toBeUndefined();
    expect(nextTurn(model.know(), { tried: [] }, 0)).toBeUndefined();
  });
});
