import type { RetryPolicy } from "../../machines/index.ts";
import type { AttemptLimit, AttemptSignal } from "./attempt.ts";
import type { CallScope, Stop } from "./call-scope.ts";
import type { SlotsKeeper } from "./slots-keeper.ts";
import type { Failure, Verdict } from "./verdict.ts";

/** Tokens of one answer; what the upstream did not say is left out. */
export interface TokenUsage {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
}

/** What a function gets for one attempt. */
export interface AttemptContext<Credential> {
  readonly credential: Credential;
  /** The call's id, as in its events. */
  readonly call: string;
  /** Aborts when the attempt's time is over, its caller gives up, or the call's deadline passes. */
  readonly signal: AbortSignal;
  /** The attempt's number in its call, from 1. */
  readonly attempt: number;
  /**
   * Books the tokens that this attempt used; they count once, if it serves, also when they are told after its first
   * item. Told again, each number replaces the one before it (S40).
   */
  readonly recordUsage: (usage: TokenUsage) => void;
}

/** A turn that served, and where it left the model: late evidence of it is told under that epoch (S25). */
export interface ServedTurn<Credential> {
  readonly credential: Credential;
  readonly slot: number;
  readonly epochAfter: number;
  /** The tokens that were counted for it so far; undefined: unknown (S40). */
  usage: TokenUsage | undefined;
}

/** How a call ended, as a value; only the public edge throws. */
export type Settled<Credential, Value> =
  | { readonly result: "served"; readonly value: Value; readonly turn: ServedTurn<Credential> }
  | { readonly result: "failed_fast"; readonly failure: Failure }
  /** `retryAfterMs` is undefined when no credential may take the call at all: waiting does not help. */
  | { readonly result: "all_failed"; readonly retryAfterMs: number | undefined }
  | { readonly result: Stop["kind"]; readonly reason: unknown };

/** One call's own record. */
export interface CallRecord {
  readonly id: string;
  readonly scope: CallScope;
  readonly limit: AttemptLimit;
  readonly progress: { readonly tried: number[]; readonly capable: readonly boolean[] | undefined };
  /** Whether it ends with its first attempt, however that ends. */
  readonly once: boolean;
  readonly failures: Failure[];
  /** How many attempts have begun. */
  attempts: number;
}

/** One call, and what it does in each attempt. */
export interface Call<Credential, Value> extends CallRecord {
  readonly attempt: (context: AttemptContext<Credential>, attemptSignal: AttemptSignal) => PromiseLike<Value> | Value;
  /** Gets rid of a value that came too late. */
  readonly discard?: ((value: Value) => void) | undefined;
}

/** What the calls of one model share. */
export interface CallEnvironment<Credential> {
  readonly keeper: SlotsKeeper;
  readonly credentials: readonly Credential[];
  readonly retry: RetryPolicy;
  readonly onExhausted: "try" | "reject";
  /** How long an unanswered probe is out, for a call without a deadline (S11). */
  readonly leaseMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly classify: (error: unknown, credential: Credential) => Verdict;
  readonly prepare: ((credential: Credential) => Promise<void> | undefined) | undefined;
  readonly onAttempt: (
    call: CallRecord,
    slot: number,
    outcome: "ok" | Verdict | Stop["kind"],
    durationMs: number,
    usage: TokenUsage | undefined,
  ) => void;
  /** Tokens that a turn told after it had served. */
  readonly onUsage: (turn: ServedTurn<Credential>, usage: TokenUsage) => void;
}
