import type { Actor } from "xstate";
import type { CredentialSlotsMachine } from "../../../machines/index.ts";
import { machineStateOf } from "../../engine/machine-state.ts";
import type { ChangeEvent } from "../../engine/model-events.ts";
import { createFollower } from "../../telemetry/index.ts";
import type { InspectedModel } from "../inspected-model.ts";
import {
  type MachinesListener,
  type MachinesWatch,
  nextSession,
  type ShownMachine,
  shownMove,
} from "./shown-machine.ts";

/** The machines of models of this process. */
export interface ModelsWatch extends MachinesWatch {
  /** Looks at these models from now on, and at no others. */
  readonly follow: (models: Iterable<InspectedModel>) => void;
}

/** Watches the machines of no models yet. What they tell holds no secret: ids, classes, rules, counts and times. */
export function watchModels(listener: MachinesListener): ModelsWatch {
  const watched = new Set<WatchedModel>();
  const follower = createFollower((model: InspectedModel) => {
    const one = watchModel(model, listener);
    watched.add(one);
    return () => {
      watched.delete(one);
      one.stop();
    };
  });
  return {
    machines: () => [...watched].map(({ machine }) => machine()),
    follow: (models) => {
      follower.follow(models);
      for (const { lookAgain } of watched) lookAgain();
    },
    stop: () => follower.stop(),
  };
}

interface WatchedModel {
  readonly machine: () => ShownMachine;
  /** Looks whether the model has another machine by now; nothing tells of that. */
  readonly lookAgain: () => void;
  readonly stop: () => void;
}

function watchModel(model: InspectedModel, { appeared, moved, gone }: MachinesListener): WatchedModel {
  let { actor } = model;
  let machine = shownMachine(model, actor);
  let isWatched = true;

  function lookAgain(): void {
    if (model.actor === actor) return;
    gone(machine);
    ({ actor } = model);
    machine = shownMachine(model, actor);
    appeared(machine);
  }
  function tell(change: ChangeEvent): void {
    if (!isWatched) return;
    lookAgain();
    const move = shownMove(change, machine.credentials);
    if (move !== undefined) moved(machine, move);
  }

  appeared(machine);
  // A machine that takes another's place tells of what it took over before the model has it.
  const unsubscribe = model.on("change", (change) => queueMicrotask(() => tell(change)));
  return {
    machine: () => machine,
    lookAgain,
    stop: () => {
      isWatched = false;
      unsubscribe();
      gone(machine);
    },
  };
}

function shownMachine({ id, credentials }: InspectedModel, actor: Actor<CredentialSlotsMachine>): ShownMachine {
  const ids = credentials.map((credential) => credential.id);
  return {
    session: nextSession(),
    model: id,
    credentials: ids,
    state: () => machineStateOf(actor.getSnapshot().context, ids),
  };
}
