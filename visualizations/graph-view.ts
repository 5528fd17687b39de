import type { GraphEdge, GraphNode, MachineGraph, Tone } from "./machine-graph.ts";
import type { StateMark } from "./state-marks.ts";

/** A line from one state to another, with all the causes of one tone that lead along it. */
export interface ViewEdge {
  readonly from: string;
  readonly to: string;
  readonly labels: readonly string[];
  readonly tone: Tone;
}

/** A graph as it is drawn: nothing that nobody could read. */
export interface GraphView {
  readonly title: string;
  readonly initial: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly ViewEdge[];
  readonly marks: ReadonlyMap<string, StateMark>;
  /** What is not drawn, for the picture's foot. */
  readonly note: string | undefined;
}

/** Up to here every slot is drawn; beyond those in the middle are one. */
const mostSlots = 12;

const shownAtEachEnd = mostSlots / 2 - 1;

/** Causes that lead from everywhere up: drawn, they would hide the others. */
const fromEverywhere: ReadonlySet<string> = new Set(["operator", "rescue"]);

/**
 * Chooses what of a graph is drawn: the usual moves, and of many slots those at both ends.
 *
 * @param marks - What is known of its states at a moment, by node id.
 */
export function viewOf(graph: MachineGraph, marks: ReadonlyMap<string, StateMark> = new Map()): GraphView {
  const slots = graph.nodes.filter(({ kind }) => kind === "serving").length;
  const usual = {
    ...graph,
    edges: graph.edges.filter((edge) => edge.usual && !fromEverywhere.has(edge.cause)),
  };
  const { nodes, edges } = slots > mostSlots ? foldedMiddle(usual, slots) : usual;
  const touched = new Set(edges.flatMap(({ from, to }) => [from, to]));
  return {
    title: graph.title,
    initial: graph.initial,
    nodes: nodes.filter(({ id }) => touched.has(id) || marks.has(id)),
    edges: mergedEdges(edges),
    marks,
    note:
      slots === 0
        ? undefined
        : "The usual moves. A slot that rests or is taken out is passed over; success above home, and an operator, move it up at once.",
  };
}

const foldedId = "folded";

function foldedMiddle(graph: MachineGraph, slots: number): MachineGraph {
  const isFolded = (id: string): boolean => {
    const slot = Number(/^s(\d+)\./u.exec(id)?.[1]);
    return slot >= shownAtEachEnd && slot < slots - shownAtEachEnd;
  };
  const placeOf = (id: string): string => (isFolded(id) ? foldedId : id);
  const count = slots - 2 * shownAtEachEnd;
  const node: GraphNode = { id: foldedId, label: `${count} more credentials`, kind: "folded" };
  const firstFolded = graph.nodes.findIndex(({ id }) => isFolded(id));
  const shown = graph.nodes.filter(({ id }) => !isFolded(id));
  return {
    ...graph,
    nodes: [...shown.slice(0, firstFolded), node, ...shown.slice(firstFolded)],
    edges: graph.edges
      .map((edge) => ({ ...edge, from: placeOf(edge.from), to: placeOf(edge.to) }))
      .filter(({ from, to }) => from !== foldedId || to !== foldedId),
  };
}

function mergedEdges(edges: readonly GraphEdge[]): readonly ViewEdge[] {
  const lines = Map.groupBy(edges, ({ from, to, tone }) => `${from} ${to} ${tone}`);
  return [...lines.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [
          {
            from: first.from,
            to: first.to,
            tone: first.tone,
            labels: [...new Set([first, ...others].map(({ label }) => label))],
          },
        ],
  );
}
