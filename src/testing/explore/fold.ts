import { isCooling, isExhausted, type SlotsContext } from "../../../machines/index.ts";
import { countedTarget, failbackTarget, forcedTarget, slotBelow, walkOrder } from "../../../machines/slots.ts";
import { pathOf } from "../../../visualizations/machine-graph.ts";
import { dueAt, type Situation } from "./situation.ts";

/** Where a slot lies from home: the next enabled one in that direction, further on, or (of `exhausted`) the first; `none`: past the end. */
export type Way = "next" | "further" | "first" | "none";

/**
 * What of a situation decides where each event leads: all situations that agree in it are one folded state.
 *
 * Place, origin, lease, count and who is out are the state proper. The others say what the cooldowns come to, and are a
 * free choice: the cover has those to which a shortest way leads, which are enough for every event to lead wherever it
 * can. The times themselves, the epoch, and failed failbacks in a row are left out.
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
  /** What is probed at once when no slot is home any more, or the probe failed: one whose rest is over. */
  readonly rescue?: Way;
  /** The same at the end of the probe's lease, where it is another. */
  readonly laterRescue?: Way;
  /** What a counted failback would probe, its pause over; only with one to go to. */
  readonly counted?: Way;
  /** Whether home's next success is the one on which that failback is due. */
  readonly isCountedOut?: true;
  /** Where the disabled slots lie. */
  readonly disabled?: string;
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
  const out = slots.slots.flatMap((record, slot) => (record.disabled ? [slotWords(slot, slots)] : []));
  const disabled = out.length === 0 ? {} : { disabled: [...new Set(out)].join(", ") };
  if (slots.probe !== null) return { place, ...probeFold(slots, slots.probe), ...disabled };
  return { place, ...(isExhausted(slots) ? exhaustedFold(slots) : servingFold(slots)), ...disabled };
}

function probeFold(slots: SlotsContext, { slot, lease, undecided }: NonNullable<SlotsContext["probe"]>): Partial<Fold> {
  return {
    origin: wayTo(slots.home, enabledBelow(slots, slot)),
    lease: `${lease === null ? "free" : "out"}${undecided ? ", undecided" : ""}`,
    ...(isExhausted(slots) ? rescueFold(slots, others(slots, slot)) : { below: belowOf(slots) }),
  };
}

/** Where a slot lies, the enabled and the disabled counted alike. */
function slotWords(slot: number, { home, probe }: SlotsContext): string {
  const from = probe?.slot ?? home;
  const side = slot < from ? "above" : "below";
  if (Math.abs(slot - from) === 1) return `next ${side}`;
  return slot === 0 ? "first" : side;
}

const belowOf = (slots: SlotsContext): Way =>
  wayTo(slotBelow(slots, slots.home, slots.at), enabledBelow(slots, slots.home));

function servingFold(slots: SlotsContext): Partial<Fold> {
  const { at, policy } = slots;
  const above = enabledAbove(slots, slots.home);
  const below = belowOf(slots);
  const ladder = wayTo(failbackTarget(slots, dueAt(slots) ?? at), above);
  const forced = wayTo(forcedTarget(slots, at), above);
  return {
    below,
    ladder,
    ...(forced !== ladder && { forced }),
    ...(below === "none" && rescueFold(slots, above)),
    ...(policy.requests > 0 && above.length > 0 && countedFold(slots, above)),
  };
}

/** The others than the probed slot, nearest first. */
const others = (slots: SlotsContext, probed: number): number[] => [
  ...enabledAbove(slots, probed),
  ...enabledBelow(slots, probed),
];

/** A slot whose rest is over is probed as soon as none is home (S12). */
function rescueFold(slots: SlotsContext, candidates: readonly number[]): Partial<Fold> {
  const rescue = rescueAt(slots, candidates, slots.at);
  const later = rescueAt(slots, candidates, slots.probe?.lease?.until ?? slots.at);
  return { ...(rescue !== "none" && { rescue }), ...(later !== rescue && { laterRescue: later }) };
}

function rescueAt(slots: SlotsContext, candidates: readonly number[], at: number): Way {
  const rested = candidates.filter((slot) => !isCooling(slots, slot, at));
  return rested.length === 0 ? "none" : wayTo(Math.min(...rested), candidates);
}

function countedFold(slots: SlotsContext, above: readonly number[]): Partial<Fold> {
  const { at, served, policy } = slots;
  return {
    counted: wayTo(countedTarget(slots, at + policy.minIntervalMs), above),
    ...(served + 1 >= policy.requests && { isCountedOut: true as const }),
  };
}

function exhaustedFold(slots: SlotsContext): Partial<Fold> {
  const enabled = enabledAbove(slots, slots.home);
  const wayUp = (slot: number | undefined): Way =>
    slot !== undefined && enabled.length > 2 && enabled.at(-1) === slot ? "first" : wayTo(slot, enabled);
  const ladder = wayUp(walkOrder(slots, dueAt(slots) ?? slots.at)[0]);
  const forced = wayUp(walkOrder(slots, slots.at)[0]);
  return { ladder, ...(forced !== ladder && { forced }) };
}

/** The same text for the same fold. */
export function foldKey(fold: Fold): string {
  let words = "";
  for (const name of facets) {
    const value = fold[name];
    if (value !== undefined) words += `${words === "" ? "" : "; "}${facetWords(name, value)}`;
  }
  return words === "" ? fold.place : `${fold.place} (${words})`;
}

const facets = [
  "origin",
  "lease",
  "below",
  "ladder",
  "forced",
  "rescue",
  "laterRescue",
  "counted",
  "isCountedOut",
  "disabled",
] as const satisfies readonly (keyof Fold)[];

function facetWords(name: (typeof facets)[number], value: string | true): string {
  if (name === "isCountedOut") return "counted out";
  return name === "laterRescue" ? `later rescue ${String(value)}` : `${name} ${String(value)}`;
}
