import { describe, expect, it } from "vitest";
import { slotsInput, type SlotsInput } from "../../../machines/index.ts";
import { createSlotsKeeper } from "../../../src/engine/slots-keeper.ts";
import { cover, happenings, pairCover, type PairCover, type Step } from "../../../src/testing/explore/index.ts";
import { createVirtualClock } from "../../../src/testing/virtual-clock.ts";

const inputOf = (count: number, failback: Parameters<typeof slotsInput>[0]["failback"] = {}): SlotsInput =>
  slotsInput({ credentials: Array.from({ length: count }, (_, slot) => `c${slot}`), failback });

/** Takes the engine's keeper of the machine through steps, on a clock. */
function driven(input: SlotsInput, steps: readonly Step[]) {
  const clock = createVirtualClock();
  const keeper = createSlotsKeeper(input, clock, () => {});
  for (const step of steps) {
    while (clock.goTo(step.at));
    if (step.type !== "TIMER") keeper.send(step);
  }
  return keeper.read();
}

const unseen = (slots: object) => ({ ...slots, at: 0, wakeAt: 0 });

const placesOf = ({ states }: PairCover) => [...new Set(states.map(({ fold }) => fold.place))].toSorted();

const allPlaces = (count: number) =>
  [
    "exhausted",
    ...Array.from({ length: count }, (_, slot) => [`s${slot}.probing`, `s${slot}.serving`]).flat(),
  ].toSorted();

describe("the pair cover", () => {
  it.each([
    [1, "stepwise"],
    [2, "priority"],
    [3, "stepwise"],
    [5, "priority"],
  ] as const)("of %i slots (%s) reaches every state of the machine", (count, strategy) => {
    expect(placesOf(pairCover(inputOf(count, { strategy })))).toEqual(allPlaces(count));
  });

  it("lets everything happen in every state, but what cannot", () => {
    const { states, pairs } = pairCover(inputOf(3));

    const possible = states.flatMap((from) =>
      happenings.filter(({ stepsIn }) => stepsIn(from.slots).length > 0).map(({ name }) => `${name} in ${from.id}`),
    );
    expect(pairs.map(({ from, happening }) => `${happening.name} in ${from.id}`)).toEqual(possible);
    expect(new Set(possible).size).toBe(possible.length);
    expect(new Set(pairs.map(({ happening }) => happening))).toEqual(new Set(happenings));
  });

  it.each([1, 2, 4])("of %i slots names the rule behind everything that is ignored", (count) => {
    const { pairs } = pairCover(inputOf(count));
    const ignored = pairs.filter(({ effect }) => effect === "ignored");

    expect(ignored.length).toBeGreaterThan(50);
    for (const { because } of ignored) expect(because).toMatch(/ \(S\d+\)$/u);
    expect(pairs.filter(({ effect, because }) => effect !== "ignored" && because !== undefined)).toEqual([]);
  });

  it("tells what the engine's own keeper of the machine does, on a clock", () => {
    const input = inputOf(3, { requests: 3 });

    cover(input, ({ from, happening, steps }, _, after) => {
      const known = driven(input, [...from.prefix, ...steps]);
      expect(unseen(known), `${happening.name} in ${from.id}`).toEqual(unseen(after.context));
    });
  });

  it("reaches each state by a shortest way, the start by none", () => {
    const { states, pairs } = pairCover(inputOf(3, { requests: 0 }));
    const depthOf = new Map(states.map(({ id, prefix }) => [id, prefix.length]));
    const [start] = states;

    expect(start).toMatchObject({ id: "s0.serving (below next; ladder none)", prefix: [] });
    for (const { from, to } of pairs) {
      expect(depthOf.get(to.id) ?? 0).toBeLessThanOrEqual(from.prefix.length + 1);
    }
  });

  it("counts what counts only by being counted: the policy's own number of requests", () => {
    const { states } = pairCover(inputOf(2, { requests: 50 }));
    const counted = states.find(({ fold }) => fold.counted === "next" && fold.isCountedOut === true);

    expect(counted?.prefix.filter(({ type }) => type === "SUCCESS")).toHaveLength(49);
    expect(pairCover(inputOf(2, { requests: 0 })).states.filter(({ fold }) => fold.counted !== undefined)).toEqual([]);
  });

  it("fires a delay that is longer than a timer at its end", () => {
    const { pairs } = pairCover(inputOf(2, { timeout: "60d" }));
    const timed = pairs.find(({ from, happening }) => from.fold.place === "s1.serving" && happening.type === "TIMER");

    expect(timed).toMatchObject({ effect: "moves", to: { fold: { place: "s0.probing" } } });
  });

  it("begins where a configured slot is out, and takes out one more", () => {
    const { states } = pairCover({ ...inputOf(3), disabled: [true, false, false] });

    expect(states[0]?.fold.place).toBe("s1.serving");
    expect(Math.max(...states.map(({ slots }) => slots.slots.filter(({ disabled }) => disabled).length))).toBe(2);
  });

  it("refuses a number of slots that no model has", () => {
    expect(() => pairCover({ ...inputOf(1), disabled: [] })).toThrow(RangeError);
  });
});
