import { longestDelayMs } from "../../machines/index.ts";

/** A running timer of a {@link Clock}. */
export type Timer = unknown;

/**
 * Time as the engine sees it: monotonic, and replaced in tests and `simulate`.
 *
 * All times are milliseconds since an origin that means nothing.
 */
export interface Clock {
  now(): number;
  /** Calls back once. A `background` timer never keeps a process alive. */
  setTimer(callback: () => void, delayMs: number, kind: "foreground" | "background"): Timer;
  clearTimer(timer: Timer): void;
}

/** A delay that needs more than one timer, link by link. */
class TimerChain {
  #link: NodeJS.Timeout;

  constructor(callback: () => void, delayMs: number, isBackground: boolean) {
    const next = (restMs: number): NodeJS.Timeout => {
      const link =
        restMs > longestDelayMs
          ? setTimeout(() => (this.#link = next(restMs - longestDelayMs)), longestDelayMs)
          : setTimeout(callback, restMs);
      return isBackground ? link.unref() : link;
    };
    this.#link = next(delayMs);
  }

  clear(): void {
    clearTimeout(this.#link);
  }
}

const { timeOrigin } = performance;

/** The process's own monotonic time, counted from the Unix epoch as far as the process's start knew it. */
export const systemClock: Clock = {
  now: () => timeOrigin + performance.now(),
  setTimer: (callback, delayMs, kind) => {
    const isBackground = kind === "background";
    if (delayMs > longestDelayMs) return new TimerChain(callback, delayMs, isBackground);
    const timer = setTimeout(callback, delayMs);
    return isBackground ? timer.unref() : timer;
  },
  clearTimer: (timer) => {
    if (timer instanceof TimerChain) timer.clear();
    else clearTimeout(timer as NodeJS.Timeout | undefined);
  },
};
