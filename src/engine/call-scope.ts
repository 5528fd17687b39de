import type { Clock, Timer } from "./clock.ts";

/** Why a call was stopped from outside. */
export interface Stop {
  readonly kind: "cancelled" | "timed_out";
  /** What the signal said, or the deadline's error. */
  readonly reason: unknown;
  /** Whether time ran out: the deadline, or a signal whose reason is a `TimeoutError` (S26). */
  readonly byClock: boolean;
}

function cancelledBy({ reason }: AbortSignal): Stop {
  return { kind: "cancelled", reason, byClock: reason instanceof Error && reason.name === "TimeoutError" };
}

/** The life of one call: when it began, and what may stop it at any moment, in every state (S26). */
export class CallScope {
  readonly clock: Clock;
  readonly startedAt: number;
  readonly deadlineAt: number | undefined;
  stop: Stop | undefined;
  /** What waits at this moment, and is to be told of a stop. */
  onStop: ((reason: unknown) => void) | undefined;

  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: (() => void) | undefined;
  readonly #timer: Timer;

  constructor(
    clock: Clock,
    limits: {
      readonly signal?: AbortSignal | undefined;
      readonly deadlineMs?: number | undefined;
      readonly deadlineError: (deadlineMs: number) => unknown;
    },
  ) {
    const { signal, deadlineMs } = limits;
    this.clock = clock;
    this.startedAt = clock.now();
    if (deadlineMs !== undefined) {
      this.deadlineAt = this.startedAt + deadlineMs;
      this.#timer = clock.setTimer(
        () => this.#stop({ kind: "timed_out", reason: limits.deadlineError(deadlineMs), byClock: true }),
        deadlineMs,
        "foreground",
      );
    }
    if (signal !== undefined) {
      this.#signal = signal;
      if (signal.aborted) this.stop = cancelledBy(signal);
      const onAbort = (): void => this.#stop(cancelledBy(signal));
      this.#onAbort = onAbort;
      signal.addEventListener("abort", this.#onAbort, { once: true });
    }
  }

  #stop(stop: Stop): void {
    if (this.stop !== undefined) return;
    this.stop = stop;
    this.onStop?.(stop.reason);
  }

  /** Ends the call from outside, as its caller's signal would. */
  cancel(reason: unknown): void {
    this.#stop({ kind: "cancelled", reason, byClock: false });
  }

  /** Waits until then, or until the call is stopped. */
  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      // A listener of the attempt's end may have stopped it.
      if (this.stop !== undefined) return resolve();
      const end = (): void => {
        this.clock.clearTimer(timer);
        this.onStop = undefined;
        resolve();
      };
      const timer = this.clock.setTimer(end, delayMs, "foreground");
      this.onStop = end;
    });
  }

  /** Lets go of the signal and the deadline. */
  end(): void {
    this.clock.clearTimer(this.#timer);
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}
