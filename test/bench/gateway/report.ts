import type { Measurement } from "./measure.ts";
import type { Suite } from "./suites.ts";

/** A target's runs of one suite. */
export interface TargetRuns {
  readonly target: string;
  readonly runs: readonly Measurement[];
}

const columns = [
  "target",
  "CPU µs per unit",
  "least",
  "× bare",
  "units/s",
  "p50 / p99 µs",
  "resident MB",
  "not ok",
  "foreign CPU",
];

/**
 * A suite's table: medians of the runs, and the least that a run cost. The ratio to the bare proxy is taken round by round,
 * since a machine that is slow for a minute is so for both.
 */
export function table({ name, connections, unit }: Suite, results: readonly TargetRuns[]): string {
  const bare = results.find(({ target }) => target === "bare");
  const rows = results.map(({ target, runs }) => row(target, runs, unit, bare?.runs ?? []));
  const head = columns.map((column) => column.replace("unit", unit));
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return [`**${name}**, ${connections} connections`, "", ...lines, ""].join("\n");
}

function row(
  target: string,
  runs: readonly Measurement[],
  unit: Suite["unit"],
  bareRuns: readonly Measurement[],
): readonly string[] {
  const middle = (read: (run: Measurement) => number): number => median(runs.map(read));
  const costs = runs.map((run) => cpuUsPerUnit(run, unit));
  const ratios = bareRuns.map((bare, round) => (costs[round] ?? Number.NaN) / cpuUsPerUnit(bare, unit));
  const times = unit === "event" ? "gapUs" : "latencyUs";
  const notOk = runs.reduce((sum, { answers, ok, broken }) => sum + answers - ok + broken, 0);
  return [
    target,
    median(costs).toFixed(1),
    Math.min(...costs).toFixed(1),
    ratios.length === 0 ? "" : median(ratios).toFixed(2),
    middle((run) => unitsOf(run, unit) / run.seconds).toFixed(0),
    `${middle((run) => run[times].p50).toFixed(0)} / ${middle((run) => run[times].p99).toFixed(0)}`,
    (middle((run) => run.residentBytes) / 1e6).toFixed(0),
    String(notOk),
    percent(middle((run) => run.foreignShare)),
  ];
}

function cpuUsPerUnit(run: Measurement, unit: Suite["unit"]): number {
  return (run.targetCpuMs * 1_000) / unitsOf(run, unit);
}

function unitsOf({ answers, events }: Measurement, unit: Suite["unit"]): number {
  return unit === "event" ? events : answers;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}
