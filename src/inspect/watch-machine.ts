import type { SlotsContext } from "../../machines/index.ts";
import { differs, type InspectedModel } from "./inspected-model.ts";

/** Looks at a model's machine, and at the one after it when the model is reconfigured. */
export interface MachineWatch {
  /** Looks whether the model has another machine by now; nothing tells of that. */
  readonly lookAgain: () => void;
  readonly stop: () => void;
}

/** What is told of a machine. */
export interface MachineListener {
  /** Another machine has begun, under another configuration. */
  readonly onShape: () => void;
  /** It stands otherwise than before. It is told after the model's own events of the same move. */
  readonly onState: () => void;
}

/** Watches a model's machine from now on; the first look tells of its shape and its state. */
export function watchMachine(model: InspectedModel, { onShape, onState }: MachineListener): MachineWatch {
  let actor: InspectedModel["actor"] | undefined;
  let subscription: { unsubscribe(): void } | undefined;
  let known: SlotsContext | undefined;
  let isAboutToTell = false;

  /** The machine moves first, and the model tells of it when it is at rest. */
  function tellSoon(): void {
    if (isAboutToTell) return;
    isAboutToTell = true;
    queueMicrotask(() => {
      isAboutToTell = false;
      if (subscription !== undefined) onState();
    });
  }

  return {
    lookAgain: () => {
      if (model.actor === actor) return;
      subscription?.unsubscribe();
      actor = model.actor;
      known = actor.getSnapshot().context;
      subscription = actor.subscribe(({ context }) => {
        const before = known;
        known = context;
        if (before === undefined || differs(before, context)) tellSoon();
      });
      onShape();
      onState();
    },
    stop: () => {
      subscription?.unsubscribe();
      subscription = undefined;
    },
  };
}
