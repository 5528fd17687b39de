import { type Actor, createActor } from "xstate";
import {
  type BreakerContext,
  breakerDefaults,
  type BreakerPolicy,
  circuitBreaker,
  type CircuitBreakerMachine,
  type Duration,
  type ErrorClass,
  errorClasses,
  parseDuration,
} from "../../machines/index.ts";
import { CircuitOpenError, UsageError } from "../errors.ts";
import { createActorTimer } from "./actor-timer.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Verdict } from "./verdict.ts";

/** How a circuit breaker behaves; the keys are written as in a configuration file. */
export interface CircuitBreakerOptions {
  /** Failures in a row that open it, at least 1 (S30). @default 5 */
  readonly failure_threshold?: number | undefined;
  /** How long it stays open before one probe goes through; seconds or a text like `"5m"` (S31). @default 300 */
  readonly reset_timeout?: Duration | undefined;
  /** Ceiling of `reset_timeout`, which doubles after each failed probe (S31). @default `reset_timeout` */
  readonly max_reset_timeout?: Duration | undefined;
  /** Error classes that open it at once (S30). @default ["auth", "quota_exceeded"] */
  readonly trip_on?: readonly ErrorClass[] | undefined;
}

/** The right to make one call; its outcome is told once, and ignored when the breaker has moved since (S31). */
export interface Ticket {
  succeeded(): void;
  failed(error: unknown): void;
  /** The call was given up: it says nothing. */
  released(): void;
}

/** A circuit breaker for a single credential or a queue worker (S30–S32). */
export interface CircuitBreaker {
  /**
   * Runs a function, unless the circuit is open.
   *
   * @throws CircuitOpenError without calling it; UsageError for what is no function; else whatever it throws.
   */
  run<Value>(work: () => PromiseLike<Value> | Value): Promise<Value>;
  /**
   * Asks for the right to make one call.
   *
   * @throws CircuitOpenError while it is open, or its one probe is out.
   */
  check(): Ticket;
  snapshot(): CircuitBreakerSnapshot;
  /** The XState actor, to subscribe to and to draw. */
  readonly actor: Actor<CircuitBreakerMachine>;
  /** Stops its timer. */
  close(): void;
}

/** A breaker's state for people: plain JSON. */
export interface CircuitBreakerSnapshot {
  readonly state: "closed" | "open" | "half_open";
  /** Failures in a row. */
  readonly failures: number;
  /** Milliseconds; 0 unless open. */
  readonly retryAfterMs: number;
  readonly resetTimeoutMs: number;
}

/** What a breaker is given from outside. */
export interface CircuitBreakerParts {
  readonly classify: (error: unknown) => Verdict;
  readonly clock?: Clock | undefined;
}

/** Starts a circuit breaker. */
export function createBreaker(
  options: CircuitBreakerOptions,
  { classify, clock = systemClock }: CircuitBreakerParts,
): CircuitBreaker {
  const timer = createActorTimer(clock, () => read().wakeAt);
  const actor = createActor(circuitBreaker(), {
    input: { policy: breakerPolicy(options), at: clock.now() },
    clock: timer.clock,
  });
  const read = (): BreakerContext => actor.getSnapshot().context;
  const state = (): CircuitBreakerSnapshot["state"] => actor.getSnapshot().value;
  const retryAfterMs = (): number => Math.max(0, (read().openUntil ?? 0) - clock.now());
  actor.start();
  actor.subscribe({
    next: () => timer.rearm(),
    error: (error) => {
      throw error;
    },
  });

  const check = (): Ticket => {
    timer.fireDue();
    const { ticket, probeUntil } = read();
    if (state() === "open" || (state() === "half_open" && probeUntil !== null)) {
      throw new CircuitOpenError({ retryAfterMs: retryAfterMs() });
    }
    if (state() === "half_open") actor.send({ type: "PROBE", ticket, at: clock.now() });
    let isTold = false;
    const tell = (event: { type: "SUCCESS" | "RELEASE" } | { type: "FAILURE"; class: ErrorClass }): void => {
      if (isTold) return;
      isTold = true;
      timer.fireDue();
      actor.send({ ...event, ticket, at: clock.now() });
    };
    return {
      succeeded: () => tell({ type: "SUCCESS" }),
      failed: (error) => tell(outcomeOf(error, classify)),
      released: () => tell({ type: "RELEASE" }),
    };
  };

  return {
    actor,
    check,
    run: async (work) => {
      if (typeof work !== "function") throw new UsageError({ path: "work", found: shown(work), wanted: "a function" });
      const ticket = check();
      try {
        const value = await work();
        ticket.succeeded();
        return value;
      } catch (error) {
        ticket.failed(error);
        throw error;
      }
    },
    snapshot: () => {
      const { failures, resetTimeoutMs } = read();
      return { state: state(), failures, retryAfterMs: retryAfterMs(), resetTimeoutMs };
    },
    close: () => {
      actor.stop();
      timer.stop();
    },
  };
}

/** A cancelled call says nothing; an error that cannot even be looked at is `unknown`. */
function outcomeOf(
  error: unknown,
  classify: CircuitBreakerParts["classify"],
): { type: "RELEASE" } | { type: "FAILURE"; class: ErrorClass } {
  try {
    if (error instanceof Error && error.name === "AbortError") return { type: "RELEASE" };
    return { type: "FAILURE", class: classify(error).class };
  } catch {
    return { type: "FAILURE", class: "unknown" };
  }
}

const optionNames = ["failure_threshold", "reset_timeout", "max_reset_timeout", "trip_on"];

function breakerPolicy(options: CircuitBreakerOptions): BreakerPolicy {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new UsageError({ path: "options", found: shown(options), wanted: "an object" });
  }
  const unknown = Object.keys(options).find((name) => !optionNames.includes(name));
  if (unknown !== undefined) {
    throw new UsageError({ path: unknown, found: "an unknown option", wanted: `one of ${optionNames.join(", ")}` });
  }
  const {
    failure_threshold: failureThreshold = breakerDefaults.failureThreshold,
    trip_on: tripOn = breakerDefaults.tripOn,
  } = options;
  const resetTimeoutMs = optionMs("reset_timeout", options.reset_timeout, breakerDefaults.resetTimeoutMs);
  const maxResetTimeoutMs = optionMs("max_reset_timeout", options.max_reset_timeout, resetTimeoutMs);
  if (!Number.isInteger(failureThreshold) || failureThreshold < 1) {
    throw new UsageError({
      path: "failure_threshold",
      found: shown(failureThreshold),
      wanted: "a whole number from 1",
    });
  }
  if (maxResetTimeoutMs < resetTimeoutMs) {
    const found = `${maxResetTimeoutMs / 1_000} s`;
    throw new UsageError({
      path: "max_reset_timeout",
      found,
      wanted: `at least reset_timeout, ${resetTimeoutMs / 1_000} s`,
    });
  }
  if (!Array.isArray(tripOn) || !tripOn.every((each) => errorClasses.includes(each))) {
    const wanted = `a list of classes among ${errorClasses.join(", ")}`;
    throw new UsageError({ path: "trip_on", found: shown(tripOn), wanted });
  }
  return { failureThreshold, resetTimeoutMs, maxResetTimeoutMs, tripOn };
}

function optionMs(path: string, value: Duration | undefined, defaultMs: number): number {
  if (value === undefined) return defaultMs;
  const durationMs = parseDuration(value);
  if (durationMs !== undefined && durationMs > 0) return durationMs;
  throw new UsageError({
    path,
    found: shown(value),
    wanted: 'a duration above 0: seconds, or a text like "5m"',
  });
}

/** An option's value as it was written; JSON has no word for NaN and Infinity. */
function shown(value: unknown): string {
  if (typeof value === "function") return "a function";
  return typeof value === "number" || value === undefined ? String(value) : JSON.stringify(value);
}
