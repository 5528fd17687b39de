import { describe, expect, it } from "vitest";
import { changesNothing, type TurnEvent } from "../../../machines/index.ts";
import { type Model, startModel } from "./model.ts";

const told = (type: TurnEvent["type"], slot: number, said: Partial<TurnEvent> = {}): TurnEvent => ({
  type,
  call: "a-call",
  slot,
  epoch: 2,
  first: true,
  ...said,
});

/** A model of four whose home is s2, in epoch 2; s0 and s1 are cooling. */
function startAtS2(): Model {
  const model = startModel(4);
  model.fails(0);
  model.fails(1);
  return model;
}

/** The same, with s1 probed by a call. */
function startProbed(): Model {
  const model = startAtS2();
  model.pass(600);
  model.probe("prober");
  return model;
}

const top = startModel(2);
const serving = startAtS2();
const probed = startProbed();
const fresh = startAtS2();
fresh.send({ type: "DISABLE", slot: 0 });
fresh.send({ type: "ENABLE", slot: 0 });

describe("changesNothing", () => {
  it.each<[string, boolean, Model, TurnEvent]>([
    ["a failure of home", false, serving, told("AUTH", 2)],
    ["a failure beside home", false, serving, told("AUTH", 3)],
    ["a failure of another epoch", true, serving, told("AUTH", 2, { epoch: 1 })],
    ["a request's own fault", true, serving, told("PERMANENT", 2)],
    ["a success of home that counts", false, serving, told("SUCCESS", 2)],
    ["a success of home that does not count", true, serving, told("SUCCESS", 2, { first: false })],
    [
      "a success of home, unsaid whether it was first",
      true,
      serving,
      { ...told("SUCCESS", 2), first: undefined as never },
    ],
    ["a success of home at the top", true, top, told("SUCCESS", 0, { epoch: 0 })],
    ["a success above home", false, serving, told("SUCCESS", 1)],
    ["a success above home of a slot that rests not", false, fresh, told("SUCCESS", 0)],
    ["a success above home by routing", true, fresh, told("SUCCESS", 0, { routed: true })],
    ["one that clears a cooldown", false, serving, told("SUCCESS", 1, { routed: true })],
    ["a success below home", true, serving, told("SUCCESS", 3)],
    ["a success of another epoch", true, serving, told("SUCCESS", 1, { epoch: 1 })],
    ["what is said of no slot", true, serving, told("AUTH", 9)],
    ["the prober's success, of another epoch", false, probed, told("SUCCESS", 1, { call: "prober", epoch: 0 })],
    ["the prober's own fault", false, probed, told("PERMANENT", 1, { call: "prober" })],
    ["the prober's later turn elsewhere, at fault", true, probed, told("PERMANENT", 2, { call: "prober" })],
    ["another call's own fault there", true, probed, told("PERMANENT", 1)],
  ])("of %s is %s", (_, expected, model, event) => {
    expect(changesNothing(model.know(), event)).toBe(expected);
  });
});
