import type { ErrorClass } from "../../../machines/index.ts";
import { type CallsRow, playOnEngine, playOnOracle } from "./calls-replay.ts";
import type { Departure, Departs, Replay } from "./departures.ts";
import { createObservedPair, type ObservedPair } from "./pair-oracle.ts";
import type { CallAnswer, Outcome } from "./ring.ts";
import { machineSwitch, oracleSwitch, type Switch, switchDepartures } from "./switcher-replay.ts";
import { classOfText, type RowSettings, settingsOf } from "./vectors.ts";

type PairSettings = Omit<RowSettings, "n">;

type Op = (
  | { readonly op: "should_try_primary" | "record_primary_success" | "record_backup_request" | "is_using_backup" }
  | { readonly op: "record_primary_failure"; readonly class: ErrorClass }
  | { readonly op: "advance_clock"; readonly s: number }
) & { readonly result: unknown; readonly using_backup: boolean };

/** Operations on the switch of a pair. */
export interface PairSwitchRow extends PairSettings {
  readonly id: string;
  readonly ops: readonly Op[];
}

type Name = "primary" | "backup";

type Step =
  | { readonly op: "advance_clock"; readonly s: number }
  | {
      readonly op: "call";
      readonly primary: Outcome;
      readonly backup: Outcome;
      readonly observed: {
        readonly attempts: readonly Name[];
        readonly result: unknown;
        readonly using_backup: boolean;
      };
    };

/** Whole calls to a pair. */
export interface PairCallsRow extends PairSettings {
  readonly id: string;
  readonly steps: readonly Step[];
}

export const pairDepartures: readonly Departure[] = ["pairIsAModel", ...switchDepartures];

const names: readonly Name[] = ["primary", "backup"];

/** A switch of two slots, asked as a pair's is. */
function asPair(target: Switch): ObservedPair {
  const turnOn = (slot: number) => ({ call: undefined, slot, epoch: target.epoch() });
  return {
    usesBackup: () => target.home() !== 0,
    triesPrimary: () => target.begin(undefined) === 0,
    primaryFailed: (errorClass) => target.failed(turnOn(0), errorClass),
    primaryServed: () => target.served(turnOn(0), true),
    backupCalled: () => target.served(turnOn(1), true),
    pass: (seconds) => target.pass(seconds),
  };
}

function operate(pair: ObservedPair, ops: readonly Op[]): unknown[] {
  return ops.map((op) => ({ result: resultOf(pair, op), using_backup: pair.usesBackup() }));
}

function resultOf(pair: ObservedPair, op: Op): unknown {
  switch (op.op) {
    case "should_try_primary":
      return pair.triesPrimary();
    case "is_using_backup":
      return pair.usesBackup();
    case "record_primary_failure":
      return pair.primaryFailed(op.class);
    case "record_primary_success":
      pair.primaryServed();
      return null;
    case "record_backup_request":
      pair.backupCalled();
      return null;
    case "advance_clock":
      pair.pass(op.s);
      return null;
  }
}

export function replayPairSwitch(row: PairSwitchRow): Replay {
  const settings = settingsOf({ ...row, n: 2 });
  const pairBy = (departs: Departs): ObservedPair =>
    departs("pairIsAModel") ? asPair(oracleSwitch(settings, true, departs)) : createObservedPair(settings);
  return {
    observed: row.ops.map(({ result, using_backup }) => ({ result, using_backup })),
    ours: operate(asPair(machineSwitch(settings)), row.ops),
    predict: (departs) => operate(pairBy(departs), row.ops),
  };
}

/** The same calls to a model of two credentials. */
function asCalls({ steps, ...row }: PairCallsRow): CallsRow {
  const observed = { attempts: [], result: { type: "" }, active_idx: 0 };
  return {
    ...row,
    n: 2,
    credential_ids: names,
    kinds: [],
    steps: steps.map((step) =>
      step.op === "call"
        ? { op: "call", outcomes: [step.primary, step.backup], observed }
        : { op: "advance", s: step.s },
    ),
  };
}

function inPairsWords(answer: (CallAnswer & { readonly active: number }) | null): unknown {
  if (answer === null) return null;
  const { attempts, result, active } = answer;
  const { served_by: servedBy, from_idx: from, ...rest } = result;
  return {
    attempts: attempts.map((slot) => names[slot]),
    result: {
      ...rest,
      ...(servedBy !== undefined && { served_by: names[servedBy] }),
      ...(from !== undefined && { from: names[from] }),
    },
    using_backup: active !== 0,
  };
}

/** A call to the pair as it was observed: the class of the primary's failure decides, the backup's failure ends it. */
function callPair(pair: ObservedPair, { primary, backup }: Step & { readonly op: "call" }): unknown {
  const attempts: Name[] = [];
  const end = (from: Name, outcome: Outcome): unknown => {
    const message = outcome === "ok" ? undefined : outcome.error;
    const result =
      message === undefined
        ? { type: "ok", served_by: from }
        : { type: "raised", class: classOfText(message), message, from };
    return { attempts, result, using_backup: pair.usesBackup() };
  };
  if (pair.triesPrimary()) {
    attempts.push("primary");
    if (primary === "ok") pair.primaryServed();
    if (primary === "ok" || !pair.primaryFailed(classOfText(primary.error ?? ""))) return end("primary", primary);
  }
  attempts.push("backup");
  pair.backupCalled();
  return end("backup", backup);
}

function playOnPair(row: PairCallsRow): unknown[] {
  const pair = createObservedPair(settingsOf({ ...row, n: 2 }));
  return row.steps.map((step) => {
    if (step.op === "call") return callPair(pair, step);
    pair.pass(step.s);
    return null;
  });
}

export async function replayPairCalls(row: PairCallsRow): Promise<Replay> {
  const calls = asCalls(row);
  const ours = await playOnEngine(calls);
  return {
    observed: row.steps.map((step) => {
      if (step.op !== "call") return null;
      const { attempts, result, using_backup } = step.observed;
      return { attempts, result, using_backup };
    }),
    ours: ours.map(inPairsWords),
    predict: (departs) => (departs("pairIsAModel") ? playOnOracle(calls, departs).map(inPairsWords) : playOnPair(row)),
  };
}
