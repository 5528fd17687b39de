import {
  type ErrorClass,
  isCooling,
  isEnabled,
  isExhausted,
  isRequestLevel,
  longestDelayMs,
  nextDueAt,
  type SlotsContext,
  type TurnEvent,
} from "../../../machines/index.ts";
import { pathOf } from "../../../visualizations/machine-graph.ts";
import { knowsTheSame } from "../explore/situation.ts";
import { type Invariant, isTurn, speaksForTheProbe } from "./invariant.ts";

const isRequestFailure = ({ type }: TurnEvent): boolean => isRequestLevel(type.toLowerCase() as ErrorClass);

/** Of the current epoch and an enabled slot, or the probe's own (S4, S11, S14). */
const isBelieved = (slots: SlotsContext, event: TurnEvent): boolean =>
  speaksForTheProbe(slots, event) || (event.epoch === slots.epoch && isEnabled(slots, event.slot));

/** Knowledge without claims, and without when it was last looked at (I11). */
const claimless = ({ probe, ...slots }: SlotsContext): SlotsContext => ({
  ...slots,
  at: 0,
  wakeAt: 0,
  probe: probe && { ...probe, lease: null },
});

const enabledBelow = (slots: SlotsContext, from: number): number[] =>
  slots.slots.flatMap((_, slot) => (slot > from && isEnabled(slots, slot) ? [slot] : []));

/** What must hold of everything that happens, in the order in which it is looked at. */
export const invariants: readonly Invariant[] = [
  {
    name: "I2",
    says: "request-level outcomes change nothing but a probe's claim",
    ofHappening: ({ before, after, event }) => {
      if (!isTurn(event) || !isRequestFailure(event)) return true;
      if (!speaksForTheProbe(before, event)) return knowsTheSame(before, after);
      if (before.probe?.undecided === true) return after.probe?.slot !== event.slot && after.home === before.home;
      return knowsTheSame({ ...before, probe: { slot: event.slot, lease: null, undecided: true } }, after);
    },
  },
  {
    name: "I3",
    says: "stale outcomes change nothing",
    ofHappening: ({ before, after, event }) =>
      !isTurn(event) || event.epoch === before.epoch || speaksForTheProbe(before, event) || knowsTheSame(before, after),
  },
  {
    name: "I11",
    says: "save and restore at any point is invisible, claims apart",
    ofHappening: ({ before, after, event }) =>
      event?.type !== "RESTORE" || knowsTheSame(claimless(before), { ...claimless(after) }),
  },
  {
    name: "I13",
    says: "no turn on, no home at, no probe of a disabled slot",
    ofHappening: ({ after }) =>
      (isExhausted(after) || isEnabled(after, after.home)) &&
      (after.probe === null || isEnabled(after, after.probe.slot)),
    ofTurn: ({ turn, slots }) => isEnabled(slots, turn.slot),
  },
  {
    name: "I4",
    says: "failures of one epoch move home once, by one slot",
    ofHappening: ({ before, after, event }) => {
      if (!isTurn(event) || event.type === "SUCCESS" || after.home <= before.home) return true;
      const below = enabledBelow(after, before.home);
      const rested = below.find((slot) => !isCooling(before, slot, after.at));
      return after.epoch <= before.epoch + 1 && after.home === (rested ?? below[0] ?? after.slots.length);
    },
  },
  {
    name: "I7",
    says: "no automatic probe begins before a time that the provider stated",
    ofHappening: ({ before, after, event }) => {
      if (after.probe === null || before.probe?.slot === after.probe.slot) return true;
      if (event?.type === "FAILBACK" || event?.type === "RESTORE") return true;
      return (after.slots[after.probe.slot]?.statedUntil ?? -Infinity) <= after.at;
    },
  },
  {
    name: "I9",
    says: "the epoch never falls, and moves exactly when home does",
    ofHappening: ({ before, after, event }) => {
      if (event?.type === "RESET") return after.epoch === before.epoch + 1;
      return after.epoch - before.epoch === Number(after.home !== before.home);
    },
  },
  {
    name: "I12",
    says: "a success never moves home down",
    ofHappening: ({ before, after, event }) => event?.type !== "SUCCESS" || after.home <= before.home,
  },
  {
    name: "I14",
    says: "a slot that has just served is not cooling",
    ofHappening: ({ before, after, event }) =>
      !isTurn(event) ||
      event.type !== "SUCCESS" ||
      !isBelieved(before, event) ||
      !isCooling(after, event.slot, after.at),
  },
  {
    name: "I8",
    says: "while home is a slot, at most one call at a time has its first turn on the probed one",
    ofTurn: ({ turn, slots, probers }) =>
      isExhausted(slots) || turn.routed || !turn.first || turn.slot !== slots.probe?.slot || probers <= 1,
  },
  {
    name: "I1",
    says: "no credential gets two turns of a call, and all-failed means that each enabled one had its turn",
    ofTurn: ({ flight: { turns } }) => new Set(turns).size === turns.length,
    ofEnd: ({ flight, result, turnedAway }) =>
      result !== "all_failed" || turnedAway || flight.throughout.every((slot) => flight.turns.includes(slot)),
  },
  {
    name: "S11",
    says: "a claim on a probe ends with the call that held it, with its process, or at its end, which never moves",
    ofHappening: ({ before, after, event }) => {
      const [former, lease] = [before.probe?.lease, after.probe?.lease];
      if (event?.type === "RESTORE") return lease == null;
      return lease == null || (lease.until > after.at && (former?.call !== lease.call || former.until === lease.until));
    },
    ofEnd: ({ flight, slots }) => slots.probe?.lease?.call !== flight.id,
  },
  {
    name: "S6",
    says: "home moves up only to a slot that has just proved that it serves, or by an operator's reset",
    ofHappening: ({ before, after, event }) => {
      if (after.home >= before.home || event?.type === "RESET" || event?.type === "RESTORE") return true;
      return event?.type === "SUCCESS" && event.slot === after.home;
    },
  },
  {
    name: "S3",
    says: "home moves down only by a failure of home or by an operator, and where it moves all counts start anew",
    ofHappening: ({ before, after, event }) => {
      if (after.epoch !== before.epoch && after.served > 0 && event?.type !== "RESTORE") return false;
      if (after.home <= before.home || event?.type === "RESTORE" || event?.type === "RESET") return true;
      return event !== undefined && "slot" in event && event.slot === before.home;
    },
  },
  {
    name: "S27",
    says: "routing by capability moves nothing",
    ofHappening: ({ before, after, event }) =>
      !isTurn(event) || event.routed !== true || (after.home === before.home && after.epoch === before.epoch),
  },
  {
    name: "S8",
    says: "a success counts once, and only of a call that began at home",
    ofHappening: ({ before, after, event }) => {
      if (after.epoch !== before.epoch || after.served <= before.served) return true;
      return event?.type === "SUCCESS" && event.first === true && after.served === before.served + 1;
    },
  },
  {
    name: "S10",
    says: "a failure that is believed leaves its slot resting, and no rest is cut short but by a success, an operator or a restart",
    ofHappening: ({ before, after, event }) => {
      if (isTurn(event) && event.type !== "SUCCESS" && !isRequestFailure(event) && isBelieved(before, event)) {
        if (!isCooling(after, event.slot, after.at) && event.retryAfterMs !== 0) return false;
      }
      if (event !== undefined && ["SUCCESS", "RESET", "ENABLE", "RESTORE"].includes(event.type)) return true;
      return before.slots.every(
        ({ cooldownUntil }, slot) =>
          cooldownUntil === null || (after.slots[slot]?.cooldownUntil ?? -Infinity) >= cooldownUntil,
      );
    },
  },
  {
    name: "S1",
    says: "the state is what is known: the probed slot's probing, else home's serving, else exhausted",
    ofHappening: ({ after, situation }) => {
      if (after.probe !== null)
        return pathOf(situation) === `s${after.probe.slot}.probing` && after.probe.slot < after.home;
      return pathOf(situation) === (isExhausted(after) ? "exhausted" : `s${after.home}.serving`);
    },
  },
  {
    name: "S7",
    says: "a delayed transition is armed for what is due next, and no success starts it again",
    ofHappening: ({ before, after, event }) => {
      const stays = after.epoch === before.epoch && before.probe === null && after.probe === null;
      if (stays && event?.type === "SUCCESS" && after.servingSince !== before.servingSince) return false;
      const dueAt = (after.probe === null ? nextDueAt(after) : after.probe.lease?.until) ?? Infinity;
      // A link of a longer delay was armed a timer's length before it ends, and that was not before the start.
      const isLink = after.wakeAt < dueAt && after.wakeAt >= longestDelayMs;
      return (
        after.wakeAt <= after.at + longestDelayMs &&
        (isLink || after.wakeAt === Math.max(dueAt, after.at) || after.wakeAt <= after.at)
      );
    },
  },
];
