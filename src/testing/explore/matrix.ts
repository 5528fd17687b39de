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
  const events = happenings.map(({ name }) => name);
  const column = new Map(happenings.map((happening, index) => [happening, index]));
  const rows = new Map(states.map((state) => [state, events.map((): Cell => untried)]));
  const cellOf = cellMaker();
  for (const pair of pairs) {
    const cells = rows.get(pair.from);
    if (cells !== undefined) cells[column.get(pair.happening) ?? -1] = cellOf(pair);
  }
  return { title, events, rows: [...rows].map(([{ id }, cells]) => ({ state: id, cells })) };
}

/** Makes cells, equal ones once: a cover of fifty credentials has a million. */
function cellMaker(): (pair: CoverPair) => Cell {
  const known = new Map<string, Cell>();
  return ({ effect, to, because = "no rule says why" }) => {
    const key = effect === "ignored" ? because : `${effect} ${to.id}`;
    const cell: Cell = known.get(key) ?? (effect === "ignored" ? { effect, because } : { effect, to: to.id });
    known.set(key, cell);
    return cell;
  };
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
    const key = `${cell.effect} ${"to" in cell ? cell.to : "because" in cell ? cell.because : ""}`;
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
