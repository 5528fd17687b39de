import { isDeepStrictEqual } from "node:util";
import type { SnapshotFrom } from "xstate";
import {
  credentialSlots,
  type CredentialSlotsMachine,
  nextDueAt,
  type SlotsContext,
  type SlotsEvent,
  type SlotsInput,
} from "../../../machines/index.ts";
import { delayedEvents } from "../../../visualizations/machine-graph.ts";
import { type PureMachine, pureMachine } from "./pure-machine.ts";

/** A model's machine at one moment. */
export type Situation = SnapshotFrom<CredentialSlotsMachine>;

/** What happens to a model's machine: an event with its time, or what is due by the clock. */
export type Step = (SlotsEvent & { readonly at: number }) | { readonly type: "TIMER"; readonly at: number };

/** When something is due by the clock: a failback, a recovery, the end of a lease; `null` when nothing is. */
export function dueAt(slots: SlotsContext): number | null {
  return nextDueAt(slots) ?? slots.probe?.lease?.until ?? null;
}

/** Whether two states of knowledge are the same, but for when they were last looked at. */
export function knowsTheSame(before: SlotsContext, after: SlotsContext): boolean {
  if (before === after) return true;
  return (
    before.home === after.home &&
    before.epoch === after.epoch &&
    before.served === after.served &&
    before.servingSince === after.servingSince &&
    before.ledByProbe === after.ledByProbe &&
    isDeepStrictEqual(before.probe, after.probe) &&
    (before.slots === after.slots || isDeepStrictEqual(before.slots, after.slots)) &&
    (before.policy === after.policy || isDeepStrictEqual(before.policy, after.policy))
  );
}

/** A model's machine as a function: a fresh one, and how it takes a step. */
export interface PureModel {
  readonly start: Situation;
  readonly take: (situation: Situation, step: Step) => Situation;
}

/** The machine of a model as a function. */
export function pureModel(input: SlotsInput): PureModel {
  const { start, next } = pureMachine(credentialSlots(input.disabled.length), { ...input, at: 0 });
  return {
    start,
    take: (situation, step) => (step.type === "TIMER" ? fired(next, situation) : next(situation, step)),
  };
}

/** Fires the armed transition; a delay longer than a timer holds is armed again, link by link (S7). */
function fired(next: PureMachine<CredentialSlotsMachine>["next"], situation: Situation): Situation {
  const due = dueAt(situation.context) ?? -Infinity;
  let after = situation;
  do {
    const [event] = delayedEvents<CredentialSlotsMachine>(after);
    if (event === undefined) return after;
    after = next(after, event);
  } while (after.context.at < due);
  return after;
}
