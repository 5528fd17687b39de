import { getInitialSnapshot } from "xstate";
import {
  call,
  type CallEvent,
  type CallMachine,
  credentialSlots,
  type ErrorClass,
  errorClasses,
  eventOf,
  isRequestLevel,
  type RetryPolicy,
  type SlotsContext,
  slotsInput,
} from "../machines/index.ts";
import {
  type CauseOf,
  type CauseWords,
  edgesOf,
  explore,
  type GraphNode,
  type MachineGraph,
  type TakenTransition,
} from "./machine-graph.ts";

type CallCause =
  | "retry"
  | "next"
  | "none_left"
  | "backoff_over"
  | "turned_away"
  | "answered"
  | "request_failed"
  | "broke"
  | "cancelled"
  | "deadline";

/** What can happen to a call, found by running its machine on a model of two credentials. */
export function callGraph(): MachineGraph {
  return {
    title: "a call",
    initial: "attempting",
    nodes,
    edges: edgesOf(calls(), [], causeOf, wordsOf),
  };
}

const nodes: readonly GraphNode[] = [
  { id: "attempting", label: "attempting", kind: "state" },
  { id: "backingOff", label: "backing off", kind: "state" },
  { id: "served", label: "served", kind: "final" },
  { id: "failedFast", label: "failed fast", kind: "final" },
  { id: "allFailed", label: "all failed", kind: "final" },
  { id: "interrupted", label: "interrupted", kind: "final" },
  { id: "cancelled", label: "cancelled", kind: "final" },
  { id: "timedOut", label: "timed out", kind: "final" },
];

const retry: RetryPolicy = { maxRetries: 1, baseDelayMs: 500, maxDelayMs: 8000, jitter: "none" };

/** Calls to a model that is fresh, and one to a model that is exhausted and turns calls away. */
function* calls(): Generator<TakenTransition<CallMachine>, void, undefined> {
  const input = { ...slotsInput({ credentials: ["a", "b"] }), at: 0 };
  const { context: fresh } = getInitialSnapshot(credentialSlots(2), input);
  const exhausted: SlotsContext = { ...fresh, home: fresh.slots.length };
  for (const { slots, onExhausted } of [
    { slots: fresh, onExhausted: "try" as const },
    { slots: exhausted, onExhausted: "reject" as const },
  ]) {
    yield* explore(call(2, { random: () => 0 }), {
      start: { slots, at: 0, retry, onExhausted },
      eventsAt: () => outcomes(slots),
      keyOf: ({ value, context: { turn, retries, committed } }) =>
        JSON.stringify([value, turn?.slot, retries, committed]),
    });
  }
}

function outcomes(slots: SlotsContext): readonly CallEvent[] {
  const failures = errorClasses.map((each): CallEvent =>
    isRequestLevel(each) ? { type: eventOf(each) } : { type: eventOf(each), slots, at: 0 },
  );
  return [{ type: "SUCCESS" }, { type: "FIRST_ITEM" }, ...failures, { type: "CANCEL" }, { type: "DEADLINE" }];
}

const causes: Readonly<Record<string, CallCause>> = {
  "attempting served": "answered",
  "attempting backingOff": "retry",
  "backingOff attempting": "backoff_over",
  "attempting failedFast": "request_failed",
  "attempting allFailed": "none_left",
  "attempting interrupted": "broke",
  "attempting cancelled": "cancelled",
  "backingOff cancelled": "cancelled",
  "attempting timedOut": "deadline",
  "backingOff timedOut": "deadline",
};

const causeOf: CauseOf<CallMachine, CallCause> = ({ before, after, event }, from, to) => {
  if (from === to) return before.context.turn?.slot === after.context.turn?.slot ? undefined : "next";
  if (before.context.turn === null) return "turned_away";
  const cause = causes[`${from} ${to}`];
  if (cause === undefined) throw new Error(`a call went from ${from} to ${to} on ${event.type}: name why`);
  return cause;
};

function wordsOf(cause: CallCause, events: readonly string[]): CauseWords {
  const classes = events.map((each) => each.toLowerCase() as ErrorClass).join(", ");
  switch (cause) {
    case "retry":
      return { label: `${classes}: once more`, tone: "timed" };
    case "next":
      return { label: `${classes}:\nthe next credential`, tone: "failed" };
    case "none_left":
      return { label: `${classes}:\nnone is left`, tone: "failed" };
    case "backoff_over":
      return { label: "backoff over", tone: "timed" };
    case "turned_away":
      return { label: "exhausted, turned away", tone: "failed" };
    case "answered":
      return { label: "success", tone: "served" };
    case "request_failed":
      return { label: classes.replace(", ", ",\n"), tone: "failed" };
    case "broke":
      return { label: "a failure after\nthe first item", tone: "failed" };
    case "cancelled":
      return { label: "cancel", tone: "told" };
    case "deadline":
      return { label: "deadline", tone: "timed" };
  }
}
