import { setImmediate } from "node:timers/promises";
import { type ErrorClass, slotsInput } from "../../../machines/index.ts";
import { callModel } from "../../../src/engine/call-model.ts";
import { createModelEngine } from "../../../src/engine/model-engine.ts";
import { createVirtualClock } from "../../../src/testing/virtual-clock.ts";
import type { Departure, Replay } from "./departures.ts";
import { classOfText } from "./vectors.ts";

/** What a run answers; a list of failures counts as transient where one of them is. */
type Outcome =
  | string
  | { readonly error: string }
  | { readonly aggregate: readonly { readonly class: ErrorClass; readonly message: string }[] };

/** One function, run until it serves, or there is no retry left; the last outcome repeats. */
export interface RetryRow {
  readonly id: string;
  readonly outcomes: readonly Outcome[];
  readonly max_retries: number;
  readonly base_delay_s: number;
  readonly max_delay_s: number;
  readonly expected: {
    readonly calls: number;
    readonly result: {
      readonly type: "ok" | "raised";
      readonly value?: string;
      readonly message?: string | null;
      readonly class?: ErrorClass;
    };
    readonly delays_s: readonly number[];
    readonly delay_bounds_with_jitter_s: readonly (readonly [low: number, high: number])[];
  };
}

export const jitterDepartures: readonly Departure[] = ["fullJitter"];

class RunFailed extends Error {
  override readonly name = "RunFailed";
  readonly class: ErrorClass;

  constructor(outcome: Exclude<Outcome, "ok">) {
    const message = typeof outcome === "object" && "error" in outcome ? outcome.error : outcome;
    super(typeof message === "string" ? message : undefined);
    this.class = typeof message === "string" ? classOfText(message) : "transient";
  }
}

interface Run {
  readonly calls: number;
  readonly result: unknown;
  readonly delaysS: readonly number[];
}

/** The engine with one credential; `random` is the jitter's draw. */
async function runOnEngine(row: RetryRow, jitter: "none" | "full", random: () => number): Promise<Run> {
  const clock = createVirtualClock();
  const credentials = [{ id: "only" }];
  const engine = createModelEngine(
    {
      id: row.id,
      credentials,
      failback: slotsInput({ credentials: ["only"] }).policy,
      retry: {
        maxRetries: row.max_retries,
        baseDelayMs: row.base_delay_s * 1_000,
        maxDelayMs: row.max_delay_s * 1_000,
        jitter,
      },
      onExhausted: "try",
      attemptTimeoutMs: 60_000,
      firstByteTimeoutMs: 60_000,
      idleTimeoutMs: 60_000,
      deadlineMs: undefined,
    },
    { clock, random, classify: (error) => ({ class: (error as RunFailed).class, rule: "row" }) },
  );
  const startedAt: number[] = [];
  let result: unknown;
  const attempt = (): string => {
    const outcome = row.outcomes[Math.min(startedAt.push(clock.now()), row.outcomes.length) - 1] ?? "ok";
    if (outcome === "ok") return outcome;
    throw new RunFailed(outcome);
  };
  void callModel(engine, attempt, {}).then(
    (value) => (result = { type: "ok", value }),
    (error: RunFailed) => (result = { type: "raised", message: error.message || null, class: error.class }),
  );
  for (;;) {
    await setImmediate();
    if (result !== undefined) break;
    clock.goTo(clock.nextDueAt() ?? clock.now());
  }
  const delaysS = startedAt.slice(1).map((at, index) => (at - (startedAt[index] ?? 0)) / 1_000);
  return { calls: startedAt.length, result, delaysS };
}

const waitS = ({ base_delay_s: base, max_delay_s: most }: RetryRow, retry: number): number =>
  Math.min(base * 2 ** retry, most);

/** Runs, result and waits without jitter: no departure is possible. */
export async function replayRetry(row: RetryRow): Promise<Replay> {
  const { calls, result, delays_s: delaysS } = row.expected;
  return {
    observed: [calls, result, delaysS],
    ours: Object.values(await runOnEngine(row, "none", Math.random)),
    predict: () => [calls, result, delaysS.map((_, retry) => waitS(row, retry))],
  };
}

/** The bounds of each wait with jitter: of ours, at the least draw and at the one that no draw reaches. */
export async function replayJitter(row: RetryRow): Promise<Replay> {
  const least = await runOnEngine(row, "full", () => 0);
  const most = await runOnEngine(row, "full", () => 1);
  return {
    observed: row.expected.delay_bounds_with_jitter_s,
    ours: least.delaysS.map((low, retry) => [low, most.delaysS[retry]]),
    predict: (departs) =>
      row.expected.delays_s.map((_, retry) => {
        const wait = waitS(row, retry);
        return departs("fullJitter") ? [0, wait] : [wait, wait + Math.min(row.base_delay_s, wait)];
      }),
  };
}
