import { AttemptTimeoutError } from "../errors.ts";
import type { CallScope } from "./call-scope.ts";

/** How an attempt ended, as a value. */
export type AttemptOutcome<Value> =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "failure"; readonly error: unknown; readonly timedOut: boolean }
  | { readonly kind: "stopped" };

/** The time that an attempt may take, and the option that says so (S26). */
export interface AttemptLimit {
  readonly limit: "timeout" | "first_byte_timeout";
  readonly timeoutMs: number;
}

interface AttemptRules<Value> {
  readonly scope: CallScope;
  readonly limit: AttemptLimit;
  readonly discard?: ((value: Value) => void) | undefined;
}

const stopped = { kind: "stopped" } as const;

/** The signal of one attempt, made when somebody asks for it: most functions that need none cost none. */
export class AttemptSignal {
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;
  #onAbort: ((reason: unknown) => void) | undefined;

  get isAborted(): boolean {
    return this.#aborted !== undefined;
  }

  /**
   * What is told of the abort besides the signal, one at a time; at once if it has been. A function has a name before it
   * is assigned here: written in its place it would outlive its call (docs/performance.md).
   */
  set onAbort(listener: ((reason: unknown) => void) | undefined) {
    this.#onAbort = listener;
    if (this.#aborted !== undefined) listener?.(this.#aborted.reason);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    return this.#controller.signal;
  }

  /** The first reason counts. */
  abort(reason: unknown): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = { reason };
    this.#controller?.abort(reason);
    this.#onAbort?.(reason);
  }
}

/**
 * Runs one attempt until it answers, its time is over, or its call is stopped, whichever comes first (S26).
 *
 * It settles then, even if the function ignores its signal; a value that comes after that is discarded.
 */
export function runAttempt<Value>(
  { scope, limit: { limit, timeoutMs }, discard }: AttemptRules<Value>,
  credential: string,
  attemptSignal: AttemptSignal,
  start: () => PromiseLike<Value> | Value,
): Promise<AttemptOutcome<Value>> {
  return new Promise((resolve) => {
    let settled = false;
    const settle = (outcome: AttemptOutcome<Value>): void => {
      settled = true;
      scope.clock.clearTimer(timer);
      scope.onStop = undefined;
      resolve(outcome);
    };
    const timer = scope.clock.setTimer(
      () => {
        const error = new AttemptTimeoutError({ credential, limit, timeoutMs });
        settle({ kind: "failure", error, timedOut: true });
        attemptSignal.abort(error);
      },
      timeoutMs,
      "foreground",
    );
    const stop = (reason: unknown): void => {
      settle(stopped);
      attemptSignal.abort(reason);
    };
    scope.onStop = stop;
    const succeed = (value: Value): void => {
      if (settled) discard?.(value);
      else settle({ kind: "value", value });
    };
    const fail = (error: unknown): void => {
      if (!settled) settle({ kind: "failure", error, timedOut: false });
    };
    try {
      Promise.resolve(start()).then(succeed, fail);
    } catch (error) {
      fail(error);
    }
  });
}
