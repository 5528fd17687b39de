import { setImmediate } from "node:timers/promises";
import type { Departs, Replay } from "./departures.ts";
import { activeOf, createEngineRing, type EngineCall, passTime, startEngineCall } from "./ring-on-engine.ts";
import { createOracleRing, type OracleCall, startOracleCall } from "./ring-on-oracle.ts";
import type { Outcome, RingCall, RingRow } from "./ring.ts";

type Event = (
  | { readonly start: string }
  | { readonly advance: number }
  | { readonly finish: string; readonly outcome: Outcome }
) & {
  /** The slots that calls wait on, by name. */
  readonly in_flight: Readonly<Record<string, number>>;
  readonly active: number;
};

/** Calls over one ring that overlap; `finish` ends the attempt that a call has in flight, if it has one. */
export interface InterleavedRow extends RingRow {
  readonly events: readonly Event[];
  readonly calls: unknown;
}

function inFlight(calls: ReadonlyMap<string, RingCall>): Record<string, number> {
  return Object.fromEntries(
    [...calls].flatMap(([name, call]) => (call.inFlight === undefined ? [] : [[name, call.inFlight]])),
  );
}

/** How each call went: the last step of a row, which says less of failures than rows of single calls do. */
function endings(calls: ReadonlyMap<string, RingCall>): unknown {
  return Object.fromEntries(
    [...calls].map(([name, { answer }]) => {
      const { from_idx: _, ...result } = answer?.result ?? { type: "in flight" };
      const errors = result.errors?.map(({ id, class: errorClass, idx }) => ({ id, class: errorClass, idx }));
      return [name, { attempts: answer?.attempts, result: { ...result, ...(errors && { errors }) } }];
    }),
  );
}

async function playOnEngine(row: InterleavedRow): Promise<unknown[]> {
  const ring = createEngineRing(row);
  const calls = new Map<string, EngineCall>();
  const finishers = new Map<string, (outcome: Outcome) => void>();
  const answers: unknown[] = [];
  for (const event of row.events) {
    if ("advance" in event) await passTime(ring, event.advance);
    else if ("finish" in event) finishers.get(event.finish)?.(event.outcome);
    else {
      const wait = (): Promise<Outcome> => new Promise((resolve) => finishers.set(event.start, resolve));
      calls.set(event.start, startEngineCall(ring, "call", wait));
    }
    await setImmediate();
    answers.push({ in_flight: inFlight(calls), active: activeOf(ring) });
  }
  return [...answers, endings(calls)];
}

function playOnOracle(row: InterleavedRow, departs: Departs): unknown[] {
  const ring = createOracleRing(row, departs);
  const calls = new Map<string, OracleCall>();
  const answers = row.events.map((event) => {
    if ("advance" in event) ring.oracle.pass(event.advance);
    else if ("finish" in event) calls.get(event.finish)?.finish(event.outcome);
    else calls.set(event.start, startOracleCall(ring, "call", event.start));
    return { in_flight: inFlight(calls), active: ring.oracle.home() };
  });
  return [...answers, endings(calls)];
}

export async function replayInterleaved(row: InterleavedRow): Promise<Replay> {
  return {
    observed: [...row.events.map(({ in_flight, active }) => ({ in_flight, active })), row.calls],
    ours: await playOnEngine(row),
    predict: (departs) => playOnOracle(row, departs),
  };
}
