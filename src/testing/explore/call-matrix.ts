import { getInitialSnapshot } from "xstate";
import {
  call,
  type CallContext,
  type CallEvent,
  credentialSlots,
  type ErrorClass,
  errorClasses,
  eventOf,
  isRequestLevel,
  type RetryPolicy,
  type SlotsContext,
  slotsInput,
} from "../../../machines/index.ts";
import { machineMatrix } from "./machine-matrix.ts";
import type { CoverageMatrix } from "./matrix.ts";

const retry: RetryPolicy = { maxRetries: 1, baseDelayMs: 500, maxDelayMs: 8_000, jitter: "none" };

function failure(errorClass: ErrorClass, slots: SlotsContext): CallEvent {
  return isRequestLevel(errorClass) ? { type: eventOf(errorClass) } : { type: eventOf(errorClass), slots, at: 0 };
}

const ended: ReadonlySet<string> = new Set([
  "served",
  "failedFast",
  "allFailed",
  "interrupted",
  "cancelled",
  "timedOut",
]);

/** A call's states × its events, on a model of two credentials (S20–S26). */
export function callMatrix(): CoverageMatrix {
  const { context: fresh } = getInitialSnapshot(credentialSlots(2), {
    ...slotsInput({ credentials: ["a", "b"] }),
    at: 0,
  });
  const exhausted: SlotsContext = { ...fresh, home: fresh.slots.length };
  const input = { at: 0, retry } as const;
  return machineMatrix({
    title: "a call to a model of two credentials",
    machine: call(2, { random: () => 0 }),
    inputs: [
      { ...input, slots: fresh },
      { ...input, slots: exhausted, onExhausted: "reject" },
    ],
    events: [
      { name: "SUCCESS", eventIn: (): CallEvent => ({ type: "SUCCESS" }) },
      { name: "FIRST_ITEM", eventIn: (): CallEvent => ({ type: "FIRST_ITEM" }) },
      ...errorClasses.map((each) => ({ name: eventOf(each), eventIn: () => failure(each, fresh) })),
      {
        name: "TRANSIENT after its own timeout",
        eventIn: (): CallEvent => ({ type: "TRANSIENT", slots: fresh, at: 0, timedOut: true }),
      },
      {
        name: "TRANSIENT with a long stated wait",
        eventIn: (): CallEvent => ({ type: "TRANSIENT", slots: fresh, at: 0, retryAfterMs: 60_000 }),
      },
      { name: "CANCEL", eventIn: (): CallEvent => ({ type: "CANCEL" }) },
      { name: "DEADLINE", eventIn: (): CallEvent => ({ type: "DEADLINE" }) },
      { name: "the clock" },
    ],
    facetsOf: ({ status, context }) => (status === "done" ? endFacets(context) : facets(context)),
    knowledgeOf: ({ value, context }) => [value, context],
    whyIgnored: ({ value, context }, event) => {
      if (ended.has(value)) return "the call is over (S20)";
      if (event === "the clock") return "an attempt's own limits are its driver's, and come as an outcome (S26)";
      if (value === "backingOff") return "no attempt is on: nothing can answer (S22)";
      return event === "FIRST_ITEM" && context.committed ? "it is committed already (S25)" : undefined;
    },
  });
}

function facets({ tried, retries, committed }: CallContext): readonly string[] {
  return [
    tried.length < 2 ? "another credential is left" : "the last credential",
    ...(retries > 0 ? ["its retry"] : []),
    ...(committed ? ["the first item is out"] : []),
  ];
}

const endFacets = ({ turn }: CallContext): readonly string[] => (turn === null ? ["turned away"] : []);
