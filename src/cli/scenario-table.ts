import type { Scenario, ScenarioReport, StepReport } from "../testing/simulate/index.ts";
import { resultWords, stepWords } from "./scenario-words.ts";
import { printable, type Terminal } from "./terminal.ts";

/** A scenario and what it showed, for people: a row a step. */
export function scenarioTable(
  scenario: Scenario,
  { id, steps }: ScenarioReport,
  { paint }: Pick<Terminal, "paint">,
): string {
  const rows = steps.map((report, index) => {
    const step = scenario.steps[index];
    return [
      String(index + 1),
      step === undefined ? "" : stepWords(step),
      attemptWords(report),
      resultWords(report),
      homeWords(report),
      String(report.epoch),
    ].map(printable);
  });
  const [head = "", ...body] = columns([["step", "what", "attempts", "result", "home", "epoch"], ...rows]);
  return [paint("bold", printable(id)), paint("dim", head), ...body, ""].join("\n");
}

function attemptWords({ attempts = [] }: StepReport): string {
  return attempts.map(([credential, outcome]) => `${credential} ${outcome}`).join(" → ");
}

function homeWords({ active, probing }: StepReport): string {
  return `${active ?? "exhausted"}${probing === undefined ? "" : ` (probing ${probing})`}`;
}

/** Cells in aligned columns, each as wide as its widest cell. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), 0),
  );
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
}
