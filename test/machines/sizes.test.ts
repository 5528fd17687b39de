import { describe, expect, it } from "vitest";
import { type AnyStateNode, createActor } from "xstate";
import { call, credentialSlots, slotsInput } from "../../machines/index.ts";
import { credentials } from "./credential-slots/model.ts";

/** Ids of states that transitions name, of this state and those within. */
function targets({ transitions, states }: AnyStateNode): string[] {
  const own = [...transitions.values()].flat().flatMap(({ target }) => target ?? []);
  return [...own.map(({ id }) => id), ...Object.values(states).flatMap(targets)];
}

const everyCount = Array.from({ length: 50 }, (_, index) => index + 1);

describe("the machines, in every size that there is", () => {
  it.each(everyCount)("can be built for %i slots", (count) => {
    const machine = credentialSlots(count);

    expect(Object.keys(machine.states)).toEqual([
      ...everyCount.slice(0, count).map((slot) => `s${slot - 1}`),
      "exhausted",
    ]);
    expect(
      createActor(machine, { input: slotsInput({ credentials: credentials(count) }) })
        .start()
        .getSnapshot().value,
    ).toEqual({ s0: "serving" });
    for (const id of new Set(targets(machine.root))) expect(machine.getStateNodeById(id).id).toBe(id);
    expect(call(count)).toBe(call(1));
  });
});
