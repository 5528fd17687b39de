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
  /** Has the machine go on with what another replica has learned. */
  adopt(state: SlotsContext, by: string): void;
  stop(): void;
}

/** What made a change: an event with the classifier's rule behind it, or neither for a delayed transition. */
export interface Cause {
  readonly event?: SlotsEvent | undefined;
  readonly rule?: string | undefined;
  /** The replica that has learned what is taken over; undefined: none, it is this machine's own. */
  readonly by?: string | undefined;
}

/** Told of every change of what a machine knows. */
export type SlotsListener = (before: SlotsContext, after: SlotsContext, cause: Cause) => void;

const byTheClock: Cause = {};

interface Change {
  readonly before: SlotsContext;
  readonly after: SlotsContext;
  readonly cause: Cause;
}

/** Starts the machine of a model on a clock. */
export function createSlotsKeeper(input: SlotsInput, clock: Clock, onChange: SlotsListener): SlotsKeeper {
  let cause = byTheClock;
  let isMoving = false;
  let isTelling = false;
  const changes: Change[] = [];

  /** Lets the machine move, and tells of it when it is at rest: a listener may make a call, or move it again. */
  function move(act: () => void): void {
    if (isMoving) return act();
    isMoving = true;
    try {
      act();
    } finally {
      isMoving = false;
    }
    tellChanges();
  }
  /** In their order, also when a listener makes the next one. */
  function tellChanges(): void {
    if (isTelling) return;
    isTelling = true;
    try {
      for (let change = changes.shift(); change !== undefined; change = changes.shift()) {
        onChange(change.before, change.after, change.cause);
      }
    } finally {
      isTelling = false;
    }
  }

  const fireTimer = (): void => timer.fireDue();
  const fireDue = (): void => move(fireTimer);
  const timer = createActorTimer(
    {
      now: () => clock.now(),
      setTimer: (callback, delayMs, kind) => clock.setTimer(() => move(callback), delayMs, kind),
      clearTimer: (handle) => clock.clearTimer(handle),
    },
    () => read().wakeAt,
  );
  const actor = createActor(credentialSlots(input.disabled.length), {
    input: { ...input, at: input.at ?? clock.now() },
    clock: timer.clock,
  });
  const read = (): SlotsContext => actor.getSnapshot().context;
  const current = (): SlotsContext => {
    fireDue();
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
      if (context !== last) changes.push({ before: last, after: context, cause });
      // Nobody's move but that of an event sent to the actor itself.
      if (!isMoving) tellChanges();
    },
    error: (error) => {
      throw error;
    },
  });

  function send(event: SlotsEvent, because: Omit<Cause, "event">): void {
    fireDue();
    move(() => {
      cause = { ...because, event };
      actor.send({ ...event, at: clock.now() });
      cause = byTheClock;
    });
  }

  return {
    actor,
    read,
    current,
    send: (event, rule) => send(event, { rule }),
    adopt: (state, by) => send({ type: "RESTORE", state }, { by }),
    stop: () => {
      actor.stop();
      timer.stop();
    },
  };
}
