import { UsageError } from "../../errors.ts";
import { runScenario } from "./run-scenario.ts";
import { parseScenario, type Scenario, type Variant } from "./scenario.ts";
import type { ScenarioSummary } from "./summary.ts";

/** What one variant of a model made of a scenario. */
export interface VariantReport {
  readonly name: string;
  readonly summary: ScenarioSummary;
}

/** A scenario under several settings. */
export interface Comparison {
  readonly id: string;
  readonly variants: readonly VariantReport[];
}

/**
 * What is compared where a scenario names nothing: both strategies, from eager to patient, with the count of served calls
 * that is usual and without one. Where calls are many it is the count that decides, not the timeout.
 */
const usualVariants: readonly Variant[] = (["stepwise", "priority"] as const).flatMap((strategy) =>
  [50, 0].flatMap((requests) => ["1m", "10m"].map((timeout) => ({ failback: { strategy, requests, timeout } }))),
);

/**
 * Runs one scenario under several settings of its model: the same calls at the same times, the same outages.
 *
 * @param input - A {@link Scenario}. Its `compare` lists what each variant has otherwise: `failback`, `retry`,
 * `on_exhausted`. Default: both strategies, with a timeout of 1 and 10 minutes, by count (50 calls) and without. The
 * model as it stands comes first.
 * @throws UsageError or ConfigError that says where the scenario, or a variant of it, is wrong.
 */
export async function compareScenario(input: unknown): Promise<Comparison> {
  const scenario = parseScenario(input);
  const variants = [{ name: "as it is" }, ...(scenario.compare ?? usualVariants)];
  const reports: VariantReport[] = [];
  for (const variant of variants) {
    const name = nameOf(variant);
    if (reports.some((report) => report.name === name)) throw twice(name);
    const { summary } = await runScenario({ ...scenario, model: modelOf(scenario, variant) });
    reports.push({ name, summary });
  }
  return { id: scenario.id, variants: reports };
}

function modelOf({ model }: Scenario, { failback, retry, on_exhausted }: Variant): Scenario["model"] {
  return {
    ...model,
    ...(failback !== undefined && { failback: { ...(model["failback"] as object | undefined), ...failback } }),
    ...(retry !== undefined && { retry: { ...model.retry, ...retry } }),
    ...(on_exhausted !== undefined && { on_exhausted }),
  };
}

/** Its own name, else what it has otherwise: `strategy stepwise, timeout 1m`. */
function nameOf({ name, failback = {}, retry = {}, on_exhausted }: Variant): string {
  if (name !== undefined) return name;
  const settings = Object.entries({ ...failback, ...retry, ...(on_exhausted !== undefined && { on_exhausted }) });
  return settings
    .map(([key, value]) => `${key} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}

function twice(name: string): UsageError {
  return new UsageError({
    path: "compare",
    found: `two variants called ${JSON.stringify(name)}`,
    wanted: "a name each",
  });
}
