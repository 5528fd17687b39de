import { happenings } from "./alphabet.ts";
import type { CoverPair, PairCover } from "./pair-cover.ts";

/** What one event does in one state. */
export type Cell =
  | { readonly effect: "moves" | "changes"; readonly to: string }
  | { readonly effect: "ignored"; readonly because: string }
  /** It cannot happen there, as a failure above home where home is the top. */
  | { readonly effect: "impossible" };

/** A state with what each event does in it, in the order of the matrix's events. */
export interface MatrixRow {
  readonly state: string;
  readonly cells: readonly Cell[];
}

/** State × event → target, or ignored, because … */
export interface CoverageMatrix {
  readonly title: string;
  readonly events: readonly string[];
  readonly rows: readonly MatrixRow[];
}

/** The cell of a state and an event that can happen there and that no pair tells of: it was never tried. */
const untried: Cell = { effect: "impossible" };

/** Sets the pairs of a model's cover out as a matrix. */
export function matrixOf(title: string, { states, pairs }: PairCover): CoverageMatrix {
  const rowOf = new Map(states.map(({ id }) => [id, new Map<string, Cell>()]));
  for (const pair of pairs) rowOf.get(pair.from.id)?.set(pair.happening.name, cellOf(pair));
  const events = happenings.map(({ name }) => name);
  return {
    title,
    events,
    rows: states.map(({ id }) => ({ state: id, cells: events.map((name) => rowOf.get(id)?.get(name) ?? untried) })),
  };
}

function cellOf({ effect, to, because = "no rule says why" }: CoverPair): Cell {
  return effect === "ignored" ? { effect, because } : { effect, to: to.id };
}

/** Events that do the same in a state. */
export interface CellGroup {
  readonly events: readonly string[];
  readonly cell: Cell;
}

/** Puts the events of a state together that do the same there, in the order of their first. */
export function groupsIn({ events }: CoverageMatrix, { cells }: MatrixRow): readonly CellGroup[] {
  const groups = new Map<string, { readonly cell: Cell; readonly events: string[] }>();
  for (const [index, cell] of cells.entries()) {
    const key = JSON.stringify(cell);
    const group = groups.get(key) ?? { cell, events: [] };
    group.events.push(events[index] ?? "");
    groups.set(key, group);
  }
  return [...groups.values()];
}

/**
 * Says names of events in fewer words: `AUTH, UNKNOWN of home`. They are an event, and after a blank whose it is.
 */
export function eventWords(events: readonly string[]): string {
  const typesOf = new Map<string, string[]>();
  for (const event of events) {
    const [type = "", ...rest] = event.split(" ");
    const isClass = /^[A-Z_]+$/u.test(type);
    const whose = isClass ? rest.join(" ") : event;
    const types = typesOf.get(whose) ?? [];
    if (isClass) types.push(type);
    typesOf.set(whose, types);
  }
  return [...typesOf]
    .map(([whose, types]) => [types.join(", "), whose].filter((each) => each !== "").join(" "))
    .join("; ");
}
