import { assign, setup } from "xstate";
import {
  type CredentialLevelClass,
  credentialFailures,
  type ErrorClass,
  type EventOf,
  on,
  type RequestLevelClass,
  requestFailures,
} from "./events.ts";
import {
  classOfAll,
  firstTurn,
  isRejected,
  mayRetry,
  nextTurn,
  retryDelayMs,
  type RetryPolicy,
  type Turn,
  turnEnds,
} from "./rules.ts";
import { assertSlotCount, type SlotsContext } from "./slots.ts";

/** What a call starts from. */
export interface CallInput {
  /** What the model's machine knows when the call begins. */
  readonly slots: SlotsContext;
  /** Milliseconds on the machine's clock. */
  readonly at: number;
  readonly retry: RetryPolicy;
  /** @default "try" (S12) */
  readonly onExhausted?: "try" | "reject";
  /** Slots that can do what the call needs. @default all (S27) */
  readonly capable?: readonly boolean[];
}

interface Told {
  /** What the model's machine knows after it was told of this outcome. */
  readonly slots: SlotsContext;
  /** Milliseconds on the machine's clock. */
  readonly at: number;
}

/** Everything that can happen to a call (S20). */
export type CallEvent =
  | ({
      readonly type: EventOf<CredentialLevelClass>;
      readonly retryAfterMs?: number | undefined;
      readonly timedOut?: boolean | undefined;
    } & Told)
  | { readonly type: EventOf<RequestLevelClass> }
  | { readonly type: "FIRST_ITEM" }
  | { readonly type: "SUCCESS" }
  | { readonly type: "CANCEL" }
  | { readonly type: "DEADLINE" };

/** An attempt that failed. */
export interface CallFailure {
  readonly slot: number;
  readonly class: ErrorClass;
}

/** What a call knows of itself. Plain data. */
export interface CallContext {
  readonly retry: RetryPolicy;
  readonly capable: readonly boolean[] | undefined;
  /** The turn that is on; `null` when the call was turned away. */
  readonly turn: Turn | null;
  readonly tried: readonly number[];
  /** Attempts so far, the one that is on included; numbered from 1. */
  readonly attempt: number;
  /** Retries that this turn has had. */
  readonly retries: number;
  readonly backoffMs: number;
  /** Whether a stream has handed on its first item (S25). */
  readonly committed: boolean;
  readonly failures: readonly CallFailure[];
}

/** The names of a call's ends (S20). */
export type CallResult = "served" | "failed_fast" | "all_failed" | "interrupted" | "cancelled" | "timed_out";

/** The settled result. */
export interface CallOutput {
  readonly result: CallResult;
  /** The slot that served, or was being tried at the end. */
  readonly slot: number | null;
  /** The class of the failure, where the call failed. */
  readonly class: ErrorClass | null;
  readonly failures: readonly CallFailure[];
}

type Failed = Extract<CallEvent, Told>;

const isFailed = (event: CallEvent): event is Failed => "slots" in event;

const classOf = (event: CallEvent): ErrorClass => event.type.toLowerCase() as ErrorClass;

/** The delay before the same credential is tried again, or `undefined` when its turn is over (S22). */
function delayAfter(call: CallContext, event: CallEvent, random: () => number): number | undefined {
  if (call.turn === null || !isFailed(event)) return undefined;
  const failure = { class: classOf(event), retryAfterMs: event.retryAfterMs, timedOut: event.timedOut };
  return retryDelayMs(call.retry, failure, call.retries, mayRetry(event.slots, call, call.turn, failure), random);
}

const lastClass = (failures: readonly CallFailure[]): ErrorClass | null => failures.at(-1)?.class ?? null;

/** What a call that ends here tells. */
const settled =
  (result: CallResult, classOf: (failures: readonly CallFailure[]) => ErrorClass | null) =>
  ({ context }: { context: CallContext }): CallOutput => ({
    result,
    slot: context.turn?.slot ?? null,
    class: classOf(context.failures),
    failures: context.failures,
  });

/**
 * Whether an outcome ends the turn that is on, so that the model's machine is to be told of it: a failure that will be
 * retried is none yet (S2). `event.slots` may be what the model's machine knew before.
 */
export function endsTurn(call: CallContext, event: CallEvent): boolean {
  return delayAfter(call, event, () => 0) === undefined;
}

const turnAfter = (call: CallContext, event: CallEvent): Turn | undefined =>
  isFailed(event) ? nextTurn(event.slots, call, event.at) : undefined;

function build(random: () => number) {
  return setup({
    types: {
      context: {} as CallContext,
      events: {} as CallEvent,
      input: {} as CallInput,
      output: {} as CallOutput,
      tags: {} as "busy" | "waiting",
    },
    delays: { backoff: ({ context }) => context.backoffMs },
    guards: {
      isTurnedAway: ({ context }) => context.turn === null,
      isCommitted: ({ context }) => context.committed,
      // Whether there is a retry does not depend on the draw.
      canRetry: ({ context, event }) => !endsTurn(context, event),
      hasNext: ({ context, event }) => turnAfter(context, event) !== undefined,
    },
    actions: {
      note: assign(({ context, event }) => ({
        failures: [...context.failures, { slot: context.turn?.slot ?? -1, class: classOf(event) }],
      })),
      backOff: assign(({ context, event }) => ({
        backoffMs: delayAfter(context, event, random) ?? 0,
        retries: context.retries + 1,
      })),
      attemptAgain: assign(({ context }) => ({ attempt: context.attempt + 1 })),
      takeTurn: assign(({ context, event }) => {
        const turn = turnAfter(context, event);
        return turn === undefined
          ? {}
          : { turn, tried: [...context.tried, turn.slot], attempt: context.attempt + 1, retries: 0 };
      }),
      commit: assign({ committed: true }),
    },
  }).createMachine({
    id: "call",
    context: ({ input }) => {
      const { slots, at, retry, capable, onExhausted = "try" } = input;
      const turn = firstTurn(slots, { tried: [], capable }, at);
      const begins = turn !== undefined && !isRejected(slots, onExhausted, turn);
      return {
        retry,
        capable,
        turn: begins ? turn : null,
        tried: begins ? [turn.slot] : [],
        attempt: begins ? 1 : 0,
        retries: 0,
        backoffMs: 0,
        committed: false,
        failures: [],
      };
    },
    initial: "attempting",
    states: {
      attempting: {
        description: "An exchange with one credential is on.",
        tags: "busy",
        always: { guard: "isTurnedAway", target: "allFailed" },
        on: {
          SUCCESS: "served",
          FIRST_ITEM: { actions: "commit" },
          CANCEL: "cancelled",
          DEADLINE: "timedOut",
          ...on(requestFailures, [
            { guard: "isCommitted" as const, target: "interrupted", actions: "note" as const },
            { target: "failedFast", actions: "note" as const },
          ]),
          ...on(credentialFailures, [
            { guard: "isCommitted" as const, target: "interrupted", actions: "note" as const },
            { guard: "canRetry" as const, target: "backingOff", actions: ["note" as const, "backOff" as const] },
            {
              guard: "hasNext" as const,
              target: "attempting",
              reenter: true,
              actions: ["note" as const, "takeTurn" as const],
            },
            { target: "allFailed", actions: "note" as const },
          ]),
        },
      },
      backingOff: {
        description: "The same credential is tried again after a pause.",
        tags: "waiting",
        after: { backoff: { target: "attempting", actions: "attemptAgain" } },
        on: { CANCEL: "cancelled", DEADLINE: "timedOut" },
      },
      served: { type: "final", output: settled("served", () => null) },
      failedFast: { type: "final", output: settled("failed_fast", lastClass) },
      allFailed: {
        type: "final",
        output: settled("all_failed", (failures) => classOfAll(turnEnds(failures, ({ slot }) => slot))),
      },
      interrupted: { type: "final", output: settled("interrupted", lastClass) },
      cancelled: { type: "final", output: settled("cancelled", () => null) },
      timedOut: { type: "final", output: settled("timed_out", () => null) },
    },
    output: ({ event }) => event.output as CallOutput,
  });
}

/** The machine of one call. */
export type CallMachine = ReturnType<typeof build>;

/** How a call machine is built. */
export interface CallOptions {
  /**
   * Uniform in [0, 1), for the jitter of its backoff.
   *
   * @default Math.random
   */
  readonly random?: () => number;
}

const withMathRandom = build(Math.random);

/**
 * The machine of one call to a model with `count` credential slots: an actor of its own, never a child of the model's.
 *
 * It is told each attempt's outcome together with what the model's machine then knows, and decides what comes next:
 * a retry, the next credential, or an end (S20–S27). Its output is the settled result.
 *
 * @throws RangeError for a count outside 1 to 50.
 */
export function call(count: number, options: CallOptions = {}): CallMachine {
  assertSlotCount(count, "call");
  return options.random === undefined ? withMathRandom : build(options.random);
}
