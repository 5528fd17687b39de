import { describe, expect, it } from "vitest";
import { nextDueAt } from "../../../machines/index.ts";
import { startModel } from "./model.ts";

describe("DISABLE (S14)", () => {
  it("moves home off the slot, without a cooldown", () => {
    const model = startModel(3);

    model.send({ type: "DISABLE", slot: 0 });

    expect(model.state()).toBe("s1.serving");
    expect(model.know()).toMatchObject({ home: 1, epoch: 1 });
    expect(model.know().slots[0]).toMatchObject({ disabled: true, cooldownUntil: null });
    expect(nextDueAt(model.know())).toBeNull();
  });

  it("takes a slot beside home out of every ring", () => {
    const model = startModel(3);
    model.send({ type: "DISABLE", slot: 1 });
    expect(model.know().epoch).toBe(0);

    model.fails(0);

    expect(model.state()).toBe("s2.serving");
    expect(model.order()).toEqual([2, 0]);
  });

  it("ends a probe of the slot without a cooldown, and home's time begins anew", () => {
    const model = startModel(3);
    model.fails(0);
    model.fails(1);
    model.pass(600);
    model.probe("prober");

    model.send({ type: "DISABLE", slot: 1 });

    expect(model.state()).toBe("s2.serving");
    expect(model.know()).toMatchObject({ home: 2, epoch: 2, probe: null, servingSince: 600_000, ledByProbe: false });
    expect(model.know().slots[1]).toMatchObject({ cooldownUntil: 600_000, failedFailbacks: 0 });
  });

  it("leaves a probe of another slot alone, of home too", () => {
    const model = startModel(4);
    model.fails(0);
    model.fails(1);
    model.pass(600);
    model.probe("prober");

    model.send({ type: "DISABLE", slot: 3 });
    model.send({ type: "DISABLE", slot: 2 });

    expect(model.state()).toBe("s1.probing");
    expect(model.know()).toMatchObject({ home: 4, epoch: 3, probe: { lease: { call: "prober" } } });
  });

  it("makes the slot's evidence worth nothing", () => {
    const model = startModel(3);
    model.fails(0);
    model.send({ type: "DISABLE", slot: 0 });
    const before = model.know();

    model.serves(0);
    model.fails(0);
    model.send({ type: "DISABLE", slot: 0 });

    expect(model.know()).toBe(before);
  });

  it("leaves nothing but exhausted when every slot is out", () => {
    const model = startModel(2);
    model.send({ type: "DISABLE", slot: 1 });
    model.send({ type: "DISABLE", slot: 0 });
    expect(model.state()).toBe("exhausted");

    model.pass(10_000_000);

    expect(model.state()).toBe("exhausted");
    expect(model.firstTurn()).toBeUndefined();
  });

  it("is where a model starts whose configuration says so", () => {
    const model = startModel({ credentials: [{ disabled: true }, "b", { disabled: false }] });

    expect(model.state()).toBe("s1.serving");
    expect(model.know()).toMatchObject({ home: 1, epoch: 0 });
    expect(startModel({ credentials: [{ disabled: true }] }).state()).toBe("exhausted");
  });
});

describe("ENABLE (S14)", () => {
  it("puts the slot back, cooldown and growth forgotten", () => {
    const model = startModel(2);
    model.fails(0, "quota_exceeded", { retryAfterMs: 7_200_000 });
    model.send({ type: "DISABLE", slot: 0 });
    model.pass(10);

    model.send({ type: "ENABLE", slot: 0 });

    expect(model.know().slots[0]).toEqual({
      cooldownUntil: null,
      statedUntil: null,
      failedAt: null,
      failedFailbacks: 0,
      probedInVain: false,
      disabled: false,
    });
    expect(model.state()).toBe("s1.serving");
    expect(nextDueAt(model.know())).toBe(600_000);
  });

  it("changes nothing where the slot is not out", () => {
    const model = startModel(2);
    model.fails(0);
    const before = model.know();

    model.send({ type: "ENABLE", slot: 0 });

    expect(model.know()).toBe(before);
  });

  it("is probed at once from exhausted", () => {
    const model = startModel(2);
    for (const slot of [0, 1]) model.send({ type: "DISABLE", slot });

    model.send({ type: "ENABLE", slot: 1 });

    expect(model.state()).toBe("s1.probing");
  });

  it("leaves a probe that is on alone", () => {
    const model = startModel(3);
    model.send({ type: "DISABLE", slot: 2 });
    model.fails(0);
    model.pass(600);
    model.probe("prober");

    model.send({ type: "ENABLE", slot: 2 });

    expect(model.state()).toBe("s0.probing");
    expect(model.know().slots[2]?.disabled).toBe(false);
  });
});

describe("RESET (S14)", () => {
  it("makes the first enabled slot home, forgets all, and makes what is in flight stale", () => {
    const model = startModel(3);
    model.send({ type: "DISABLE", slot: 0 });
    model.fails(1, "quota_exceeded", { retryAfterMs: 7_200_000 });
    model.fails(2);

    model.send({ type: "RESET" });

    expect(model.state()).toBe("s1.serving");
    expect(model.know()).toMatchObject({ home: 1, epoch: 4, served: 0, probe: null, ledByProbe: false });
    expect(model.know().slots.map(({ cooldownUntil }) => cooldownUntil)).toEqual([null, null, null]);
    expect(model.know().slots.map(({ disabled }) => disabled)).toEqual([true, false, false]);
    model.fails(1, "auth", { epoch: 3 });
    expect(model.state()).toBe("s1.serving");
  });

  it("adds 1 to the epoch also where home stays, and ends a probe", () => {
    const model = startModel(2);
    model.fails(0);
    model.pass(600);
    model.probe("prober");

    model.send({ type: "RESET" });

    expect(model.state()).toBe("s0.serving");
    expect(model.know()).toMatchObject({ epoch: 2, probe: null });
    model.send({ type: "RESET" });
    expect(model.know().epoch).toBe(3);
  });

  it("starts home's time anew", () => {
    const model = startModel(2);
    model.fails(0);
    model.pass(10);

    model.send({ type: "RESET" });

    expect(model.know().servingSince).toBe(10_000);
  });
});

describe("FAILBACK (S14)", () => {
  it("probes now, against any cooldown", () => {
    const model = startModel(3);
    model.fails(0);
    model.fails(1, "quota_exceeded", { retryAfterMs: 7_200_000 });

    model.send({ type: "FAILBACK" });

    // The nearest rests for hours: the ladder passes it over, as the clock would.
    expect(model.state()).toBe("s0.probing");
  });

  it("takes the first candidate, under priority where all of them are cooling", () => {
    const model = startModel(3, { strategy: "priority" });
    model.fails(0);
    model.fails(1);

    model.send({ type: "FAILBACK" });

    expect(model.state()).toBe("s0.probing");
  });

  it("probes the first of the walk from exhausted", () => {
    const model = startModel(2);
    model.fails(0);
    model.fails(1, "auth", { retryAfterMs: 900_000 });

    model.send({ type: "FAILBACK" });

    expect(model.state()).toBe("s0.probing");
    expect(model.know().home).toBe(2);
  });

  it("does nothing in probing, nor at the top", () => {
    const model = startModel(3);
    model.send({ type: "FAILBACK" });
    expect(model.state()).toBe("s0.serving");
    model.fails(0);
    model.fails(1);
    model.pass(600);
    const before = model.know();

    model.send({ type: "FAILBACK" });

    expect(model.know()).toBe(before);
  });
});
