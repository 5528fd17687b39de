import type { ShownMachine, ShownMove, ShownState } from "./shown-machine.ts";

/** How one kind of receiver wants to be told of machines: text frames of a WebSocket. */
export interface Dialect {
  /** Whether these words of a receiver ask for machines; `undefined`: it need not ask. */
  readonly asks: ((text: string) => boolean) | undefined;
  /** A machine as it stands. */
  readonly appeared: (machine: ShownMachine) => readonly string[];
  readonly moved: (machine: ShownMachine, move: ShownMove) => readonly string[];
  readonly gone: (machine: ShownMachine) => readonly string[];
}

/** Where a machine is, as XState writes it. */
export function stateValue({ home, probe }: ShownState, credentials: readonly string[]): string | object {
  if (probe !== null) return { [`s${credentials.indexOf(probe.credential)}`]: "probing" };
  return home === null ? "exhausted" : { [`s${credentials.indexOf(home)}`]: "serving" };
}

/** The tags of the state that it is in. */
export function tagsOf({ home, probe }: ShownState): readonly string[] {
  if (probe !== null) return ["probing"];
  return [home === null ? "exhausted" : "serving"];
}

/** What people are shown of what a machine knows. */
export function shownContext({ at, home, probe, epoch, served, slots }: ShownState): object {
  const records = Object.entries(slots);
  return {
    home,
    probing: probe?.credential ?? null,
    epoch,
    served,
    coolingMs: Object.fromEntries(
      records.flatMap(([id, { cooldownUntil }]) =>
        typeof cooldownUntil === "number" && cooldownUntil > at ? [[id, Math.round(cooldownUntil - at)]] : [],
      ),
    ),
    disabled: records.flatMap(([id, { disabled }]) => (disabled === true ? [id] : [])),
  };
}
