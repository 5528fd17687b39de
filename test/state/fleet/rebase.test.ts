import { describe, expect, it } from "vitest";
import { rebase } from "../../../src/state/fleet/rebase.ts";
import type { SharedModel, SharedSlot } from "../../../src/state/fleet/shared-model.ts";

const order = ["a", "b", "c"];
const nobodyServed = new Map<string, number>();
const now = 100_000;

const slot = (change: Partial<SharedSlot> = {}): SharedSlot => ({
  connection: "same",
  cooldownUntil: null,
  statedUntil: null,
  failedAt: null,
  clearedAt: null,
  failedFailbacks: 0,
  probedInVain: false,
  word: null,
  ...change,
});
const failed = (at: number, change: Partial<SharedSlot> = {}): SharedSlot =>
  slot({ failedAt: at, cooldownUntil: at + 600_000, ...change });
const model = (change: Partial<SharedModel>, slots: Readonly<Record<string, SharedSlot>> = {}): SharedModel => ({
  revision: 1,
  stamp: "1-x-1",
  by: "x",
  home: "a",
  epoch: 0,
  era: 0,
  movedAt: 0,
  movedBy: null,
  servingSince: 0,
  ledByProbe: false,
  ...change,
  slots: { a: slot(), b: slot(), c: slot(), ...slots },
});

describe("what a replica learned alone", () => {
  it("moves the fleet's home where that has failed", () => {
    const mine = model({ by: "me", home: "b", epoch: 1, movedAt: 50_000 }, { a: failed(50_000) });

    const { model: together, isNews } = rebase(model({}), mine, order, nobodyServed, now);

    expect(together).toMatchObject({ home: "b", epoch: 1, movedBy: "me", movedAt: now });
    expect(isNews).toBe(true);
  });

  it("is nothing new where another replica has found the same within a second", () => {
    const theirs = model({ home: "b", epoch: 1, movedAt: 50_000 }, { a: failed(50_000) });
    const mine = model({ by: "me", home: "b", epoch: 1, movedAt: 50_400 }, { a: failed(50_400) });

    expect(rebase(theirs, mine, order, nobodyServed, now)).toMatchObject({
      isNews: false,
      model: { home: "b", epoch: 1 },
    });
  });

  it("does not win by how often it has moved alone", () => {
    const theirs = model({ home: "b", epoch: 1, movedAt: 90_000 }, { a: failed(90_000) });
    const mine = model({ by: "me", home: "a", epoch: 8, movedAt: 60_000 }, {});

    const { model: together } = rebase(theirs, mine, order, nobodyServed, now);

    // Its epochs are passed over all the same: its calls in flight hold theirs against them.
    expect(together).toMatchObject({ home: "b", epoch: 9 });
  });

  it("counts for nothing where the credential has served another replica since", () => {
    const mine = model({ by: "me", home: "b", epoch: 1, movedAt: 50_000 }, { a: failed(50_000) });

    const { model: together } = rebase(model({}), mine, order, new Map([["a", 60_000]]), now);

    expect(together.home).toBe("a");
    expect(together.slots["a"]?.cooldownUntil).toBe(null);
  });

  it("brings home up where it has proved a better credential", () => {
    const theirs = model({ home: "c", epoch: 2, movedAt: 40_000 }, { a: failed(30_000), b: failed(40_000) });
    const mine = model(
      { by: "me", home: "b", epoch: 3, movedAt: 70_000, ledByProbe: true },
      { a: failed(30_000), b: slot({ clearedAt: 70_000 }) },
    );

    const { model: together } = rebase(theirs, mine, order, nobodyServed, now);

    expect(together).toMatchObject({ home: "b", epoch: 3, ledByProbe: true });
    expect(together.slots["b"]?.cooldownUntil).toBe(null);
  });

  it("merges to the later end of a rest", () => {
    const theirs = model({ home: "b", epoch: 1 }, { a: failed(10_000, { cooldownUntil: 20_000 }) });
    const mine = model(
      { home: "b", epoch: 1 },
      { a: failed(12_000, { cooldownUntil: 900_000, statedUntil: 900_000 }) },
    );

    const { model: together, isNews } = rebase(theirs, mine, order, nobodyServed, now);

    expect(together.slots["a"]).toMatchObject({ failedAt: 12_000, cooldownUntil: 900_000, statedUntil: 900_000 });
    expect(isNews).toBe(true);
  });

  it("says nothing of a credential that connects with another key since", () => {
    const theirs = model({}, { a: slot({ connection: "new", clearedAt: 60_000 }) });
    const mine = model({ home: "b", epoch: 1, movedAt: 50_000 }, { a: failed(50_000, { connection: "old" }) });

    const { model: together } = rebase(theirs, mine, order, nobodyServed, now);

    expect(together).toMatchObject({ home: "a" });
    expect(together.slots["a"]).toMatchObject({ connection: "new", cooldownUntil: null });
  });

  it("yields to what an operator said later", () => {
    const theirs = model({}, { b: slot({ word: { disabled: true, at: 80_000 } }) });
    const mine = model({}, { b: slot({ word: { disabled: false, at: 70_000 } }) });

    expect(rebase(theirs, mine, order, nobodyServed, now).model.slots["b"]?.word).toEqual({
      disabled: true,
      at: 80_000,
    });
  });

  it("moves home off a credential that an operator took out, past one that rests", () => {
    const mine = model({}, { a: slot({ word: { disabled: true, at: 80_000 } }), b: failed(90_000) });

    expect(rebase(model({}), mine, order, nobodyServed, now).model).toMatchObject({ home: "c", epoch: 1 });
  });

  it("leaves a home that its configuration does not have to those that do", () => {
    const theirs = model({ home: "z", epoch: 4 }, { z: slot() });

    expect(rebase(theirs, model({ epoch: 4 }), order, nobodyServed, now).model.home).toBe("z");
  });
});
