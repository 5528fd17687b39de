import type { GraphView, ViewEdge } from "./graph-view.ts";
import type { GraphNode } from "./machine-graph.ts";
import { plainText } from "./plain-text.ts";
import type { StateMark } from "./state-marks.ts";

type Attributes = Readonly<Record<string, string>>;

/** Draws a graph in Graphviz's language. Classes say what things are, so that a page can style and find them. */
export function graphDot({ title, initial, nodes, edges, marks, note }: GraphView): string {
  const heading = note === undefined ? title : `${title}\n${wrapped(note)}`;
  const paper = { label: heading, labelloc: "t", bgcolor: "#ffffff", class: "paper", ranksep: "0.6", nodesep: "0.6" };
  const start = { label: "", shape: "circle", width: "0.14", class: "start", fillcolor: "#334155", group: "serving" };
  return [
    `digraph ${quoted(title)} {`,
    `  graph ${attributes({ fontname, fontsize: "14", ...paper })}`,
    `  node ${attributes({ fontname, fontsize: "13", shape: "box", style: "rounded,filled", margin: "0.25,0.1" })}`,
    `  edge ${attributes({ fontname, fontsize: "11", arrowsize: "0.7" })}`,
    `  start ${attributes(start)}`,
    `  start -> ${quoted(initial)} ${attributes({ class: "edge", color: "#64748b" })}`,
    ...nodes.map((node) => `  ${quoted(node.id)} ${attributes(nodeAttributes(node, marks.get(node.id)))}`),
    ...rows(nodes),
    ...edges.map((edge) => `  ${quoted(edge.from)} -> ${quoted(edge.to)} ${attributes(edgeAttributes(edge))}`),
    "}",
    "",
  ].join("\n");
}

const fontname = "Helvetica,Arial,sans-serif";

/** A slot's two states stand beside each other. */
function rows(nodes: readonly GraphNode[]): readonly string[] {
  const slots = Map.groupBy(
    nodes.filter(({ credential }) => credential !== undefined),
    ({ id }) => id.split(".")[0],
  );
  return [...slots.values()].flatMap((row) =>
    row.length > 1 ? [`  { rank=same; ${row.map(({ id }) => quoted(id)).join("; ")} }`] : [],
  );
}

function nodeAttributes({ id, label, kind }: GraphNode, mark: StateMark | undefined): Attributes {
  return {
    id,
    label: mark === undefined ? label : `${label}\n${mark.says}`,
    class: ["state", kind, mark?.look].filter((each) => each !== undefined).join(" "),
    group: kind === "probing" ? "probing" : "serving",
    ...colours(kind, mark?.look),
    ...(kind === "final" && { peripheries: "2" }),
  };
}

function colours(kind: GraphNode["kind"], look: StateMark["look"] | undefined): Attributes {
  if (look === "home") return { fillcolor: "#bbf7d0", color: "#15803d", penwidth: "3" };
  if (look === "probed")
    return { fillcolor: "#fde68a", color: "#b45309", penwidth: "2", style: "rounded,filled,dashed" };
  if (look === "cooling") return { fillcolor: "#e2e8f0", color: "#64748b", style: "rounded,filled,dashed" };
  if (look === "disabled")
    return { fillcolor: "#f8fafc", color: "#94a3b8", style: "filled,diagonals", fontcolor: "#64748b" };
  if (kind === "probing") return { fillcolor: "#fffbeb", color: "#d97706", style: "rounded,filled,dashed" };
  if (kind === "exhausted") return { fillcolor: "#fef2f2", color: "#b91c1c" };
  return { fillcolor: "#f8fafc", color: "#334155" };
}

const toneColours = { failed: "#b91c1c", served: "#15803d", timed: "#b45309", told: "#475569" } as const;

function edgeAttributes({ from, to, labels, tone }: ViewEdge): Attributes {
  const color = toneColours[tone];
  // Blanks keep a label off its line where the reader's font is wider than the one that was measured.
  const label = labels
    .flatMap((each) => each.split("\n"))
    .map((line) => `  ${line}  `)
    .join("\n");
  return { id: `${from} to ${to}`, class: `edge ${tone}`, color, fontcolor: color, label, tooltip: labels.join("\n") };
}

const attributes = (values: Attributes): string =>
  `[${Object.entries(values)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(", ")}]`;

/** A quoted text. Graphviz reads escapes and entities in it, so that neither may come from outside. */
function quoted(text: string): string {
  const lines = text.split("\n").map((line) =>
    plainText(line)
      .replaceAll("\\", "\\\\")
      .replaceAll('"', String.raw`\"`)
      .replaceAll("&", "&amp;"),
  );
  return `"${lines.join(String.raw`\n`)}"`;
}

/** A text in lines that are not much wider than a drawing. */
function wrapped(text: string): string {
  return text.replaceAll(/(.{50,}?) /gu, "$1\n");
}
