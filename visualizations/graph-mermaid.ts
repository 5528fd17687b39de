import type { GraphView } from "./graph-view.ts";
import { plainText } from "./plain-text.ts";

const looks = {
  home: "fill:#bbf7d0,stroke:#15803d,stroke-width:3px,color:#14532d",
  probed: "fill:#fef3c7,stroke:#b45309,stroke-dasharray:5 3,color:#78350f",
  cooling: "fill:#e2e8f0,stroke:#475569,color:#334155",
  disabled: "fill:#f1f5f9,stroke:#94a3b8,color:#64748b,text-decoration:line-through",
} as const;

/** Draws a graph as a Mermaid state diagram. */
export function graphMermaid({ title, initial, nodes, edges, marks, note }: GraphView): string {
  const used = new Set([...marks.values()].map(({ look }) => look));
  return [
    "---",
    `title: ${JSON.stringify(entities(title))}`,
    "---",
    "stateDiagram-v2",
    ...nodes.map(({ id, label }) => {
      const says = marks.get(id)?.says;
      return `  state "${entities(says === undefined ? label : `${label} (${says})`)}" as ${nameOf(id)}`;
    }),
    `  [*] --> ${nameOf(initial)}`,
    ...edges.map(
      ({ from, to, labels }) =>
        `  ${nameOf(from)} --> ${nameOf(to)}: ${labels
          .flatMap((each) => each.split("\n"))
          .map(entities)
          .join("<br>")}`,
    ),
    ...nodes.flatMap(({ id, kind }) => (kind === "final" ? [`  ${nameOf(id)} --> [*]`] : [])),
    ...(note === undefined ? [] : [`  %% ${note}`]),
    ...Object.entries(looks).flatMap(([look, style]) =>
      used.has(look as keyof typeof looks) ? [`  classDef ${look} ${style}`] : [],
    ),
    ...[...marks].flatMap(([id, { look }]) =>
      nodes.some((node) => node.id === id) ? [`  class ${nameOf(id)} ${look}`] : [],
    ),
    "",
  ].join("\n");
}

const nameOf = (id: string): string => id.replaceAll(/\W/gu, "_");

/** Mermaid's own entities, for everything that its grammar or a browser could take for more than text. */
function entities(text: string): string {
  return plainText(text).replaceAll(/[^\w .,()→·…-]/gu, (character) => `#${character.codePointAt(0)};`);
}
