import type { CoverageMatrix } from "../src/testing/explore/matrix.ts";

/** Where each event moves a machine, as a Mermaid state diagram: the states of the machine, their folds put together. */
export function coverageMermaid({ rows, events }: CoverageMatrix): string {
  const edges = new Map<string, Set<string>>();
  for (const { state, cells } of rows) {
    for (const [index, cell] of cells.entries()) {
      if (cell.effect !== "moves") continue;
      const edge = `${idOf(state)} --> ${idOf(cell.to)}`;
      const types = edges.get(edge) ?? new Set<string>();
      edges.set(edge, types.add(typeOf(events[index] ?? "")));
    }
  }
  const names = new Map(rows.map(({ state }) => [idOf(state), placeOf(state)]));
  return [
    "stateDiagram-v2",
    ...[...names].map(([id, name]) => `  state "${name}" as ${id}`),
    ...[...edges].map(([edge, types]) => `  ${edge}: ${[...types].join(", ")}`),
    "",
  ].join("\n");
}

/** The machine's own state: what a fold is called begins with it. */
const placeOf = (state: string): string => state.split(" ")[0] ?? state;

const idOf = (state: string): string => placeOf(state).replaceAll(".", "_");

const typeOf = (event: string): string => /^[A-Z_]+/u.exec(event)?.[0] ?? event;
