import type { ErrorClass } from "../../machines/events.ts";

/** What a failure means, and which rule said so. */
export interface Verdict {
  readonly class: ErrorClass;
  /**
   * The stable name of the rule that decided: `openai.code.insufficient_quota` (a provider's table), `code.…` (a code that
   * everybody uses), `text.billing`, `status.429`, `transport.ECONNRESET`, `name.…` (an error class), `word.…`, or `unknown`.
   */
  readonly rule: string;
  /** The wait that the answer itself states, in milliseconds; absent where it states none, or where waiting would not help. */
  readonly retryAfterMs?: number;
  /** The innermost HTTP status that the answer names: a wrapper's own status gives way to the one that it wraps. */
  readonly status?: number;
}

/** An HTTP answer or a transport error, as far as it was seen. Everything is optional, and nothing is trusted. */
export interface FailureFacts {
  readonly id?: string;
  readonly provider?: string;
  readonly status?: number | null;
  /** A plain object, a `Headers`, or an array of pairs. */
  readonly headers?: unknown;
  /** Text, bytes, or what JSON made of them. */
  readonly body?: unknown;
  readonly message?: string | null;
  readonly code?: string | number | null;
  readonly cause?: unknown;
}
