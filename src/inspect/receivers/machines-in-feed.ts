import type { ChangeEntry, FeedEntry, ModelPresent, ModelShape, ModelState } from "../entries.ts";
import type { FeedLine } from "../viewers.ts";
import { type MachinesListener, nextSession, type ShownMachine, shownMove, type ShownState } from "./shown-machine.ts";

/** The machines of models of another process, as its feed tells of them. */
export interface MachinesInFeed {
  readonly machines: () => readonly ShownMachine[];
  /** Reads the feed's next line. */
  readonly read: (line: FeedLine) => void;
  /** The feed has ended: nobody knows how they stand any more. */
  readonly forget: () => void;
}

interface SeenMachine extends ShownMachine {
  latest: ShownState;
}

/** Reads a feed of which nothing was read yet. */
export function machinesInFeed({ appeared, moved, gone }: MachinesListener): MachinesInFeed {
  const seen = new Map<string, SeenMachine>();
  /** The credentials of models that were announced, and of which it is not known yet how they stand. */
  const announced = new Map<string, readonly string[]>();

  function begin(model: string, credentials: readonly string[], latest: ShownState): void {
    const machine = { session: nextSession(), model, credentials, latest, state: () => machine.latest };
    seen.set(model, machine);
    appeared(machine);
  }
  function end(model: string): void {
    const machine = seen.get(model);
    if (machine === undefined) return;
    seen.delete(model);
    gone(machine);
  }
  function change(machine: SeenMachine, entry: ChangeEntry): void {
    const move = shownMove(entry, machine.credentials);
    if (move === undefined) return;
    machine.latest = move.state;
    moved(machine, move);
  }
  function stand(model: string, state: ShownState): void {
    const credentials = announced.get(model);
    if (credentials !== undefined) begin(model, credentials, state);
    announced.delete(model);
  }
  function readEntry(entry: FeedEntry): void {
    const machine = seen.get(entry.model);
    if (entry.type === "shape" || entry.type === "gone") end(entry.model);
    if (entry.type === "shape") announced.set(entry.model, idsOf(entry));
    if (entry.type === "state") stand(entry.model, shownState(entry.state, 0, entry.at));
    if (entry.type === "change" && machine !== undefined) change(machine, entry);
  }
  /** How all stand: at the beginning, and after something was left out. */
  function readPresent(models: readonly ModelPresent[], at: number): void {
    const present = new Map(models.map((each) => [each.model, each]));
    for (const { model, credentials } of seen.values()) {
      const now = present.get(model);
      if (now === undefined || idsOf(now).join() !== credentials.join()) end(model);
    }
    for (const [model, each] of present) {
      const machine = seen.get(model);
      const state = shownState(each.state, each.served, at);
      if (machine === undefined) begin(model, idsOf(each), state);
      else appeared(Object.assign(machine, { latest: state }));
    }
  }

  return {
    machines: () => [...seen.values()],
    read: (line) => {
      if (line.type === "entries") for (const entry of line.entries) readEntry(entry);
      if (line.type === "present") readPresent(line.models, line.at);
    },
    forget: () => {
      for (const model of seen.keys()) end(model);
      announced.clear();
    },
  };
}

const idsOf = ({ credentials }: ModelShape): readonly string[] => credentials.map(({ id }) => id);

/** A feed tells the times of the wall's clock. */
function shownState(
  { active, probing, epoch, disabled, coolingUntil }: ModelState,
  served: number,
  at: number,
): ShownState {
  const slots: Record<string, { cooldownUntil?: number; disabled?: boolean }> = {};
  for (const [id, cooldownUntil] of Object.entries(coolingUntil)) slots[id] = { cooldownUntil };
  for (const id of disabled) slots[id] = { ...slots[id], disabled: true };
  return { at, home: active, probe: probing === null ? null : { credential: probing }, epoch, served, slots };
}
