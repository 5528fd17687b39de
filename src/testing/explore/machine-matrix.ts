import { isDeepStrictEqual } from "node:util";
import type { AnyStateMachine, EventFromLogic, InputFrom, SnapshotFrom } from "xstate";
import { delayedEvents, pathOf } from "../../../visualizations/machine-graph.ts";
import type { Cell, CoverageMatrix, MatrixRow } from "./matrix.ts";
import { pureMachine } from "./pure-machine.ts";

/** An event by the name of its column; a delayed transition where `eventIn` is left out. */
interface NamedEvent<Machine extends AnyStateMachine> {
  readonly name: string;
  readonly eventIn?: (snapshot: SnapshotFrom<Machine>) => EventFromLogic<Machine>;
}

/** How a small machine is covered. */
interface MachineCover<Machine extends AnyStateMachine> {
  readonly title: string;
  readonly machine: Machine;
  readonly inputs: readonly InputFrom<Machine>[];
  readonly events: readonly NamedEvent<Machine>[];
  /** What decides where an event leads besides the state, in words. */
  readonly facetsOf: (snapshot: SnapshotFrom<Machine>) => readonly string[];
  /** What an ignored event would have to change. */
  readonly knowledgeOf: (snapshot: SnapshotFrom<Machine>) => unknown;
  readonly whyIgnored: (snapshot: SnapshotFrom<Machine>, event: string) => string | undefined;
}

/**
 * Takes a small machine into each of its states, and lets every event happen in each.
 *
 * @throws Error for an event that is ignored and no rule says why.
 */
export function machineMatrix<Machine extends AnyStateMachine>(cover: MachineCover<Machine>): CoverageMatrix {
  const { title, machine, inputs, events, knowledgeOf } = cover;
  const idOf = (snapshot: SnapshotFrom<Machine>): string => {
    const facets = cover.facetsOf(snapshot);
    const place = pathOf(snapshot);
    return facets.length === 0 ? place : `${place} (${facets.join("; ")})`;
  };
  const pure = inputs.map((input) => pureMachine(machine, input));
  const waiting = pure.map(({ start }) => start);
  const known = new Set(waiting.map(idOf));
  const next = pure[0]?.next;
  const rows: MatrixRow[] = [];
  for (const before of waiting) {
    const cells = events.map(({ name, eventIn }): Cell => {
      const event = eventIn === undefined ? delayedEvents<Machine>(before)[0] : eventIn(before);
      const after = event === undefined || next === undefined ? before : next(before, event);
      const to = idOf(after);
      if (!known.has(to)) {
        known.add(to);
        waiting.push(after);
      }
      if (isDeepStrictEqual(knowledgeOf(before), knowledgeOf(after))) {
        return { effect: "ignored", because: reason(cover.whyIgnored(before, name), name, idOf(before)) };
      }
      return { effect: idOf(before) === to ? "changes" : "moves", to };
    });
    rows.push({ state: idOf(before), cells });
  }
  return { title, events: events.map(({ name }) => name), rows };
}

function reason(because: string | undefined, event: string, state: string): string {
  if (because !== undefined) return because;
  throw new Error(`${event} is ignored in ${state}, and no rule says why`);
}
