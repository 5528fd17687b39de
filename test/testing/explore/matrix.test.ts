import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  breakerMatrix,
  callMatrix,
  type CoverageMatrix,
  eventWords,
  explore,
  matrixOf,
  pairCover,
} from "../../../src/testing/explore/index.ts";
import { slotsInput } from "../../../machines/index.ts";
import { ConfigError } from "../../../src/errors.ts";
import { coverageHtml } from "../../../visualizations/coverage-html.ts";
import { coverageMermaid } from "../../../visualizations/coverage-mermaid.ts";
import { coverageText } from "../../../visualizations/coverage-text.ts";

const generated = new URL("../../../visualizations/generated/", import.meta.url);

/** Expects a file to be what the machines say; with `UPDATE_DOCS=1` writes it instead. */
function expectFile(name: string, content: string): void {
  const file = new URL(name, generated);
  if (process.env["UPDATE_DOCS"] === "1") {
    mkdirSync(generated, { recursive: true });
    writeFileSync(file, content);
  }
  expect(readFileSync(file, "utf8")).toBe(content);
}

const modelMatrix = (): CoverageMatrix =>
  matrixOf("a model of two credentials", pairCover(slotsInput({ credentials: ["primary", "spare"] })));

describe("the coverage matrices", () => {
  it.each([
    ["model", modelMatrix, 5],
    ["call", callMatrix, 8],
    ["circuit-breaker", breakerMatrix, 3],
  ] as const)("hold every state × every event: %s", (name, matrixIn, places) => {
    const matrix = matrixIn();

    expect(new Set(matrix.rows.map(({ state }) => state.split(" ")[0])).size).toBe(places);
    for (const { cells } of matrix.rows) expect(cells).toHaveLength(matrix.events.length);
    for (const cell of matrix.rows.flatMap(({ cells }) => cells)) {
      if (cell.effect === "ignored") expect(cell.because).toMatch(/ \(S\d+\)$/u);
    }
    const states = new Set(matrix.rows.map(({ state }) => state));
    const moves = matrix.rows.flatMap(({ cells }) => cells.flatMap((cell) => ("to" in cell ? [cell.to] : [])));
    if (name !== "model") expect(moves.filter((to) => !states.has(to))).toEqual([]);
    expectFile(`coverage-${name}.html`, coverageHtml(matrix));
    expectFile(`coverage-${name}.txt`, coverageText(matrix));
  });

  it("are drawn with the machine's own states", () => {
    const drawing = coverageMermaid(modelMatrix());

    expect(drawing).toContain('state "s0.probing" as s0_probing');
    expect(drawing).toMatch(/s0_serving --> s1_serving: AUTH, QUOTA_EXCEEDED, TRANSIENT, UNKNOWN/u);
    expect(drawing).toMatch(/s1_serving --> s0_probing: the clock, FAILBACK|s1_serving --> s0_probing: .*the clock/u);
  });

  it("take an event's name for text and nothing else", () => {
    const hostile = '<script>"&';
    const matrix: CoverageMatrix = {
      title: hostile,
      events: [hostile],
      rows: [{ state: hostile, cells: [{ effect: "moves", to: hostile }] }],
    };

    expect(coverageHtml(matrix)).not.toContain("<script>");
  });

  it("say events that do the same in few words", () => {
    expect(eventWords(["AUTH of home", "UNKNOWN of home", "the clock", "RESET"])).toBe(
      "AUTH, UNKNOWN of home; the clock; RESET",
    );
  });
});

describe("explore", () => {
  it("explores a configuration, or so many credentials, unfolded too up to three", () => {
    const { credentials, cover, product } = explore({ credentials: ["a", "b"] }, { transitions: 500 });

    expect(credentials).toEqual(["a", "b"]);
    expect(cover.states.length).toBeGreaterThan(20);
    expect(product).toMatchObject({ isClosed: false });
    expect(explore(4).product).toBeUndefined();
    expect(explore(4).credentials).toHaveLength(4);
  });

  it.each([0, 51, -1, Number.NaN])("refuses %d credentials", (count) => {
    expect(() => explore(count)).toThrow(ConfigError);
  });
});
