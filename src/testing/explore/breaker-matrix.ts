import {
  type BreakerContext,
  breakerDefaults,
  type BreakerEvent,
  type BreakerPolicy,
  circuitBreaker,
  type ErrorClass,
  errorClasses,
  eventOf,
  isRequestLevel,
} from "../../../machines/index.ts";
import { machineMatrix } from "./machine-matrix.ts";
import type { CoverageMatrix } from "./matrix.ts";

const [current, old] = ["", " with an old ticket"] as const;

const ticketIn = ({ ticket }: BreakerContext, age: string): number => (age === old ? ticket - 1 : ticket);

const told = (type: "PROBE" | "SUCCESS" | "RELEASE", age: string) => ({
  name: `${type}${age}`,
  eventIn: ({ context }: { readonly context: BreakerContext }): BreakerEvent => ({
    type,
    ticket: ticketIn(context, age),
    at: context.at,
  }),
});

const failure = (errorClass: ErrorClass, age: string) => ({
  name: `${eventOf(errorClass)} failure${age}`,
  eventIn: ({ context }: { readonly context: BreakerContext }): BreakerEvent => ({
    type: "FAILURE",
    class: errorClass,
    ticket: ticketIn(context, age),
    at: context.at,
  }),
});

/** The circuit breaker's states × its events (S30–S32). */
export function breakerMatrix(policy: BreakerPolicy = { ...breakerDefaults, failureThreshold: 2 }): CoverageMatrix {
  return machineMatrix({
    title: "a circuit breaker that two failures in a row open",
    machine: circuitBreaker(),
    inputs: [{ policy, at: 0 }],
    events: [
      ...[current, old].flatMap((age) => [
        told("PROBE", age),
        told("SUCCESS", age),
        ...errorClasses.map((each) => failure(each, age)),
        told("RELEASE", age),
      ]),
      { name: "the clock" },
    ],
    facetsOf: ({ value, context }) => [
      ...(value === "closed" && context.failures > 0 ? ["one failure"] : []),
      ...(value === "half_open" ? [context.probeUntil === null ? "probe free" : "probe out"] : []),
    ],
    knowledgeOf: ({ value, context: { failures, ticket, openUntil, probeUntil } }) => [
      value,
      failures,
      ticket,
      openUntil,
      probeUntil,
    ],
    whyIgnored: ({ value, context }, event) => {
      if (event === "the clock") return whyNotDue(value, context);
      if (event.endsWith(old)) return "its ticket is older than the last transition (S31)";
      if (value === "open") return "open hears no outcome: what is in flight is older than it (S31)";
      if (event === "PROBE")
        return value === "closed" ? "closed lets everybody through (S30)" : "one probe is out (S31)";
      if (event === "RELEASE") return value === "closed" ? "no probe is out (S31)" : "the probe is free already (S31)";
      if (event === "SUCCESS") return "no failure is to be forgiven (S32)";
      const [type = ""] = event.split(" ");
      if (isRequestLevel(type.toLowerCase() as ErrorClass)) return "a request's own fault never counts (S30)";
      return undefined;
    },
  });
}

function whyNotDue(value: string, { probeUntil }: BreakerContext): string | undefined {
  if (value === "closed") return "nothing is due while it is closed (S30)";
  return value === "half_open" && probeUntil === null ? "half open waits for the next call (S31)" : undefined;
}
