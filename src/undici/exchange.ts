import type { Dispatcher } from "undici";

/** One request that is being answered, as its handler steers it. */
export interface Exchange {
  /** What the handler pauses, resumes and aborts it with. */
  readonly controller: Dispatcher.DispatchController;
  /** Aborts when the handler has had enough. */
  readonly signal: AbortSignal;
  /** Resolves once the handler takes more: at once unless it has paused. */
  flowing(): Promise<void>;
  /** Goes on although the handler has paused: what comes next is an end. */
  readonly wake: () => void;
}

/** Makes one that flows. */
export function createExchange(): Exchange {
  const aborter = new AbortController();
  const { signal } = aborter;
  let isPaused = false;
  let waiting: (() => void) | undefined;
  const wake = (): void => {
    waiting?.();
    waiting = undefined;
  };
  signal.addEventListener("abort", wake, { once: true });
  return {
    controller: {
      rawHeaders: null,
      rawTrailers: null,
      get aborted() {
        return signal.aborted;
      },
      get paused() {
        return isPaused;
      },
      get reason() {
        return signal.aborted ? (signal.reason as Error) : null;
      },
      pause: () => {
        isPaused = true;
      },
      resume: () => {
        isPaused = false;
        wake();
      },
      abort: (reason) => aborter.abort(reason),
    },
    signal,
    flowing: async () => {
      if (isPaused && !signal.aborted) await new Promise<void>((resolve) => (waiting = resolve));
      signal.throwIfAborted();
    },
    wake,
  };
}
