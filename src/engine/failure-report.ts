import type { ErrorClass } from "../../machines/index.ts";
import type { FailedAttempt } from "../errors.ts";
import type { Failure } from "./verdict.ts";

/** What the engine knows of an error that it rethrew (S23). */
export interface FailureReport {
  readonly model: string;
  /** Id of the credential whose attempt threw it. */
  readonly credential: string;
  readonly class: ErrorClass;
  /** Name of the rule that decided. */
  readonly rule: string;
  /** The wait that the answer stated, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** Every failed attempt of its call in order, this one last. */
  readonly attempts: readonly FailedAttempt[];
}

const reports = new WeakMap<WeakKey, FailureReport>();

/**
 * What the engine knows of an error that a call threw: the error itself is the function's own, untouched (S23).
 *
 * @returns `undefined` for an error that no call threw, and for a thrown value that is no object.
 */
export function failureOf(error: unknown): FailureReport | undefined {
  return isWeakKey(error) ? reports.get(error) : undefined;
}

/** Remembers what is known of an error that is about to be rethrown. */
export function reportFailure(model: string, last: Failure, failures: readonly Failure[]): void {
  if (!isWeakKey(last.error)) return;
  const { class: errorClass, rule, retryAfterMs } = last.verdict;
  reports.set(last.error, {
    model,
    credential: last.credential,
    class: errorClass,
    rule,
    retryAfterMs,
    attempts: failures.map(failedAttempt),
  });
}

/** A failed attempt as errors tell it. */
export function failedAttempt({ credential, verdict, index, error, durationMs }: Failure): FailedAttempt {
  return { credential, class: verdict.class, index, error, durationMs, status: verdict.status };
}

function isWeakKey(value: unknown): value is WeakKey {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
