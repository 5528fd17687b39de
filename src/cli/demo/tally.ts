import type { Move, ProbeEvent, SettledEvent } from "../../engine/model-events.ts";
import type { Model } from "../../index.ts";

/** What happened, counted from the models' own events. */
export interface Tally {
  readonly calls: number;
  readonly answered: number;
  /** Failed attempts of calls that were answered all the same. */
  readonly failuresSurvived: number;
  readonly failovers: number;
  /** After a probe by the clock, after one by count, and because a call's own way through the chain found one well. */
  readonly failbacks: { readonly timed: number; readonly counted: number; readonly found: number };
  readonly exhausted: number;
}

/** Counts the events of models from now on. */
export function createTally(models: readonly Model[]): { readonly read: () => Tally } {
  const failbacks = { timed: 0, counted: 0, found: 0 };
  const tally = { calls: 0, answered: 0, failuresSurvived: 0, failovers: 0, exhausted: 0 };
  for (const model of models) {
    const dueBy = new Map<string, string>();
    model.on("probe", ({ phase, credential, cause }: ProbeEvent) => {
      if (phase === "due") dueBy.set(credential, cause);
    });
    model.on("failback", ({ to, cause }: Move) => {
      failbacks[cause === "success" ? kindOf(dueBy.get(to ?? "")) : "found"] += 1;
      dueBy.clear();
    });
    model.on("failover", () => {
      tally.failovers += 1;
    });
    model.on("exhausted", () => {
      tally.exhausted += 1;
    });
    model.on("settled", ({ result, failures }: SettledEvent) => {
      tally.calls += 1;
      if (result !== "served") return;
      tally.answered += 1;
      tally.failuresSurvived += failures.length;
    });
  }
  return { read: () => ({ ...tally, failbacks: { ...failbacks } }) };
}

function kindOf(dueBy: string | undefined): "timed" | "counted" | "found" {
  if (dueBy === undefined) return "found";
  return dueBy === "timer" ? "timed" : "counted";
}

/** The counts as people read them. */
export function tallyLines({ calls, answered, failuresSurvived, failovers, failbacks, exhausted }: Tally): string[] {
  const { timed, counted, found } = failbacks;
  return [
    `${calls} calls, ${answered} answered`,
    `${failuresSurvived} failures survived without a caller noticing`,
    `${failovers} failovers`,
    `${timed + counted + found} failbacks: ${timed} by time, ${counted} by count, ${found} by a call that found one well`,
    `${exhausted} × the whole chain down`,
  ];
}
