import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { slotsInput } from "../../machines/index.ts";
import { breakerGraph } from "../../visualizations/breaker-graph.ts";
import { callGraph } from "../../visualizations/call-graph.ts";
import { graphDot } from "../../visualizations/graph-dot.ts";
import { graphMermaid } from "../../visualizations/graph-mermaid.ts";
import { graphSvg } from "../../visualizations/graph-svg.ts";
import { viewOf } from "../../visualizations/graph-view.ts";
import { type DrawnModel, shortModelGraph } from "../../visualizations/model-graph.ts";
import { marksOf } from "../../visualizations/state-marks.ts";

const modelOf = (...credentials: readonly string[]): DrawnModel => ({
  id: "chat",
  credentials,
  failback: slotsInput({ credentials }).policy,
});

const generated = new URL("../../visualizations/generated/", import.meta.url);

/** Expects a drawing to be what the machines say; with `UPDATE_DOCS=1` writes it instead. */
function expectDrawing(name: string, drawing: string): void {
  const file = new URL(name, generated);
  if (process.env["UPDATE_DOCS"] === "1") {
    mkdirSync(generated, { recursive: true });
    writeFileSync(file, drawing);
  }
  expect(readFileSync(file, "utf8")).toBe(drawing);
}

describe("the drawings", () => {
  it.each([
    ["model", () => shortModelGraph(modelOf("primary", "spare", "other-region"))],
    ["call", () => callGraph()],
    ["circuit-breaker", () => breakerGraph()],
  ])("show the machine as it is: %s", async (name, graphOf) => {
    const view = viewOf(graphOf());

    expectDrawing(`${name}.mmd`, graphMermaid(view));
    expectDrawing(`${name}.svg`, await graphSvg(view));
  });

  it("show how a model stands: who serves, who is proved, who cools, who is out", async () => {
    const credentials = ["a", "b", "c", "d"];
    const snapshot = { credentials, active: "d", probing: "a", disabled: ["b"], cooldowns: { c: 125_000 } };
    const view = viewOf(shortModelGraph(modelOf(...credentials)), marksOf(snapshot, credentials));
    const svg = await graphSvg(view);

    for (const look of ["serving home", "probing probed", "serving disabled", "serving cooling"]) {
      expect(svg).toContain(`state ${look}"`);
    }
    expect(svg).toContain("cooling, 2 min 5 s left");
    expect(graphMermaid(view)).toContain("  class s1_serving disabled");
  });

  it("fold the middle of more than twelve credentials", () => {
    const { nodes } = viewOf(shortModelGraph(modelOf(...Array.from({ length: 14 }, (_, slot) => `key-${slot}`))));
    const serving = nodes.filter(({ kind }) => kind === "serving").map(({ label }) => label);

    expect(serving).toEqual([
      "key-0",
      "key-1",
      "key-2",
      "key-3",
      "key-4",
      "key-9",
      "key-10",
      "key-11",
      "key-12",
      "key-13",
    ]);
    expect(nodes.find(({ kind }) => kind === "folded")?.label).toBe("4 more credentials");
  });

  it.each(["<script>alert(1)</script>", 'a" onload="x', "a\\", "&lt;b&gt;", "%%{init: {}}%%", "a\nb: c", "-->", "]]>"])(
    "take %j for a name and nothing else",
    async (hostile) => {
      const view = viewOf({ ...shortModelGraph(modelOf(hostile, "b")), title: hostile });
      const svg = await graphSvg(view);
      const lines = graphMermaid(view).split("\n");

      expect(svg).not.toMatch(/<script|<b>|onload="/u);
      expect(svg.match(/<svg/gu)).toHaveLength(1);
      expect(lines).toHaveLength(graphMermaid(viewOf(shortModelGraph(modelOf("a", "b")))).split("\n").length);
      expect(lines.join("\n")).not.toMatch(/<script|onload="|%%\{/u);
      expect(graphDot(view).split("\n")).toHaveLength(
        graphDot(viewOf(shortModelGraph(modelOf("a", "b")))).split("\n").length,
      );
    },
  );
});
