import type { SlotsContext, SlotsEvent, TurnEvent } from "../../../machines/index.ts";
import type { Happened, Ended, Turned } from "../explore/product/world.ts";

/** Something that must hold on every run, by the name that semantics and tests call it. */
export interface Invariant {
  /** As in `I9`. */
  readonly name: string;
  /** In one sentence. */
  readonly says: string;
  /** Whether it holds of what happened to the model's machine. */
  readonly ofHappening?: (happened: Happened) => boolean;
  /** Whether it holds of a turn that begins. */
  readonly ofTurn?: (turned: Turned) => boolean;
  /** Whether it holds of how a call ended. */
  readonly ofEnd?: (ended: Ended) => boolean;
}

export const isTurn = (event: SlotsEvent | undefined): event is TurnEvent => event !== undefined && "epoch" in event;

/** Whether the event speaks for the call that holds the probe's lease, of the probed slot (S11). */
export const speaksForTheProbe = ({ probe }: SlotsContext, event: TurnEvent): boolean =>
  probe !== null && probe.lease?.call === event.call && probe.slot === event.slot;
