import type { Clock, Timer } from "../engine/clock.ts";

interface VirtualTimer {
  readonly dueAt: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to go on: hours pass in no time, and always the same way. */
export interface VirtualClock extends Clock {
  /** When the next timer is due, in milliseconds; `undefined` with none. */
  nextDueAt(): number | undefined;
  /** Goes to that time, never back, and fires the first timer that is due there. Returns whether one was. */
  goTo(at: number): boolean;
}

/** Makes a clock that starts at 0. */
export function createVirtualClock(): VirtualClock {
  const timers = new Set<VirtualTimer>();
  let now = 0;
  let order = 0;

  const next = (): VirtualTimer | undefined => {
    let first: VirtualTimer | undefined;
    for (const timer of timers) {
      if (first === undefined || timer.dueAt < first.dueAt) first = timer;
    }
    return first;
  };

  return {
    now: () => now,
    setTimer: (callback, delayMs): Timer => {
      const timer = { dueAt: now + Math.max(0, delayMs), order: (order += 1), callback };
      timers.add(timer);
      return timer;
    },
    clearTimer: (timer) => {
      timers.delete(timer as VirtualTimer);
    },
    nextDueAt: () => next()?.dueAt,
    goTo: (at) => {
      const timer = next();
      if (timer === undefined || timer.dueAt > at) {
        now = Math.max(now, at);
        return false;
      }
      now = Math.max(now, timer.dueAt);
      timers.delete(timer);
      timer.callback();
      return true;
    },
  };
}
