import type { Actor } from "xstate";
import type { CredentialSlotsMachine } from "../../../machines/index.ts";
import { type MachineState, machineStateOf } from "../../engine/machine-state.ts";
import type { ChangeEvent, ToldToMachine } from "../../engine/model-events.ts";
import { createFollower } from "../../telemetry/index.ts";
import type { InspectedModel } from "../inspected-model.ts";

/** A model's machine, from its start until another configuration brings the next one. */
export interface ShownMachine {
  /** Unlike the model's name, no two machines of a process have it. */
  readonly session: string;
  readonly model: string;
  /** Ids of its slots, in order of priority. */
  readonly credentials: readonly string[];
  /** What it knows now. */
  readonly state: () => MachineState;
}

/** What a machine was told, and where that led. */
export interface ShownMove {
  readonly event: ShownEvent;
  readonly state: MachineState;
}

/** An event of the machine, by credential id; a delayed transition has XState's own name. */
export interface ShownEvent extends Omit<ToldToMachine, "type"> {
  readonly type: string;
  /** The classifier's rule behind an error class. */
  readonly rule?: string | undefined;
}

/** Who is told of machines. */
export interface MachinesListener {
  readonly appeared: (machine: ShownMachine) => void;
  readonly moved: (machine: ShownMachine, move: ShownMove) => void;
  readonly gone: (machine: ShownMachine) => void;
}

/** The machines of models, as long as somebody looks at them. */
export interface MachinesWatch {
  /** Those that run now. */
  readonly machines: () => readonly ShownMachine[];
  /** Looks at these models from now on, and at no others. */
  readonly follow: (models: Iterable<InspectedModel>) => void;
  readonly stop: () => void;
}

/** Watches the machines of no models yet. What they tell holds no secret: ids, classes, rules, counts and times. */
export function watchMachines(listener: MachinesListener): MachinesWatch {
  const watched = new Set<MachineInSight>();
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

interface MachineInSight {
  readonly machine: () => ShownMachine;
  /** Looks whether the model has another machine by now; nothing tells of that. */
  readonly lookAgain: () => void;
  readonly stop: () => void;
}

function watchModel(model: InspectedModel, { appeared, moved, gone }: MachinesListener): MachineInSight {
  let { actor } = model;
  let machine = shown(model, actor);
  let isWatched = true;

  function lookAgain(): void {
    if (model.actor === actor) return;
    gone(machine);
    ({ actor } = model);
    machine = shown(model, actor);
    appeared(machine);
  }
  function tell(change: ChangeEvent): void {
    if (!isWatched) return;
    lookAgain();
    if (fits(change, machine)) moved(machine, moveOf(change, machine));
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

let sessions = 0;

function shown({ id, credentials }: InspectedModel, actor: Actor<CredentialSlotsMachine>): ShownMachine {
  const ids = credentials.map((credential) => credential.id);
  return {
    session: `keyswitch:${(sessions += 1)}`,
    model: id,
    credentials: ids,
    state: () => machineStateOf(actor.getSnapshot().context, ids),
  };
}

/** Whether a change is of this machine, or of one of the same credentials: in the tick of a reload both are told. */
function fits({ before, after }: ChangeEvent, { credentials }: ShownMachine): boolean {
  const named = [before, after].flatMap(({ home, probe }) => [home, probe?.credential]);
  return named.every((id) => id === null || id === undefined || credentials.includes(id));
}

function moveOf({ told, rule, before, after }: ChangeEvent, machine: ShownMachine): ShownMove {
  const event =
    told === null ? { type: delayedType(before, machine) } : { ...told, ...(rule !== undefined && { rule }) };
  return { event, state: after };
}

/** As XState names the event of a delay: by the delay, and the state that it was entered with. */
function delayedType({ home, probe }: MachineState, { credentials }: ShownMachine): string {
  if (probe !== null) return `xstate.after.leaseEnd.model.s${credentials.indexOf(probe.credential)}.probing`;
  if (home === null) return "xstate.after.recovery.model.exhausted";
  return `xstate.after.failback.model.s${credentials.indexOf(home)}.serving`;
}
