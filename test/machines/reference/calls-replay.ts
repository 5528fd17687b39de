import type { Replay } from "./departures.ts";
import { activeOf, createEngineRing, passTime, startEngineCall } from "./ring-on-engine.ts";
import { createOracleRing, startOracleCall } from "./ring-on-oracle.ts";
import type { CallAnswer, CallKind, Outcome, RingRow } from "./ring.ts";

type Step =
  | { readonly op: "advance"; readonly s: number }
  | {
      readonly op: "call";
      readonly outcomes: readonly Outcome[];
      /** The consumer of a stream stops after so many items. */
      readonly consume?: number;
      readonly observed: CallAnswer & { readonly active_idx: number };
    };

/** Whole calls, one after another. */
export interface CallsRow extends RingRow {
  readonly kinds: readonly string[];
  readonly steps: readonly Step[];
}

/** A call's answer and where it left the model; null for time that passed. */
type Answer = (CallAnswer & { readonly active: number }) | null;

function kindOf({ kinds }: CallsRow): CallKind {
  if (kinds.includes("vlm_stream")) return "stream";
  return kinds.includes("vlm_media") ? "media" : "call";
}

export async function playOnEngine(row: CallsRow): Promise<Answer[]> {
  const ring = createEngineRing(row);
  const answers: Answer[] = [];
  for (const step of row.steps) {
    if (step.op === "advance") {
      await passTime(ring, step.s);
      answers.push(null);
    } else {
      const call = startEngineCall(ring, kindOf(row), (slot) => step.outcomes[slot] ?? "ok", step.consume);
      await call.settled;
      answers.push(answered(call.answer, activeOf(ring)));
    }
  }
  return answers;
}

export function playOnOracle(row: CallsRow, departs: Parameters<typeof createOracleRing>[1]): Answer[] {
  const ring = createOracleRing(row, departs);
  return row.steps.map((step, index) => {
    if (step.op === "advance") {
      ring.oracle.pass(step.s);
      return null;
    }
    const call = startOracleCall(ring, kindOf(row), `call-${index}`, step.consume);
    while (call.inFlight !== undefined) call.finish(step.outcomes[call.inFlight] ?? "ok");
    return answered(call.answer, ring.oracle.home());
  });
}

function answered(answer: CallAnswer | undefined, active: number): Answer {
  if (answer === undefined) throw new Error("the call has not ended");
  return { ...answer, active };
}

function observedIn(step: Step): Answer {
  if (step.op === "advance") return null;
  const { attempts, result, items, active_idx: active } = step.observed;
  return { attempts, result, ...(items !== undefined && { items }), active };
}

export async function replayCalls(row: CallsRow): Promise<Replay> {
  return {
    observed: row.steps.map(observedIn),
    ours: await playOnEngine(row),
    predict: (departs) => playOnOracle(row, departs),
  };
}
