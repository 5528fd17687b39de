import { assign, setup } from "xstate";
import { longestDelayMs } from "./duration.ts";
import { type ErrorClass, isRequestLevel } from "./events.ts";

/** When a breaker opens, and for how long. Durations in milliseconds (S30, S31). */
export interface BreakerPolicy {
  /** Failures in a row that open it. */
  readonly failureThreshold: number;
  readonly resetTimeoutMs: number;
  /** Ceiling of the reset timeout as it doubles. */
  readonly maxResetTimeoutMs: number;
  /** Classes that open it at once. */
  readonly tripOn: readonly ErrorClass[];
}

/** Defaults of {@link BreakerPolicy}: 5 failures, 300 s, not doubled, `auth` and `quota_exceeded`. */
export const breakerDefaults: BreakerPolicy = {
  failureThreshold: 5,
  resetTimeoutMs: 300_000,
  maxResetTimeoutMs: 300_000,
  tripOn: ["auth", "quota_exceeded"],
};

interface Timed {
  /**
   * When it happened, in milliseconds on the machine's clock.
   *
   * @default the `now()` that the machine was built with
   */
  readonly at?: number;
}

/** Everything that can happen to a breaker. `ticket` is what {@link BreakerContext.ticket} was at its `check()`. */
export type BreakerEvent =
  | ({ readonly type: "PROBE"; readonly ticket: number } & Timed)
  | ({ readonly type: "SUCCESS"; readonly ticket: number } & Timed)
  | ({ readonly type: "FAILURE"; readonly ticket: number; readonly class: ErrorClass } & Timed)
  | ({ readonly type: "RELEASE"; readonly ticket: number } & Timed);

/** What a breaker starts from. */
export interface BreakerInput {
  /** @default {@link breakerDefaults} */
  readonly policy?: BreakerPolicy;
  /** The time of the start, in milliseconds on the machine's clock. @default the machine's `now()` */
  readonly at?: number;
}

/** What a breaker knows. Plain data. */
export interface BreakerContext {
  readonly policy: BreakerPolicy;
  /** The time of the last event that changed something. */
  readonly at: number;
  /** When the armed delayed transition fires. */
  readonly wakeAt: number;
  /** Failures in a row. */
  readonly failures: number;
  /** The present reset timeout, doubled after each failed probe. */
  readonly resetTimeoutMs: number;
  /** When `open` ends; `null` unless open. */
  readonly openUntil: number | null;
  /** Changes with every transition: an outcome with an older ticket is ignored (S31). */
  readonly ticket: number;
  /** When the one probe that `half_open` lets through is given up; `null` unless it is out. */
  readonly probeUntil: number | null;
}

/** Whether a failure counts: a request-level one does only where `trip_on` names it (S30). */
const counts = (policy: BreakerPolicy, errorClass: ErrorClass): boolean =>
  !isRequestLevel(errorClass) || policy.tripOn.includes(errorClass);

function build(now: () => number) {
  const timeOf = (context: BreakerContext, event: BreakerEvent): number =>
    event.type.startsWith("xstate.") ? context.wakeAt : Math.max(event.at ?? now(), context.at);
  const isFresh = (context: BreakerContext, event: BreakerEvent): boolean =>
    "ticket" in event && event.ticket === context.ticket;

  return setup({
    types: {} as { context: BreakerContext; events: BreakerEvent; input: BreakerInput | undefined; tags: "open" },
    delays: {
      resetTimeout: ({ context }) => context.wakeAt - context.at,
      probeLease: ({ context }) => context.wakeAt - context.at,
    },
    guards: {
      isFresh: ({ context, event }) => isFresh(context, event),
      probeIsFree: ({ context, event }) => isFresh(context, event) && context.probeUntil === null,
      trips: ({ context, event }) =>
        isFresh(context, event) &&
        event.type === "FAILURE" &&
        counts(context.policy, event.class) &&
        (context.policy.tripOn.includes(event.class) || context.failures + 1 >= context.policy.failureThreshold),
      counts: ({ context, event }) =>
        isFresh(context, event) && event.type === "FAILURE" && counts(context.policy, event.class),
      isProbeOverdue: ({ context }) => context.probeUntil !== null && context.probeUntil <= context.wakeAt,
      isDue: ({ context }) => context.openUntil !== null && context.openUntil <= context.wakeAt,
    },
    actions: {
      arm: assign(({ context: { openUntil, probeUntil, at } }) => ({
        wakeAt: Math.min(openUntil ?? probeUntil ?? Infinity, at + longestDelayMs),
      })),
      count: assign(({ context }) => ({ failures: context.failures + 1 })),
      forgive: assign(({ context, event }) => ({
        at: timeOf(context, event),
        failures: 0,
        resetTimeoutMs: context.policy.resetTimeoutMs,
      })),
      lengthen: assign(({ context: { resetTimeoutMs, policy } }) => ({
        resetTimeoutMs: Math.min(resetTimeoutMs * 2, policy.maxResetTimeoutMs),
      })),
      open: assign(({ context, event }) => {
        const at = timeOf(context, event);
        return { at, openUntil: at + context.resetTimeoutMs, ticket: context.ticket + 1, probeUntil: null };
      }),
      wakeAgain: assign(({ context, event }) => ({ at: timeOf(context, event) })),
      halfOpen: assign(({ context, event }) => ({
        at: timeOf(context, event),
        openUntil: null,
        ticket: context.ticket + 1,
      })),
      letThrough: assign(({ context, event }) => {
        const at = timeOf(context, event);
        return { at, probeUntil: at + context.resetTimeoutMs };
      }),
      takeBack: assign({ probeUntil: null }),
      giveUp: assign(({ context, event }) => ({
        at: timeOf(context, event),
        probeUntil: null,
        ticket: context.ticket + 1,
      })),
      close: assign(({ context }) => ({ ticket: context.ticket + 1, probeUntil: null })),
    },
  }).createMachine({
    id: "breaker",
    context: ({ input: { policy = breakerDefaults, at = now() } = {} }) => ({
      policy,
      at,
      wakeAt: at,
      failures: 0,
      resetTimeoutMs: policy.resetTimeoutMs,
      openUntil: null,
      ticket: 0,
      probeUntil: null,
    }),
    initial: "closed",
    states: {
      closed: {
        on: {
          SUCCESS: { guard: "isFresh", actions: "forgive" },
          FAILURE: [
            { guard: "trips", target: "open", actions: ["count", "open"] },
            { guard: "counts", actions: "count" },
          ],
        },
      },
      // Deaf to outcomes: what was in flight when it opened is older than the last transition.
      open: {
        tags: "open",
        entry: "arm",
        after: {
          resetTimeout: [
            { guard: "isDue", target: "half_open", actions: "halfOpen" },
            { target: "open", reenter: true, actions: "wakeAgain" },
          ],
        },
      },
      half_open: {
        entry: "arm",
        // A probe that nobody tells of would keep everybody out for ever.
        after: {
          probeLease: [
            { guard: "isProbeOverdue", target: "half_open", reenter: true, actions: "giveUp" },
            { target: "half_open", reenter: true, actions: "wakeAgain" },
          ],
        },
        on: {
          PROBE: { guard: "probeIsFree", target: "half_open", reenter: true, actions: "letThrough" },
          SUCCESS: { guard: "isFresh", target: "closed", actions: ["forgive", "close"] },
          FAILURE: [
            { guard: "counts", target: "open", actions: ["count", "lengthen", "open"] },
            // The request was at fault: the next one probes.
            { guard: "isFresh", actions: "takeBack" },
          ],
          RELEASE: { guard: "isFresh", actions: "takeBack" },
        },
      },
    },
  });
}

/** The machine of one circuit breaker. */
export type CircuitBreakerMachine = ReturnType<typeof build>;

const withDateNow = build(Date.now);

/**
 * The machine of a circuit breaker: `closed`, `open`, `half_open` (S30–S32); its policy is the actor's input.
 *
 * @param options - `now`: the clock for events that do not say `at`, in milliseconds; default `Date.now`.
 */
export function circuitBreaker(options: { readonly now?: () => number } = {}): CircuitBreakerMachine {
  return options.now === undefined ? withDateNow : build(options.now);
}
