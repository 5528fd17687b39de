import { isExhausted, type SlotsContext } from "../../../machines/index.ts";
import { countedTarget, failbackTarget, forcedTarget, slotBelow, walkOrder } from "../../../machines/slots.ts";
import { pathOf } from "../../../visualizations/machine-graph.ts";
import { dueAt, type Situation } from "./situation.ts";

/** Where a slot lies from home: the next enabled one in that direction, or further on; `none`: past the end. */
export type Way = "next" | "further" | "none";

/**
 * What of a situation decides where each event leads. All situations that agree in it are one folded state.
 *
 * Left out, and so free: the times themselves, the epoch, failed failbacks in a row, and which slots far from home rest.
 */
export interface Fold {
  /** The machine's state: `s1.serving`, `s0.probing`, `exhausted`. */
  readonly place: string;
  /** Where home lies from the probed slot: the next enabled one below it, further down, or past the end; only in `probing`. */
  readonly origin?: Way;
  /** The probe's lease, and whether one answer left it undecided; only in `probing`. */
  readonly lease?: "free" | "out" | "free, undecided" | "out, undecided";
  /** Where home goes when it fails; not in `exhausted`. */
  readonly below?: Way;
  /** What the clock probes next, seen from home: the ladder's step; only in `serving` and `exhausted`. */
  readonly ladder?: Way;
  /** What an operator's FAILBACK would probe now; only where that is another slot. */
  readonly forced?: Way;
  /** What home's next success fails back to by count; only where it is the last that is missing. */
  readonly counted?: Way;
  /** Where the disabled slot lies, if there is one. */
  readonly disabled?: "above home" | "below home";
}

const enabledBelow = ({ slots }: SlotsContext, from: number): number[] =>
  slots.flatMap((record, slot) => (slot > from && !record.disabled ? [slot] : []));

const enabledAbove = ({ slots }: SlotsContext, from: number): number[] =>
  slots.flatMap((record, slot) => (slot < from && !record.disabled ? [slot] : [])).toReversed();

function wayTo(slot: number | undefined, ordered: readonly number[]): Way {
  if (slot === undefined || !ordered.includes(slot)) return "none";
  return ordered[0] === slot ? "next" : "further";
}

/** What is common to all situations that an event leads to the same place from. */
export function foldOf(situation: Situation): Fold {
  const slots = situation.context;
  const place = pathOf(situation);
  const out = slots.slots.findIndex(({ disabled }) => disabled);
  const disabled = out < 0 ? {} : { disabled: out < slots.home ? ("above home" as const) : ("below home" as const) };
  if (slots.probe !== null) return { place, ...probeFold(slots, slots.probe), ...disabled };
  return { place, ...(isExhausted(slots) ? exhaustedFold(slots) : servingFold(slots)), ...disabled };
}

function probeFold(slots: SlotsContext, { slot, lease, undecided }: NonNullable<SlotsContext["probe"]>): Partial<Fold> {
  return {
    origin: wayTo(slots.home, enabledBelow(slots, slot)),
    lease: `${lease === null ? "free" : "out"}${undecided ? ", undecided" : ""}`,
    ...(!isExhausted(slots) && { below: belowOf(slots) }),
  };
}

const belowOf = (slots: SlotsContext): Way =>
  wayTo(slotBelow(slots, slots.home, slots.at), enabledBelow(slots, slots.home));

function servingFold(slots: SlotsContext): Partial<Fold> {
  const { at, served, policy } = slots;
  const above = enabledAbove(slots, slots.home);
  const ladder = wayTo(failbackTarget(slots, dueAt(slots) ?? at), above);
  const forced = wayTo(forcedTarget(slots, at), above);
  const isAlmostCountedOut = policy.requests > 0 && served + 1 >= policy.requests;
  return {
    below: belowOf(slots),
    ladder,
    ...(forced !== ladder && { forced }),
    ...(isAlmostCountedOut && above.length > 0 && { counted: wayTo(countedTarget(slots, at), above) }),
  };
}

function exhaustedFold(slots: SlotsContext): Partial<Fold> {
  const enabled = enabledAbove(slots, slots.home);
  const ladder = wayTo(walkOrder(slots, dueAt(slots) ?? slots.at)[0], enabled);
  const forced = wayTo(walkOrder(slots, slots.at)[0], enabled);
  return { ladder, ...(forced !== ladder && { forced }) };
}

/** The same text for the same fold. */
export function foldKey(fold: Fold): string {
  const { place, ...facets } = fold;
  const words = Object.entries(facets).map(([name, value]) => `${name} ${value}`);
  return words.length === 0 ? place : `${place} (${words.join("; ")})`;
}
