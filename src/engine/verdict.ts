import type { ErrorClass } from "../../machines/index.ts";

/** What a failure was found to mean. */
export interface Verdict {
  readonly class: ErrorClass;
  /** Name of the rule that decided, stable and free of secrets. */
  readonly rule: string;
  /** The wait that the answer stated, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** The HTTP status, where there was one. */
  readonly status?: number | undefined;
}

/** One attempt of a call that failed. */
export interface Failure {
  /** The credential's id. */
  readonly credential: string;
  readonly verdict: Verdict;
  /** The attempt's number in its call, from 1. */
  readonly index: number;
  /** What the attempt threw, untouched. */
  readonly error: unknown;
  readonly durationMs: number;
}
