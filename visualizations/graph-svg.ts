import { Graphviz } from "@hpcc-js/wasm-graphviz";
import { graphDot } from "./graph-dot.ts";
import type { GraphView } from "./graph-view.ts";

/** Draws a graph as an SVG document of its own, for light and for dark. It loads a layout engine, and asks no network. */
export async function graphSvg(view: GraphView): Promise<string> {
  const drawn = await bareGraphSvg(view);
  return drawn.replace(">", `>\n<style>${style}</style>`);
}

/** As {@link graphSvg} without a style, for a page that has its own and lets none in. */
export async function bareGraphSvg(view: GraphView): Promise<string> {
  const graphviz = await Graphviz.load();
  const drawn = graphviz.dot(graphDot(view));
  // What comes before is a declaration, a document type at a foreign address and comments.
  return drawn.slice(drawn.indexOf("<svg")).replaceAll(/<!--.*?-->\n?/gsu, "");
}

/** Graphviz writes sizes and light colours as attributes, which any style overrides. */
const style = `
  .paper > text ~ text { font-size: 11px; fill: #64748b }
  .edge text { font-size: 10px }
  .disabled text:first-of-type { text-decoration: line-through }
  @media (prefers-color-scheme: dark) {
    .paper > polygon { fill: #0f172a }
    .paper > text, .state text { fill: #e2e8f0 }
    .state path, .state polygon { fill: #1e293b; stroke: #94a3b8 }
    .start ellipse { fill: #cbd5e1; stroke: #cbd5e1 }
    .probing path { fill: #292415; stroke: #f59e0b }
    .exhausted path { fill: #321c1f; stroke: #f87171 }
    .home path { fill: #14532d; stroke: #4ade80 }
    .probed path { fill: #5a4308; stroke: #fbbf24 }
    .cooling path { fill: #273449; stroke: #94a3b8 }
    .disabled path, .disabled polygon { fill: #131c2e; stroke: #64748b }
    .disabled text { fill: #94a3b8 }
    .edge path { stroke: #94a3b8 } .edge polygon { fill: #94a3b8; stroke: #94a3b8 } .edge text { fill: #cbd5e1 }
    .failed path, .failed polygon { stroke: #f87171 } .failed polygon { fill: #f87171 } .failed text { fill: #fca5a5 }
    .timed path, .timed polygon { stroke: #fbbf24 } .timed polygon { fill: #fbbf24 } .timed text { fill: #fde68a }
    .served path, .served polygon { stroke: #4ade80 } .served polygon { fill: #4ade80 } .served text { fill: #86efac }
  }
`;
