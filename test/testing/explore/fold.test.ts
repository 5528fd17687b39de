import { describe, expect, it } from "vitest";
import { slotsInput } from "../../../machines/index.ts";
import {
  cover,
  type Fold,
  foldOf,
  type Happening,
  happenings,
  pureModel,
  type Situation,
} from "../../../src/testing/explore/index.ts";
import { knowledge } from "../../../src/testing/explore/product/same.ts";

const inputOf = (count: number) =>
  slotsInput({
    credentials: Array.from({ length: count }, (_, slot) => `c${slot}`),
    failback: { requests: 2, min_interval: 0, growth: 1 },
  });

/** One class of each level, and no source that is never believed: the cover says of the others that they are alike. */
const movers = happenings.filter(
  ({ type, source, name }) =>
    name.includes("stated") ||
    (!["QUOTA_EXCEEDED", "TRANSIENT", "UNKNOWN", "INPUT_TOO_LARGE", "CONTENT_SAFETY"].includes(type) &&
      !["stale", "disabled", "homeLater", "oldHolder", "routed"].includes(source ?? "")),
);

const withoutOperators = movers.filter(({ type }) => !["DISABLE", "ENABLE", "RESTORE", "RESET"].includes(type));

/** The state proper: what is left when every choice of cooldowns is open. */
const stateOf = ({ place, origin, lease, isCountedOut, disabled }: Fold): string =>
  [place, origin, lease, isCountedOut, disabled].join(", ");

/** Where each event leads, by state: the machine's states, in any order. */
class Cells {
  readonly #targets = new Map<string, Set<string>>();

  add(from: Fold, name: string, to: Fold): void {
    const cell = `${stateOf(from)} | ${name}`;
    const targets = this.#targets.get(cell) ?? new Set();
    this.#targets.set(cell, targets.add(to.place));
  }

  get all(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries([...this.#targets].map(([cell, targets]) => [cell, [...targets].toSorted()]));
  }
}

/** Every situation by itself, its times and counts and all, breadth first. */
function unfolded(count: number, events: readonly Happening[], mostTransitions: number): Cells["all"] {
  const { start, take } = pureModel(inputOf(count));
  const keyOf = ({ value, context }: Situation) => JSON.stringify([value, knowledge(context, context.at)]);
  const cells = new Cells();
  const waiting = [start];
  const known = new Set([keyOf(start)]);
  let transitions = 0;
  for (const before of waiting) {
    if (transitions > mostTransitions) break;
    const from = foldOf(before);
    for (const { name, stepsIn } of events) {
      const steps = stepsIn(before.context);
      if (steps.length === 0) continue;
      transitions += 1;
      const after = steps.reduce(take, before);
      cells.add(from, name, foldOf(after));
      if (after.context.slots.filter(({ disabled }) => disabled).length > 1 || known.has(keyOf(after))) continue;
      known.add(keyOf(after));
      waiting.push(after);
    }
  }
  return cells.all;
}

function folded(count: number, events: readonly Happening[]): Cells["all"] {
  const cells = new Cells();
  const mayBeOut = events.some(({ type }) => type === "DISABLE");
  cover(inputOf(count), ({ from, happening, to }) => {
    const isReached = mayBeOut || from.fold.disabled === undefined;
    if (isReached && events.includes(happening)) cells.add(from.fold, happening.name, to.fold);
  });
  return cells.all;
}

describe("the fold", () => {
  it.each([
    [1, movers, 1_000],
    [2, movers, 30_000],
    [3, withoutOperators, 150_000],
  ])("of %i slots has the unfolded machine's states, and each event leads to the same", (count, events, most) => {
    expect(folded(count, events)).toEqual(unfolded(count, events, most));
  });

  it("takes the classes of a level alike, in every state", () => {
    const levels = [
      ["AUTH", "QUOTA_EXCEEDED", "TRANSIENT", "UNKNOWN"],
      ["PERMANENT", "INPUT_TOO_LARGE", "CONTENT_SAFETY"],
    ];
    const places = new Map<string, Set<string>>();
    cover(inputOf(3), ({ from, happening: { name, type, source }, to }) => {
      const level = levels.find((each) => each.includes(type));
      if (level === undefined || name.includes("stated")) return;
      const cell = `${from.id} | ${level[0]} | ${source}`;
      places.set(cell, (places.get(cell) ?? new Set()).add(to.id));
    });

    expect(places.size).toBeGreaterThan(1_000);
    expect([...places].filter(([, targets]) => targets.size > 1)).toEqual([]);
  });
});
