import { type Actor, createActor } from "xstate";
import {
  credentialSlots,
  type CredentialSlotsMachine,
  type SlotsContext,
  type SlotsEvent,
  type SlotsInput,
} from "../../machines/index.ts";
import type { Clock, Timer } from "./clock.ts";

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
  let armed: (() => void) | undefined;
  let timer: Timer;
  let cause = byTheClock;

  // A model has one delayed transition at most, so one place is enough to hold it.
  const actor = createActor(credentialSlots(input.disabled.length), {
    input: { ...input, at: input.at ?? clock.now() },
    clock: {
      setTimeout: (callback: () => void) => (armed = callback),
      clearTimeout: (handle: unknown) => {
        if (handle === armed) armed = undefined;
      },
    },
  });
  const read = (): SlotsContext => actor.getSnapshot().context;

  function setTimer(): void {
    clock.clearTimer(timer);
    timer = undefined;
    if (armed !== undefined) timer = clock.setTimer(current, Math.max(0, read().wakeAt - clock.now()), "background");
  }

  function current(): SlotsContext {
    if (armed === undefined || read().wakeAt > clock.now()) return read();
    while (armed !== undefined && read().wakeAt <= clock.now()) {
      const fire: () => void = armed;
      armed = undefined;
      fire();
    }
    setTimer();
    return read();
  }

  actor.start();
  setTimer();
  let before = read();
  actor.subscribe({
    next: ({ context }) => {
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
      current();
      const held = armed;
      cause = { event, rule };
      try {
        actor.send({ ...event, at: clock.now() });
      } finally {
        cause = byTheClock;
      }
      if (armed !== held) setTimer();
    },
    stop: () => {
      actor.stop();
      clock.clearTimer(timer);
    },
  };
}
