import { type Actor, createActor } from "xstate";
import {
  credentialSlots,
  type CredentialSlotsMachine,
  type SlotsContext,
  type SlotsEvent,
  type SlotsInput,
} from "../../machines/index.ts";
import { createActorTimer } from "./actor-timer.ts";
import type { Clock } from "./clock.ts";

/** Runs one model's machine: hands it events with their time, and fires what is due before anything else happens. */
export interface SlotsKeeper {
  readonly actor: Actor<CredentialSlotsMachine>;
  /** What the machine knows, as of its last event: a pure read (S13). */
  read(): SlotsContext;
  /** What the machine knows now, after all that is due by the clock has happened (S2). */
  current(): SlotsContext;
  /** Tells the machine of an event, and its listeners of the classifier's rule behind it. */
  send(event: SlotsEvent, rule?: string): void;
  stop(): void;
}

/** What made a change: an event with the classifier's rule behind it, or neither for a delayed transition. */
export interface Cause {
  readonly event?: SlotsEvent | undefined;
  readonly rule?: string | undefined;
}

/** Told of every change of what a machine knows. */
export type SlotsListener = (before: SlotsContext, after: SlotsContext, cause: Cause) => void;

const byTheClock: Cause = {};

/** Starts the machine of a model on a clock. */
export function createSlotsKeeper(input: SlotsInput, clock: Clock, onChange: SlotsListener): SlotsKeeper {
  let cause = byTheClock;
  const timer = createActorTimer(clock, () => read().wakeAt);
  const actor = createActor(credentialSlots(input.disabled.length), {
    input: { ...input, at: input.at ?? clock.now() },
    clock: timer.clock,
  });
  const read = (): SlotsContext => actor.getSnapshot().context;
  const current = (): SlotsContext => {
    timer.fireDue();
    return read();
  };

  actor.start();
  timer.rearm();
  let before = read();
  actor.subscribe({
    next: ({ context }) => {
      timer.rearm();
      const last = before;
      before = context;
      if (context !== last) onChange(last, context, cause);
    },
    error: (error) => {
      throw error;
    },
  });

  return {
    actor,
    read,
    current,
    send: (event, rule) => {
      timer.fireDue();
      cause = { event, rule };
      try {
        actor.send({ ...event, at: clock.now() });
      } finally {
        cause = byTheClock;
      }
    },
    stop: () => {
      actor.stop();
      timer.stop();
    },
  };
}
