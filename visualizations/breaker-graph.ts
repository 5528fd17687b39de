import {
  breakerDefaults,
  type BreakerContext,
  type BreakerEvent,
  type BreakerPolicy,
  circuitBreaker,
  type CircuitBreakerMachine,
  errorClasses,
} from "../machines/index.ts";
import { type CauseOf, type CauseWords, edgesOf, explore, type GraphNode, type MachineGraph } from "./machine-graph.ts";

type BreakerCause = "tripped" | "failed_in_a_row" | "reset_timeout" | "proved" | "probe_failed";

/** What can happen to a circuit breaker, found by running its machine. */
export function breakerGraph(policy: BreakerPolicy = breakerDefaults): MachineGraph {
  const machine = circuitBreaker();
  const taken = explore(machine, {
    start: { policy, at: 0 },
    eventsAt: ({ context }) => outcomes(context),
    // Failed probes are counted on without an end, and without a consequence.
    keyOf: ({ value, context }) => JSON.stringify([value, value === "closed" && context.failures]),
  });
  return {
    title: "a circuit breaker",
    initial: "closed",
    nodes,
    edges: edgesOf(taken, [], causeIn(policy), (cause) => wordsOf(cause, policy)),
  };
}

const nodes: readonly GraphNode[] = [
  { id: "closed", label: "closed", kind: "state" },
  { id: "open", label: "open", kind: "exhausted" },
  { id: "half_open", label: "half open", kind: "probing" },
];

function outcomes({ ticket, at }: BreakerContext): readonly BreakerEvent[] {
  return [
    { type: "PROBE", ticket, at },
    { type: "SUCCESS", ticket, at },
    ...errorClasses.map((each): BreakerEvent => ({ type: "FAILURE", ticket, class: each, at })),
    { type: "RELEASE", ticket, at },
  ];
}

const causeIn =
  ({ tripOn }: BreakerPolicy): CauseOf<CircuitBreakerMachine, BreakerCause> =>
  ({ event }, from, to) => {
    if (from === to) return undefined;
    if (from === "open") return "reset_timeout";
    if (to === "closed") return "proved";
    if (from === "half_open") return "probe_failed";
    return event.type === "FAILURE" && tripOn.includes(event.class) ? "tripped" : "failed_in_a_row";
  };

function wordsOf(cause: BreakerCause, { tripOn, failureThreshold }: BreakerPolicy): CauseWords {
  switch (cause) {
    case "tripped":
      return { label: tripOn.join(", "), tone: "failed" };
    case "failed_in_a_row":
      return { label: failureThreshold === 1 ? "a failure" : `${failureThreshold} failures in a row`, tone: "failed" };
    case "reset_timeout":
      return { label: "reset timeout", tone: "timed" };
    case "proved":
      return { label: "probe served", tone: "served" };
    case "probe_failed":
      return { label: "probe failed", tone: "failed" };
  }
}
