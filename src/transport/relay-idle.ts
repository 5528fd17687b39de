import type { Clock, Timer } from "../engine/clock.ts";

/** Sees to it that nobody is waited for too long. */
export interface IdleWatch {
  /** A wait begins. */
  begin(): void;
  /** It is over. */
  end(): void;
  /** There will be no other. */
  close(): void;
}

/**
 * Makes a watch over waits that come one after another.
 *
 * One timer runs for all of them and looks, when it fires, how long the present one has lasted: to set and clear one for
 * each piece of a stream would cost about what passing the piece on does.
 */
export function createIdleWatch(clock: Clock, timeoutMs: number, tellIdle: () => void): IdleWatch {
  let waitingSince: number | undefined;
  let timer: Timer;

  function look(): void {
    timer = undefined;
    if (waitingSince === undefined) return;
    const leftMs = waitingSince + timeoutMs - clock.now();
    if (leftMs <= 0) tellIdle();
    else timer = clock.setTimer(look, leftMs, "foreground");
  }

  return {
    begin: () => {
      waitingSince = clock.now();
      timer ??= clock.setTimer(look, timeoutMs, "foreground");
    },
    end: () => {
      waitingSince = undefined;
    },
    close: () => clock.clearTimer(timer),
  };
}
