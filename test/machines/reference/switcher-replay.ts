import { type ErrorClass, eventOf, firstTurn, isRequestLevel, slotsInput } from "../../../machines/index.ts";
import { untouched } from "../../../machines/rules.ts";
import { createSlotsKeeper } from "../../../src/engine/slots-keeper.ts";
import { createVirtualClock } from "../../../src/testing/virtual-clock.ts";
import type { Departure, Departs, Replay } from "./departures.ts";
import { createSlotsOracle } from "./slots-oracle.ts";
import { type RowSettings, type Settings, settingsOf } from "./vectors.ts";

/** One operation on a switch, with what was seen after it. */
export type SwitchOp = (
  | { readonly op: "on_failure"; readonly idx: number; readonly class: ErrorClass }
  | { readonly op: "commit_success" | "on_success"; readonly idx: number }
  | { readonly op: "maybe_failback" | "get_active_index" | "is_exhausted" }
  | { readonly op: "is_fail_fast"; readonly class: ErrorClass }
  | { readonly op: "advance_clock"; readonly s: number }
) & {
  /** The call in flight that did it; without one, a turn that began just now. */
  readonly by?: string;
  readonly result: unknown;
  readonly active: number;
  readonly exhausted: boolean;
};

export interface SwitchRow extends RowSettings {
  readonly id: string;
  readonly ops: readonly SwitchOp[];
  /** Whether this switch is told of failures; the later revision hears of successes alone. @default true */
  readonly hearsFailures?: boolean;
}

export const switchDepartures: readonly Departure[] = [
  "evidenceMovesHome",
  "proofBeforeFailback",
  "staleIsDropped",
  "timers",
  "noStarvation",
  "restedFirst",
  "onlyOwnSlots",
];

interface SwitchTurn {
  readonly call: string | undefined;
  readonly slot: number;
  readonly epoch: number;
}

/** What the operations need of a switch: our machine's, or the oracle's. */
export interface Switch {
  home(): number;
  epoch(): number;
  /** The slot on which a call would begin. */
  upcoming(): number;
  pass(seconds: number): void;
  /** A call begins. Returns the slot of its first turn. */
  begin(call: string | undefined): number;
  failed(turn: SwitchTurn, errorClass: ErrorClass): boolean;
  served(turn: SwitchTurn, first: boolean): void;
}

/** Our machine as a switch: every operation is an event of it, or a read. */
export function machineSwitch({ n, timeoutS, requests }: Settings): Switch {
  const clock = createVirtualClock();
  const credentials = Array.from({ length: n }, (_, slot) => `credential-${slot}`);
  const failback = { timeout: timeoutS, requests, growth: 1, min_interval: 0 };
  const keeper = createSlotsKeeper(slotsInput({ credentials, failback }), clock, () => {});
  const evidence = ({ call = "unnamed", slot, epoch }: SwitchTurn) => ({ call, slot, epoch });
  const upcoming = () => firstTurn(keeper.current(), untouched, clock.now());
  return {
    home: () => keeper.current().home,
    epoch: () => keeper.current().epoch,
    pass: (seconds) => {
      const until = clock.now() + seconds * 1_000;
      while (clock.goTo(until));
    },
    upcoming: () => upcoming()?.slot ?? n,
    begin: (call) => {
      const turn = upcoming();
      if (turn?.probes === true && call !== undefined) keeper.send({ type: "PROBE", call, until: Infinity });
      return turn?.slot ?? n;
    },
    failed: (turn, errorClass) => {
      keeper.send({ type: eventOf(errorClass), ...evidence(turn) });
      return !isRequestLevel(errorClass);
    },
    served: (turn, first) => keeper.send({ type: "SUCCESS", ...evidence(turn), first }),
  };
}

export function oracleSwitch(settings: Settings, hearsFailures: boolean, departs: Departs): Switch {
  const oracle = createSlotsOracle(settings, hearsFailures, departs);
  const all = { tried: [], capable: () => true };
  const turnOf = (turn: SwitchTurn, first: boolean) => ({ ...turn, first, routed: false });
  return {
    home: oracle.home,
    epoch: oracle.epoch,
    upcoming: () => oracle.upcoming(),
    pass: (seconds) => oracle.pass(seconds),
    begin: (call) => {
      const slot = oracle.begin(all, call)?.slot ?? settings.n;
      const isSlot = oracle.home() >= 0 && oracle.home() < settings.n;
      return isSlot || departs("evidenceMovesHome") ? slot : oracle.home();
    },
    failed: (turn, errorClass) => oracle.failed(turnOf(turn, true), errorClass),
    served: (turn, first) => oracle.served(turnOf(turn, first)),
  };
}

/** Does the operations one after another. A named call's next turn begins when it last did something. */
function operate(target: Switch, { n, ops, hearsFailures = true }: SwitchRow): unknown[] {
  const epochs = new Map<string, number>();
  return ops.map((op) => {
    const epoch = (op.by === undefined ? undefined : epochs.get(op.by)) ?? target.epoch();
    const result = hearsFailures || op.op !== "commit_success" ? resultOf(target, n, op, epoch) : serve(target, op.idx);
    if (op.by !== undefined) epochs.set(op.by, target.epoch());
    return { result, active: target.home(), exhausted: target.home() >= n };
  });
}

/** Where failures go untold, a success further down means that its call failed on all that come before it. */
function serve(target: Switch, served: number): null {
  const failed = Math.max(0, served - target.upcoming());
  for (let slot = served - failed; slot < served; slot += 1) {
    target.failed({ call: undefined, slot, epoch: target.epoch() }, "unknown");
  }
  target.served({ call: undefined, slot: served, epoch: target.epoch() }, failed === 0);
  return null;
}

function resultOf(target: Switch, n: number, op: SwitchOp, epoch: number): unknown {
  switch (op.op) {
    case "on_failure":
      return target.failed({ call: op.by, slot: op.idx, epoch }, op.class);
    case "commit_success":
      target.served({ call: op.by, slot: op.idx, epoch }, true);
      return null;
    case "on_success":
      // The plain one only counts: it never moves home.
      if (op.idx === target.home()) target.served({ call: op.by, slot: op.idx, epoch }, true);
      return null;
    case "maybe_failback":
      return target.begin(op.by);
    case "get_active_index":
      return target.home();
    case "is_exhausted":
      return target.home() >= n;
    case "is_fail_fast":
      return isRequestLevel(op.class);
    case "advance_clock":
      target.pass(op.s);
      return null;
  }
}

export function replaySwitch(row: SwitchRow): Replay {
  const settings = settingsOf(row);
  return {
    observed: row.ops.map(({ result, active, exhausted }) => ({ result, active, exhausted })),
    ours: operate(machineSwitch(settings), row),
    predict: (departs) => operate(oracleSwitch(settings, row.hearsFailures ?? true, departs), row),
  };
}
