import type { MachineState } from "../../engine/machine-state.ts";
import type { ChangeEvent, ToldToMachine } from "../../engine/model-events.ts";

/** A model's machine, from its start until another configuration brings the next one. */
export interface ShownMachine {
  /** Unlike the model's name, no two machines of a process have it. */
  readonly session: string;
  readonly model: string;
  /** Ids of its slots, in order of priority. */
  readonly credentials: readonly string[];
  /** What it knows now. */
  readonly state: () => ShownState;
}

/** What of a machine's knowledge is shown. */
export type ShownState = Pick<MachineState, "at" | "home" | "epoch" | "served" | "slots"> & {
  readonly probe: { readonly credential: string } | null;
};

/** What a machine was told, and where that led. */
export interface ShownMove {
  readonly event: ShownEvent;
  readonly state: ShownState;
}

/** An event of the machine, by credential id; a delayed transition has XState's own name. */
export interface ShownEvent extends Omit<ToldToMachine, "type"> {
  readonly type: string;
  /** The classifier's rule behind an error class. */
  readonly rule?: string | undefined;
}

/** Who is told of machines. */
export interface MachinesListener {
  /** Told again of one that is known, it stands otherwise and nobody knows how that came. */
  readonly appeared: (machine: ShownMachine) => void;
  readonly moved: (machine: ShownMachine, move: ShownMove) => void;
  readonly gone: (machine: ShownMachine) => void;
}

/** Machines, as long as somebody looks at them. */
export interface MachinesWatch {
  /** Those that run now. */
  readonly machines: () => readonly ShownMachine[];
  readonly stop: () => void;
}

let sessions = 0;

/** A name for a machine that no other of this process has. */
export function nextSession(): string {
  return `keyswitch:${(sessions += 1)}`;
}

/** A change as it is shown; `undefined` where it is of a machine with other credentials: around a reload both are told. */
export function shownMove(
  { told, rule, before, after }: Omit<ChangeEvent, "model">,
  credentials: readonly string[],
): ShownMove | undefined {
  const named = [before, after].flatMap(({ home, probe }) => [home, probe?.credential]);
  if (!named.every((id) => id === null || id === undefined || credentials.includes(id))) return undefined;
  const event = told === null ? { type: delayedType(before, credentials) } : { ...told, ...(rule && { rule }) };
  return { event, state: after };
}

/** As XState names the event of a delay: by the delay, and the state that it was entered with. */
function delayedType({ home, probe }: MachineState, credentials: readonly string[]): string {
  if (probe !== null) return `xstate.after.leaseEnd.model.s${credentials.indexOf(probe.credential)}.probing`;
  if (home === null) return "xstate.after.recovery.model.exhausted";
  return `xstate.after.failback.model.s${credentials.indexOf(home)}.serving`;
}
