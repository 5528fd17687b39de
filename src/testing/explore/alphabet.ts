import {
  errorClasses,
  eventOf,
  type FailbackPolicy,
  isEnabled,
  isExhausted,
  type SlotsContext,
  type SlotsEvent,
  type TurnEvent,
  type TurnEvidence,
} from "../../../machines/index.ts";
import { dueAt, type Step } from "./situation.ts";

/** Whose turn an outcome is of, as it stands to home and to the probe. */
const sourceWords = {
  home: "of home",
  homeLater: "of home, no first turn",
  holder: "of the probe's holder",
  oldHolder: "of the probe's holder, begun before home moved",
  probed: "of the probed slot, by another call",
  above: "of the next slot above home",
  routed: "of the next slot above home, led there by a capability",
  top: "of the highest slot above home",
  below: "of the next slot below home",
  stale: "of an old epoch",
  disabled: "of a disabled slot",
} as const;

/** Whose turn an outcome is of. */
export type Source = keyof typeof sourceWords;

/** Something that can happen to a model's machine, whatever the state. */
export interface Happening {
  /** As in `AUTH of home`. */
  readonly name: string;
  /** The machine's event: `AUTH`, `PROBE`, `TIMER`. */
  readonly type: Step["type"];
  /** Whose turn; `undefined` of what is no outcome. */
  readonly source?: Source;
  /** What it comes to in a state, step by step; nothing where it cannot happen, as a failure above home at the top. */
  readonly stepsIn: (slots: SlotsContext) => readonly Step[];
}

/** Ids of the calls that the cover's outcomes are of. */
const calls = { holder: "the-probe", another: "another-call" } as const;

/** The slots above home, nearest first, that are enabled and not being probed. */
const above = ({ slots, home, probe }: SlotsContext): number[] =>
  slots.flatMap((record, slot) => (slot < home && !record.disabled && slot !== probe?.slot ? [slot] : [])).toReversed();

const nextBelow = (slots: SlotsContext): number | undefined =>
  slots.slots.flatMap((record, slot) => (slot > slots.home && !record.disabled ? [slot] : []))[0];

const firstDisabled = ({ slots }: SlotsContext): number | undefined =>
  slots.flatMap(({ disabled }, slot) => (disabled ? [slot] : []))[0];

const homeOf = (slots: SlotsContext): number | undefined => (isExhausted(slots) ? undefined : slots.home);

/** What a turn of each source is, where there is one. */
const turns: Readonly<Record<Source, (slots: SlotsContext) => Partial<TurnEvidence> | undefined>> = {
  home: (slots) => on(homeOf(slots), { first: true }),
  homeLater: (slots) => on(homeOf(slots), {}),
  holder: ({ probe }) => on(probe?.lease === null ? undefined : probe?.slot, { call: calls.holder, first: true }),
  oldHolder: ({ probe, epoch }) =>
    on(probe?.lease === null ? undefined : probe?.slot, { call: calls.holder, first: true, epoch: epoch - 1 }),
  probed: ({ probe }) => on(probe?.slot, {}),
  above: (slots) => on(above(slots)[0], {}),
  routed: (slots) => on(isExhausted(slots) ? undefined : above(slots)[0], { first: true, routed: true }),
  top: (slots) => on(above(slots).length > 1 ? above(slots).at(-1) : undefined, {}),
  below: (slots) => on(nextBelow(slots), {}),
  stale: (slots) =>
    on(homeOf(slots) ?? slots.slots.findIndex((_, slot) => isEnabled(slots, slot)), { epoch: slots.epoch - 1 }),
  disabled: (slots) => on(firstDisabled(slots), { first: true }),
};

function on(slot: number | undefined, turn: Partial<TurnEvidence>): Partial<TurnEvidence> | undefined {
  return slot === undefined || slot < 0 ? undefined : { slot, ...turn };
}

function turnOf(
  type: TurnEvent["type"],
  source: Source,
  slots: SlotsContext,
): (TurnEvent & { at: number }) | undefined {
  const turn = turns[source](slots);
  if (turn?.slot === undefined) return undefined;
  return { type, call: calls.another, epoch: slots.epoch, at: slots.at, ...turn, slot: turn.slot };
}

function outcome(type: TurnEvent["type"], source: Source): Happening {
  return {
    name: `${type} ${sourceWords[source]}`,
    type,
    source,
    stepsIn: (slots) => present(turnOf(type, source, slots)),
  };
}

/** A failure whose answer states a wait: twice the rest that the policy would give. */
function stated(type: TurnEvent["type"], source: Source): Happening {
  return {
    name: `${type} ${sourceWords[source]}, with a stated wait`,
    type,
    source,
    stepsIn: (slots) => {
      const turn = turnOf(type, source, slots);
      return turn === undefined ? [] : [{ ...turn, retryAfterMs: 2 * slots.policy.timeoutMs }];
    },
  };
}

function told(
  name: string,
  eventIn: (slots: SlotsContext) => SlotsEvent | undefined,
  type: SlotsEvent["type"],
): Happening {
  return {
    name,
    type,
    stepsIn: (slots) => {
      const event = eventIn(slots);
      return event === undefined ? [] : [{ ...event, at: slots.at }];
    },
  };
}

/** A call takes the probe's lease, until its deadline where it has one (S11). */
function claim(name: string, leaseMs: (policy: FailbackPolicy) => number): Happening {
  return told(name, ({ at, policy }) => ({ type: "PROBE", call: calls.holder, until: at + leaseMs(policy) }), "PROBE");
}

const present = <Value>(value: Value | undefined): readonly Value[] => (value === undefined ? [] : [value]);

/** The claim of a dead process is released (S16). */
const withoutClaim = ({ probe, ...slots }: SlotsContext): SlotsContext => ({
  ...slots,
  probe: probe && { ...probe, lease: null },
});

const slotsOfNote = {
  home: homeOf,
  "the probed slot": ({ probe }: SlotsContext) => probe?.slot,
  "the next slot above home": (slots: SlotsContext) => above(slots)[0],
  "the next slot below home": nextBelow,
  "a disabled slot": firstDisabled,
} as const;

/** An operator takes a slot out, or puts it back. */
function operation(type: "DISABLE" | "ENABLE", name: keyof typeof slotsOfNote): Happening {
  return told(
    `${type} ${name}`,
    (slots) => {
      const slot = slotsOfNote[name](slots);
      return slot === undefined ? undefined : { type, slot };
    },
    type,
  );
}

/** Home serves so often that its next success is the one on which a counted failback is due, as soon as none is paused. */
const almostCountedOut: Happening = {
  name: "SUCCESS of home, until one is missing for a counted failback",
  type: "SUCCESS",
  source: "home",
  stepsIn: (slots) => {
    const { policy, served, at, wakeAt } = slots;
    const missing = policy.requests - 1 - served;
    const turn = turnOf("SUCCESS", "home", slots);
    // What is due by the clock comes first.
    if (turn === undefined || missing < 1 || at + policy.minIntervalMs >= wakeAt) return [];
    return Array.from({ length: missing }, () => ({ ...turn, at: at + policy.minIntervalMs }));
  },
};

const outcomes: readonly TurnEvent["type"][] = ["SUCCESS", ...errorClasses.map(eventOf)];
const sources = Object.keys(sourceWords) as readonly Source[];

/** Everything that can happen: each outcome of each source, what is told of a probe, the clock, an operator's word. */
export const happenings: readonly Happening[] = [
  ...outcomes.flatMap((type) => sources.map((source) => outcome(type, source))),
  almostCountedOut,
  stated("QUOTA_EXCEEDED", "home"),
  stated("QUOTA_EXCEEDED", "holder"),
  claim("PROBE", ({ timeoutMs }) => timeoutMs),
  claim("PROBE of a call with a deadline", ({ timeoutMs }) => timeoutMs / 2),
  told(
    "RELEASE of the probe's holder",
    ({ probe }) => (probe?.lease == null ? undefined : { type: "RELEASE", call: probe.lease.call }),
    "RELEASE",
  ),
  told("RELEASE of another call", () => ({ type: "RELEASE", call: calls.another }), "RELEASE"),
  { name: "the clock", type: "TIMER", stepsIn: (slots) => [{ type: "TIMER", at: dueAt(slots) ?? slots.wakeAt }] },
  told("FAILBACK", () => ({ type: "FAILBACK" }), "FAILBACK"),
  told("RESET", () => ({ type: "RESET" }), "RESET"),
  told("RESTORE of what it knows", (slots) => ({ type: "RESTORE", state: withoutClaim(slots) }), "RESTORE"),
  ...(Object.keys(slotsOfNote) as (keyof typeof slotsOfNote)[]).flatMap((name) => [
    operation("DISABLE", name),
    operation("ENABLE", name),
  ]),
];
