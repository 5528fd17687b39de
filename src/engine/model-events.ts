import type { CallResult, ErrorClass, SlotsContext, SlotsEvent } from "../../machines/index.ts";
import { isExhausted } from "../../machines/index.ts";
import type { TokenUsage } from "./call.ts";
import type { Listeners } from "./listeners.ts";
import { type MachineState, machineStateOf } from "./machine-state.ts";
import type { Cause } from "./slots-keeper.ts";

/** Home moved. */
export interface Move {
  readonly model: string;
  /** Ids of credentials; `null`: exhausted. */
  readonly from: string | null;
  readonly to: string | null;
  /** The event that moved it: an error class, `success`, an operator's word, `timer`, or `fleet` for another replica's. */
  readonly cause: string;
  /** The classifier's rule behind an error class. */
  readonly rule: string | undefined;
  /** The call whose turn was the evidence. */
  readonly call: string | undefined;
  readonly epoch: number;
  /** The replica that made the move, where the fleet told of it. */
  readonly replica?: string | undefined;
}

/** A probe of a better credential began or ended (S11). */
export interface ProbeEvent {
  readonly model: string;
  readonly credential: string;
  /** `due`: the next call proves it. `ended`: it was taken out, or something better served. */
  readonly phase: "due" | "proved" | "failed" | "ended";
  readonly cause: string;
  readonly rule: string | undefined;
  readonly call: string | undefined;
}

/**
 * What a model's machine knows is other than before, with all that it takes to run the machine through it again. Only
 * home's count of served calls grows without a word: `before.served` tells how far.
 */
export interface ChangeEvent {
  readonly model: string;
  /** Counts from 1 at the start of each machine without a gap. */
  readonly change: number;
  /** What the machine was told; `null`: a delayed transition. */
  readonly told: ToldToMachine | null;
  /** The classifier's rule behind an error class. */
  readonly rule: string | undefined;
  readonly before: MachineState;
  /** Its `at` is the time of the change. */
  readonly after: MachineState;
}

/** An event of the machine, with the credential's id for its slot (S2). */
export interface ToldToMachine {
  readonly type: SlotsEvent["type"];
  readonly credential?: string | undefined;
  readonly call?: string | undefined;
  readonly epoch?: number | undefined;
  readonly first?: boolean | undefined;
  readonly routed?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  /** The end of a lease. */
  readonly until?: number | undefined;
}

/** A call began. It is told within the caller's own async context, so that a trace finds its parent. */
export interface StartedEvent {
  readonly model: string;
  readonly call: string;
}

/** One thing that failed on a call's way. */
export interface SettledFailure {
  readonly credential: string;
  readonly class: ErrorClass;
  readonly rule: string;
  /** The HTTP status, where there was one. */
  readonly status: number | undefined;
  readonly durationMs: number;
}

/** A call ended. */
export interface SettledEvent {
  readonly model: string;
  readonly call: string;
  readonly result: CallResult;
  /** Id of the credential that served. */
  readonly credential: string | undefined;
  /** Id of the credential whose turn it was when the call was cancelled or timed out without an answer. */
  readonly cutOff: string | undefined;
  readonly attempts: number;
  /** What failed on the way, a served stream's late failure included (S25). */
  readonly failures: readonly SettledFailure[];
  /** The tokens that the served answer told, to its end; undefined: unknown (S40). */
  readonly usage: TokenUsage | undefined;
  readonly durationMs: number;
}

/** An attempt ended. */
export interface AttemptEvent {
  readonly model: string;
  readonly call: string;
  readonly credential: string;
  /** The attempt's number in its call, from 1. */
  readonly index: number;
  /** Whether it opened a stream: an `ok` then came with the first item, not with the whole answer. */
  readonly isStream: boolean;
  readonly outcome: "ok" | ErrorClass | "cancelled" | "timed_out";
  readonly rule: string | undefined;
  readonly status: number | undefined;
  readonly durationMs: number;
}

/** What a model tells its listeners, by name. No event holds a secret, a body or an error's text. */
export interface ModelEvents {
  readonly failover: Move;
  readonly failback: Move;
  readonly exhausted: Move;
  readonly probe: ProbeEvent;
  readonly change: ChangeEvent;
  readonly started: StartedEvent;
  readonly attempt: AttemptEvent;
  readonly settled: SettledEvent;
}

const named = {
  failover: true,
  failback: true,
  exhausted: true,
  probe: true,
  change: true,
  started: true,
  attempt: true,
  settled: true,
} satisfies Record<keyof ModelEvents, true>;

/** What can be listened to. */
export const modelEventNames: readonly string[] = Object.keys(named);

/** Tells listeners of the changes of one machine, each with what it was told. It goes before the move that it is. */
export function createChangeTeller(
  listeners: Listeners<ModelEvents>,
  model: string,
  ids: readonly string[],
): (before: SlotsContext, after: SlotsContext, cause: Cause) => void {
  let told = 0;
  return (before, after, { event, rule }) => {
    if (isCountOnly(before, after, event)) return;
    told += 1;
    if (!listeners.has("change")) return;
    listeners.emit("change", {
      model,
      change: told,
      told: event === undefined ? null : toldOf(event, ids),
      rule,
      before: machineStateOf(before, ids),
      after: machineStateOf(after, ids),
    });
  };
}

/** Whether home has but served one more call, or a timer was only set again: most changes are that. */
function isCountOnly(before: SlotsContext, after: SlotsContext, event: SlotsEvent | undefined): boolean {
  if (before.epoch !== after.epoch || before.probe !== after.probe) return false;
  if (event === undefined) return true;
  return event.type === "SUCCESS" && before.slots[event.slot]?.cooldownUntil === null;
}

function toldOf(event: SlotsEvent, ids: readonly string[]): ToldToMachine {
  const { type } = event;
  if (type === "RESTORE" || type === "RESET" || type === "FAILBACK") return { type };
  if (type === "RELEASE") return { type, call: event.call };
  if (type === "PROBE") return { type, call: event.call, until: event.until };
  const credential = ids[event.slot] ?? "";
  if (type === "DISABLE" || type === "ENABLE") return { type, credential };
  const { call, epoch, first, routed, retryAfterMs } = event;
  return { type, credential, call, epoch, first, routed, retryAfterMs };
}

/** Tells listeners how a change of the model's machine moved it; what is only taken over from before was told then. */
export function tellMoves(
  listeners: Listeners<ModelEvents>,
  model: string,
  ids: readonly string[],
  before: SlotsContext,
  after: SlotsContext,
  { event, rule, by }: Cause,
): void {
  if (event?.type === "RESTORE" && by === undefined) return;
  const cause = causeOf(event);
  const call = event !== undefined && "call" in event ? event.call : undefined;
  const idOf = (slot: number): string | null => ids[slot] ?? null;

  if (before.probe !== null && before.probe.slot !== after.probe?.slot) {
    const credential = idOf(before.probe.slot) ?? "";
    listeners.emit("probe", {
      model,
      credential,
      phase: endOfProbe(before.probe.slot, before, after, cause),
      cause,
      rule,
      call,
    });
  }
  if (before.home !== after.home) {
    const replica = by === undefined ? undefined : { replica: by };
    const move = {
      model,
      from: idOf(before.home),
      to: idOf(after.home),
      cause,
      rule,
      call,
      epoch: after.epoch,
      ...replica,
    };
    if (isExhausted(after)) listeners.emit("exhausted", move);
    else listeners.emit(after.home < before.home ? "failback" : "failover", move);
  }
  if (after.probe !== null && after.probe.slot !== before.probe?.slot) {
    listeners.emit("probe", { model, credential: idOf(after.probe.slot) ?? "", phase: "due", cause, rule, call });
  }
}

function causeOf(event: SlotsEvent | undefined): string {
  if (event === undefined) return "timer";
  return event.type === "RESTORE" ? "fleet" : event.type.toLowerCase();
}

function endOfProbe(slot: number, before: SlotsContext, after: SlotsContext, cause: string): ProbeEvent["phase"] {
  if (after.home === slot && (cause === "success" || cause === "fleet")) return "proved";
  return (after.slots[slot]?.failedFailbacks ?? 0) > (before.slots[slot]?.failedFailbacks ?? 0) ? "failed" : "ended";
}
