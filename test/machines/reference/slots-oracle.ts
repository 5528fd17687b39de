import { type ErrorClass, isRequestLevel } from "../../../machines/index.ts";
import type { Departs } from "./departures.ts";
import type { Settings } from "./vectors.ts";

/** A turn on one slot, as far as its outcome depends on when and how it began. */
export interface OracleTurn {
  readonly call: string | undefined;
  readonly slot: number;
  readonly epoch: number;
  readonly first: boolean;
  readonly routed: boolean;
}

/** What a call has tried, and what can serve it. */
export interface OracleProgress {
  readonly tried: readonly number[];
  readonly capable: (slot: number) => boolean;
}

export type SlotsOracle = ReturnType<typeof createSlotsOracle>;

/**
 * An independent reading of the rules, in seconds: without departures those that were observed, with all of them ours.
 * Each `departs(…)` is one place where the two part.
 *
 * @param failuresSwitch - Whether the earlier implementation is told of failures: its switch was, its ring never was.
 */
export function createSlotsOracle({ n, timeoutS, requests }: Settings, failuresSwitch: boolean, departs: Departs) {
  let now = 0;
  let home = 0;
  let epoch = 0;
  /** Calls that home has served, and when it last became home or a probe of another one failed. */
  let count = 0;
  let since = 0;
  let probe: { slot: number; holder: string | undefined; undecided: boolean } | undefined;
  const restsUntil = Array.from({ length: n }, () => 0);
  const probedInVain = new Set<number>();

  const slots = restsUntil.map((_, slot) => slot);
  const above = (): number[] => slots.filter((slot) => slot < home);
  const endOf = (slot: number): number => restsUntil[slot] ?? 0;
  const isHolder = ({ call, slot }: OracleTurn): boolean =>
    call !== undefined && probe?.holder === call && probe.slot === slot;
  const isStale = (turn: OracleTurn): boolean => departs("staleIsDropped") && turn.epoch !== epoch && !isHolder(turn);
  const isProbed = (turn: OracleTurn): boolean => isHolder(turn) || turn.slot === probe?.slot;

  function moveHome(slot: number): void {
    home = slot;
    epoch += 1;
    count = 0;
    since = now;
    probedInVain.clear();
  }

  function rest(slot: number): void {
    if (slot in restsUntil) restsUntil[slot] = Math.max(endOf(slot), now + timeoutS);
  }

  /** The rested by priority, then the others by when they are; one whose probe is out is none of the rested. */
  function restedFirst(at: number): number[] {
    const isRested = (slot: number): boolean =>
      endOf(slot) <= at && !(probe?.slot === slot && probe.holder !== undefined);
    const others = slots.filter((slot) => !isRested(slot)).toSorted((a, b) => endOf(a) - endOf(b) || a - b);
    return [...slots.filter(isRested), ...others];
  }

  function below(): number {
    const rested = slots.find((slot) => slot > home && endOf(slot) <= now);
    return (departs("restedFirst") ? rested : undefined) ?? home + 1;
  }

  const failbackDueAt = (slot: number): number =>
    departs("timers") && endOf(slot) > since ? endOf(slot) : since + timeoutS;

  function candidates(): number[] {
    const nearestFirst = above().toReversed();
    if (!departs("noStarvation")) return [home - 1];
    return nearestFirst.toSorted((a, b) => Number(probedInVain.has(a)) - Number(probedInVain.has(b)));
  }

  function timedTarget(): number {
    const rested = candidates().find((slot) => endOf(slot) <= since + timeoutS);
    const soonest = candidates().toSorted((a, b) => failbackDueAt(a) - failbackDueAt(b))[0];
    return (departs("noStarvation") ? rested : undefined) ?? soonest ?? 0;
  }

  function failBackTo(slot: number): void {
    if (!departs("proofBeforeFailback")) return moveHome(slot);
    probe = { slot, holder: undefined, undecided: false };
    if (above().every((each) => probedInVain.has(each))) probedInVain.clear();
  }

  /** One look for a better credential: what there was of time in the rules that were observed. */
  function look(): void {
    if (probe !== undefined || home <= 0) return;
    if (home === n && departs("evidenceMovesHome")) {
      const dueAt = Math.max(since, Math.min(...restsUntil));
      if (dueAt <= now) failBackTo(restedFirst(dueAt)[0] ?? 0);
    } else if (failbackDueAt(timedTarget()) <= now) failBackTo(timedTarget());
    else if (requests > 0 && count >= requests) failBackTo(candidates()[0] ?? 0);
  }

  function tick(): void {
    if (departs("timers")) look();
  }

  function endProbe(): void {
    probe = undefined;
    count = 0;
    since = now;
  }

  function failProbe(slot: number): void {
    endProbe();
    rest(slot);
    probedInVain.add(slot);
  }

  const turnOn = (slot: number, { tried, capable }: OracleProgress, call?: string): OracleTurn => ({
    call,
    slot,
    epoch,
    first: tried.length === 0,
    routed: slot !== home && home < n && !capable(home) && !(probe?.slot === slot && probe.holder === call),
  });

  /** The next turn of a call; undefined when it has tried all. */
  function next(progress: OracleProgress, call?: string): OracleTurn | undefined {
    tick();
    const { tried, capable } = progress;
    const isOpen = (slot: number): boolean => slot in restsUntil && capable(slot) && !tried.includes(slot);
    const last = tried.at(-1);
    const start = last === undefined ? home : last + 1;
    const ring = slots.map((step) => (start + step) % n);
    const slot = (departs("restedFirst") ? [home, ...restedFirst(now)] : ring).find(isOpen);
    return slot === undefined ? undefined : turnOn(slot, progress, call);
  }

  return {
    home: () => home,
    epoch: () => epoch,
    /** The slot on which a call would begin. */
    upcoming(): number {
      tick();
      return probe?.slot ?? home;
    },
    pass(seconds: number): void {
      now += seconds;
      tick();
    },
    /** A call begins: its first turn. One without a name takes no lease. */
    begin(progress: OracleProgress, call?: string): OracleTurn | undefined {
      look();
      if (probe === undefined || probe.holder !== undefined || !progress.capable(probe.slot))
        return next(progress, call);
      probe.holder = call;
      return turnOn(probe.slot, progress, call);
    },
    next,
    served(turn: OracleTurn): void {
      tick();
      const { slot } = turn;
      if (isStale(turn) || (departs("onlyOwnSlots") && !(slot in restsUntil))) return;
      if (slot in restsUntil) restsUntil[slot] = 0;
      if (probe !== undefined && isProbed(turn) && !turn.routed) {
        probe = undefined;
        moveHome(slot);
      } else if (slot === home) {
        if (home > 0 && (turn.first || !departs("evidenceMovesHome"))) count += 1;
        tick();
      } else if (!turn.routed && (slot < home || !departs("staleIsDropped"))) {
        probe = undefined;
        moveHome(slot);
      }
    },
    /** A turn failed. Returns whether its caller should go on to another credential. */
    failed(turn: OracleTurn, errorClass: ErrorClass): boolean {
      tick();
      const { slot } = turn;
      if (isRequestLevel(errorClass)) {
        if (probe !== undefined && isHolder(turn)) {
          if (probe.undecided) failProbe(slot);
          else probe = { slot, holder: undefined, undecided: true };
        }
        return false;
      }
      if (isStale(turn)) return true;
      const isHome = slot === home;
      const goesOn =
        errorClass !== "auth" || (isHome ? departs("evidenceMovesHome") || home < n - 1 : departs("staleIsDropped"));
      if (isHome && departs("evidenceMovesHome")) {
        if (home < n) {
          rest(slot);
          moveHome(below());
        }
      } else if (probe !== undefined && isProbed(turn)) failProbe(slot);
      else {
        rest(slot);
        if (isHome && failuresSwitch && goesOn) moveHome(Math.min(home + 1, n));
      }
      return goesOn;
    },
  };
}
