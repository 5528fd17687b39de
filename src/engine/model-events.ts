import type { CallResult, ErrorClass, SlotsContext } from "../../machines/index.ts";
import { isExhausted } from "../../machines/index.ts";
import type { TokenUsage } from "./call.ts";
import type { Listeners } from "./listeners.ts";
import type { Cause } from "./slots-keeper.ts";

/** Home moved. */
export interface Move {
  readonly model: string;
  /** Ids of credentials; `null`: exhausted. */
  readonly from: string | null;
  readonly to: string | null;
  /** The event that moved it: an error class, `success`, an operator's word, or `timer`. */
  readonly cause: string;
  /** The classifier's rule behind an error class. */
  readonly rule: string | undefined;
  /** The call whose turn was the evidence. */
  readonly call: string | undefined;
  readonly epoch: number;
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
  readonly started: StartedEvent;
  readonly attempt: AttemptEvent;
  readonly settled: SettledEvent;
}

/** Tells listeners what a change of the model's machine was; what is only taken over from before was told then. */
export function tellChange(
  listeners: Listeners<ModelEvents>,
  model: string,
  ids: readonly string[],
  before: SlotsContext,
  after: SlotsContext,
  { event, rule }: Cause,
): void {
  if (event?.type === "RESTORE") return;
  const cause = event === undefined ? "timer" : event.type.toLowerCase();
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
    const move = { model, from: idOf(before.home), to: idOf(after.home), cause, rule, call, epoch: after.epoch };
    if (isExhausted(after)) listeners.emit("exhausted", move);
    else listeners.emit(after.home < before.home ? "failback" : "failover", move);
  }
  if (after.probe !== null && after.probe.slot !== before.probe?.slot) {
    listeners.emit("probe", { model, credential: idOf(after.probe.slot) ?? "", phase: "due", cause, rule, call });
  }
}

function endOfProbe(slot: number, before: SlotsContext, after: SlotsContext, cause: string): ProbeEvent["phase"] {
  if (after.home === slot && cause === "success") return "proved";
  return (after.slots[slot]?.failedFailbacks ?? 0) > (before.slots[slot]?.failedFailbacks ?? 0) ? "failed" : "ended";
}
