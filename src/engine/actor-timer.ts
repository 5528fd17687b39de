import type { Clock, Timer } from "./clock.ts";

/**
 * The clock of an actor that has one delayed transition at most, so that one place is enough to hold it.
 *
 * It fires by a background timer, or before that when somebody asks: what is due happens before anything else (S2).
 */
export interface ActorTimer {
  /** What XState is given as the actor's clock. */
  readonly clock: { setTimeout(callback: () => void): unknown; clearTimeout(handle: unknown): void };
  /** Fires what is due by now. */
  fireDue(): void;
  /** Sets the background timer anew, where the actor has armed or disarmed a transition since. */
  rearm(): void;
  stop(): void;
}

/** Makes the timer of an actor; `wakeAt` reads from the actor when its armed transition is due. */
export function createActorTimer(clock: Clock, wakeAt: () => number): ActorTimer {
  let armed: (() => void) | undefined;
  let timed: (() => void) | undefined;
  let timer: Timer;

  function rearm(): void {
    if (armed === timed) return;
    clock.clearTimer(timer);
    timed = armed;
    timer = armed && clock.setTimer(onTimer, Math.max(0, wakeAt() - clock.now()), "background");
  }
  function onTimer(): void {
    timed = undefined;
    fireDue();
    rearm();
  }
  function fireDue(): void {
    while (armed !== undefined && wakeAt() <= clock.now()) {
      const fire = armed;
      armed = undefined;
      fire();
    }
  }

  return {
    clock: {
      setTimeout: (callback) => (armed = callback),
      clearTimeout: (handle) => {
        if (handle === armed) armed = undefined;
      },
    },
    fireDue,
    rearm,
    stop: () => {
      armed = undefined;
      rearm();
    },
  };
}
