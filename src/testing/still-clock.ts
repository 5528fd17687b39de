import type { Timer } from "../engine/clock.ts";
import { passUntil } from "./simulate/pass-time.ts";
import { createVirtualClock, type VirtualClock } from "./virtual-clock.ts";

/** A clock for a real service under test: it stands still but for what is skipped, so that ten minutes take no time. */
export interface StillClock extends Pick<VirtualClock, "now" | "setTimer" | "clearTimer"> {
  /** Lets so many milliseconds pass, timer by timer. */
  skip(durationMs: number): Promise<void>;
}

/** Waits up to this long are over at once: the backoff between two attempts, which nobody skips. */
const shortestMs = 10;

/**
 * Makes a clock that starts at 0, for `createGateway(config, { clock })` and `createKeyswitch(config, { clock })`.
 *
 * Nothing times out on it by itself: a limit of a minute is over when a minute is skipped. Only waits of at most 10 ms
 * pass as soon as they begin.
 */
export function createStillClock(): StillClock {
  const clock = createVirtualClock();
  const waiting = new Set<Timer>();
  return {
    now: () => clock.now(),
    setTimer: (callback, delayMs, kind) => {
      const dueAt = clock.now() + delayMs;
      const timer = clock.setTimer(
        () => {
          waiting.delete(timer);
          callback();
        },
        delayMs,
        kind,
      );
      if (kind === "foreground" && delayMs <= shortestMs) {
        waiting.add(timer);
        setImmediate(() => {
          while (waiting.has(timer) && clock.goTo(dueAt));
        });
      }
      return timer;
    },
    clearTimer: (timer) => {
      waiting.delete(timer);
      clock.clearTimer(timer);
    },
    skip: (durationMs) => passUntil(clock, clock.now() + durationMs),
  };
}
