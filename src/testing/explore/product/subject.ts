import {
  call,
  type CallEvent,
  type CallInput,
  type CallMachine,
  endsTurn,
  type Instant,
  isEnabled,
  restoreSlots,
  type RetryPolicy,
  saveSlots,
  type SlotsContext,
  type SlotsEvent,
  type SlotsInput,
  type Turn,
} from "../../../../machines/index.ts";
import type { SnapshotFrom } from "xstate";
import { pureMachine, type PureMachine } from "../pure-machine.ts";
import { type PureModel, pureModel, type Situation } from "../situation.ts";

/** A call's machine at one moment. */
export type CallSituation = SnapshotFrom<CallMachine>;

/** The machine of a call as a function. */
export interface PureCall {
  readonly begin: (input: CallInput) => CallSituation;
  readonly next: (situation: CallSituation, event: CallEvent) => CallSituation;
}

/** How a turn ended, as the driver of a call hears it. */
export type TurnEnd = Extract<SlotsEvent, { readonly epoch: number }>;

/**
 * What the engine does between a call and its model's machine: it decides nothing, but it must tell all that happened.
 * A property a duty, so that each can be neglected by itself, to see that somebody notices.
 */
export interface Driver {
  /** The claim of a call whose turn is to prove a slot (S11). */
  readonly claims: (callId: string, turn: Turn, until: number) => SlotsEvent | undefined;
  /** What the model's machine is told when a turn ends (S2). */
  readonly tells: (end: TurnEnd) => SlotsEvent | undefined;
  /** What it is told when a call is cut off by the clock that had waited long (S26). */
  readonly tellsOfHang: (end: TurnEnd) => SlotsEvent | undefined;
  /** What it is told when a call is given up: that a claim is free (S11). */
  readonly givesBack: (callId: string, turn: Turn) => SlotsEvent | undefined;
  /** What a new process knows of what the old one knew (S16). */
  readonly restores: (slots: SlotsContext, fresh: SlotsContext, at: number) => SlotsContext;
  /** What looking at the model leaves of it (S13). */
  readonly looks: (situation: Situation, at: number) => Situation;
}

/** What is explored: the machines of a model and of its calls, and what drives them. */
export interface Subject {
  readonly model: PureModel;
  readonly call: PureCall;
  /** Whether an outcome ends the turn that is on (S22). */
  readonly endsTurn: typeof endsTurn;
  readonly driver: Driver;
}

/** A model as far as its calls and its machine depend on it. */
export interface ExploredModel {
  readonly id: string;
  /** Ids, in priority order. */
  readonly credentials: readonly string[];
  readonly input: SlotsInput;
  readonly retry: RetryPolicy;
  readonly onExhausted: "try" | "reject";
}

const instantAt = (at: number): Instant => ({ at, wallAt: at });

/** The driver that the engine is. */
const faithfulDriver = (credentials: readonly string[]): Driver => ({
  claims: (callId, { probes }, until) => (probes ? { type: "PROBE", call: callId, until } : undefined),
  tells: (end) => end,
  tellsOfHang: (end) => end,
  givesBack: (callId, { probes }) => (probes ? { type: "RELEASE", call: callId } : undefined),
  restores: (slots, fresh, at) => {
    // An operator's word is left beside the saved slots, and goes before what the configuration says (S14).
    const told = {
      ...fresh,
      slots: fresh.slots.map((record, slot) => ({ ...record, disabled: !isEnabled(slots, slot) })),
    };
    return restoreSlots(saveSlots(slots, credentials, instantAt(at)), told, credentials, instantAt(at));
  },
  looks: (situation) => situation,
});

/** The real machines of a model, driven as the engine drives them. */
export function realSubject({ credentials, input, retry, onExhausted }: ExploredModel): Subject {
  const model = pureModel(input);
  const machine = call(credentials.length, { random: () => 0 });
  const first = { slots: model.start.context, at: 0, retry, onExhausted };
  const { next }: PureMachine<CallMachine> = pureMachine(machine, first);
  return {
    model,
    call: { begin: (callInput) => pureMachine(machine, callInput).start, next },
    endsTurn,
    driver: faithfulDriver(credentials),
  };
}
