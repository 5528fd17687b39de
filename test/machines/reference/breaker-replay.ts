import { createActor, SimulatedClock } from "xstate";
import { circuitBreaker, type ErrorClass, isRequestLevel } from "../../../machines/index.ts";
import type { Departure, Departs, Replay } from "./departures.ts";

type BreakerState = "closed" | "open" | "half_open";

type Op = (
  | { readonly op: "check" | "record_success" | "retry_after" }
  | { readonly op: "record_failure"; readonly class: ErrorClass }
  | { readonly op: "advance_clock"; readonly s: number }
) & { readonly result: unknown; readonly state: BreakerState };

export interface BreakerRow {
  readonly id: string;
  readonly failure_threshold: number;
  readonly reset_timeout_s: number;
  readonly max_reset_timeout_s: number | null;
  readonly ops: readonly Op[];
}

export const breakerDepartures: readonly Departure[] = [
  "timers",
  "breakerProbesOnce",
  "breakerTickets",
  "breakerSparesRequests",
];

/** The classes that open it at once, there and in our nearest configuration. */
const tripOn: readonly ErrorClass[] = ["permanent", "auth", "quota_exceeded"];

/** What waits for the breaker looks again after so many seconds at the latest. */
const longestWaitS = 30;

interface Breaker {
  state(): BreakerState;
  check(): "allow" | "blocked";
  succeeded(): void;
  failed(errorClass: ErrorClass): void;
  retryAfterS(): number;
  pass(seconds: number): void;
}

/** Our machine. An outcome has the ticket of the moment: there are none in the rows. */
function machineBreaker({ failure_threshold, reset_timeout_s, max_reset_timeout_s }: BreakerRow): Breaker {
  const clock = new SimulatedClock();
  const policy = {
    failureThreshold: failure_threshold,
    resetTimeoutMs: reset_timeout_s * 1_000,
    maxResetTimeoutMs: (max_reset_timeout_s ?? reset_timeout_s) * 1_000,
    tripOn,
  };
  const actor = createActor(circuitBreaker({ now: () => clock.now() }), { clock, input: { policy } }).start();
  const context = () => actor.getSnapshot().context;
  const state = () => actor.getSnapshot().value;
  return {
    state,
    check: () => {
      if (state() === "open" || context().probeUntil !== null) return "blocked";
      actor.send({ type: "PROBE", ticket: context().ticket });
      return "allow";
    },
    succeeded: () => actor.send({ type: "SUCCESS", ticket: context().ticket }),
    failed: (errorClass) => actor.send({ type: "FAILURE", ticket: context().ticket, class: errorClass }),
    retryAfterS: () => Math.min(longestWaitS, ((context().openUntil ?? clock.now()) - clock.now()) / 1_000),
    pass: (seconds) => clock.increment(seconds * 1_000),
  };
}

/** An independent reading of the rules, with departures or without. */
function oracleBreaker(row: BreakerRow, departs: Departs): Breaker {
  const { failure_threshold: threshold, reset_timeout_s: baseS, max_reset_timeout_s: maxS } = row;
  let now = 0;
  let state: BreakerState = "closed";
  let failures = 0;
  let pauseS = baseS;
  let failedAt = 0;
  let probeUntil = 0;

  function look(): void {
    if (state !== "open" || now - failedAt < pauseS) return;
    state = "half_open";
    probeUntil = 0;
  }
  function open(nextPauseS: number): void {
    state = "open";
    pauseS = nextPauseS;
  }
  return {
    state: () => state,
    check: () => {
      look();
      if (state === "open" || (now < probeUntil && departs("breakerProbesOnce"))) return "blocked";
      probeUntil = state === "half_open" ? now + pauseS : 0;
      return "allow";
    },
    succeeded: () => {
      if (state === "open" && departs("breakerTickets")) return;
      state = "closed";
      failures = 0;
      pauseS = baseS;
      probeUntil = 0;
    },
    failed: (errorClass) => {
      if (state === "open" && departs("breakerTickets")) return;
      const isSpared = isRequestLevel(errorClass) && !tripOn.includes(errorClass);
      if (errorClass === "input_too_large" || (isSpared && departs("breakerSparesRequests"))) {
        probeUntil = 0;
        return;
      }
      failures += 1;
      failedAt = now;
      if (state === "half_open") open(Math.min(2 * pauseS, maxS ?? baseS));
      else if (tripOn.includes(errorClass) || failures >= threshold) open(baseS);
    },
    retryAfterS: () => (state === "open" ? Math.min(longestWaitS, Math.max(0, failedAt + pauseS - now)) : 0),
    pass: (seconds) => {
      now += seconds;
      if (departs("timers")) look();
    },
  };
}

function operate(breaker: Breaker, ops: readonly Op[]): unknown[] {
  return ops.map((op) => ({ result: resultOf(breaker, op), state: breaker.state() }));
}

function resultOf(breaker: Breaker, op: Op): unknown {
  switch (op.op) {
    case "check":
      return breaker.check();
    case "retry_after":
      return breaker.retryAfterS();
    case "record_success":
      breaker.succeeded();
      return null;
    case "record_failure":
      breaker.failed(op.class);
      return null;
    case "advance_clock":
      breaker.pass(op.s);
      return null;
  }
}

export function replayBreaker(row: BreakerRow): Replay {
  return {
    observed: row.ops.map(({ result, state }) => ({ result, state })),
    ours: operate(machineBreaker(row), row.ops),
    predict: (departs) => operate(oracleBreaker(row, departs), row.ops),
  };
}
