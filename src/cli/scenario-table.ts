import type { Comparison, OutageReport, ScenarioRun, ScenarioSummary, StepReport } from "../testing/simulate/index.ts";
import { resultWords, spanWords, stepWords } from "./scenario-words.ts";
import { printable, type Terminal } from "./terminal.ts";

/** A scenario and what it showed, for people: a row a step, and what it comes to. */
export function scenarioTable(
  { scenario, report: { id, steps, summary } }: ScenarioRun,
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
  return [
    paint("bold", printable(id)),
    paint("dim", head),
    ...body,
    ...(summary === undefined ? [] : ["", ...summaryLines(summary)]),
    "",
  ].join("\n");
}

/** A scenario under several settings, for people: a row each. */
export function comparisonTable({ id, variants }: Comparison, { paint }: Pick<Terminal, "paint">): string {
  const [head = "", ...body] = columns([
    ["settings", ...figures.map(([name]) => name)],
    ...variants.map(({ name, summary }) => [printable(name), ...figures.map(([, figure]) => figure(summary))]),
  ]);
  return [paint("bold", printable(id)), paint("dim", head), ...body, ""].join("\n");
}

/** What a summary is read for, by the words that head its column. */
const figures: readonly (readonly [name: string, figure: (summary: ScenarioSummary) => string])[] = [
  ["calls", ({ calls }) => String(calls)],
  ["served", ({ availability }) => (availability === null ? "–" : `${percent(availability)} %`)],
  ["attempts/call", ({ attempts_per_call: attempts }) => attempts?.toFixed(3) ?? "–"],
  ["added mean", ({ added_latency_s: added }) => secondsWords(added?.mean)],
  ["added p99", ({ added_latency_s: added }) => secondsWords(added?.p99)],
  ["failback mean", ({ time_to_failback_s: times }) => secondsWords(times.mean)],
  ["max", ({ time_to_failback_s: times }) => secondsWords(times.max)],
  ["never", ({ time_to_failback_s: times }) => String(times.never)],
  ["moves", ({ failovers, failbacks }) => `${failovers}↓ ${failbacks}↑`],
  ["probes failed", ({ probes }) => `${probes.failed} of ${probes.failed + probes.proved}`],
];

function summaryLines(summary: ScenarioSummary): string[] {
  const rows = [figures.map(([name]) => name), figures.map(([, figure]) => figure(summary))];
  return [...columns(rows), ...summary.outages.map((outage) => `  ${printable(outageWords(outage))}`)];
}

function outageWords({ credential, from, to, failback_after_s: after }: OutageReport): string {
  const place = `${credential} was out from ${spanWords(from)} to ${spanWords(to)}`;
  if (after === 0) return `${place}: home had not left it`;
  return after === null ? `${place}: home did not come back` : `${place}: home again after ${spanWords(after)}`;
}

/** Down, so that what is not 100 % never reads as if it were. */
const percent = (share: number): string => (Math.floor(share * 100_000) / 1_000).toFixed(3);

const secondsWords = (seconds: number | null | undefined): string =>
  seconds === null || seconds === undefined ? "–" : spanWords(seconds);

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
