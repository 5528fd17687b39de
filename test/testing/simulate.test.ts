import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { simulate } from "../../src/testing/simulate/index.ts";

interface Row {
  readonly scenario: { readonly id: string; readonly model: { readonly credentials: readonly string[] } };
  readonly expected: readonly unknown[];
}

/** What an independent executable model of the semantics answers to 600 random scenarios, step by step. */
const rows = readFileSync(new URL("../fixtures/reference/scenarios.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Row);

describe("simulate, against an independent model of the semantics", () => {
  it("has all 600 scenarios to answer", () => {
    expect(rows).toHaveLength(600);
  });

  it.each(rows.map((row) => [row.scenario.id, row] as const))("agrees on %s, step by step", async (id, row) => {
    const report = await simulate(row.scenario);

    expect(report).toEqual({ id, steps: row.expected });
  });
});
