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

/** Node's timers hold 31 bits of milliseconds, and fire a longer delay at once. */
const longestDelayMs = 2 ** 31 - 1;

/** One link of a chain of timers as long as the delay. */
interface Chain {
  link?: NodeJS.Timeout;
}

function setLink(chain: Chain, callback: () => void, delayMs: number, kind: "foreground" | "background"): void {
  const restMs = delayMs - longestDelayMs;
  chain.link =
    restMs > 0
      ? setTimeout(() => setLink(chain, callback, restMs, kind), longestDelayMs)
      : setTimeout(callback, delayMs);
  if (kind === "background") chain.link.unref();
}

/** The process's own monotonic time, counted from the Unix epoch as far as the process's start knew it. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  setTimer: (callback, delayMs, kind) => {
    const chain: Chain = {};
    setLink(chain, callback, delayMs, kind);
    return chain;
  },
  clearTimer: (timer) => clearTimeout((timer as Chain | undefined)?.link),
};
