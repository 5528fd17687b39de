export { compareScenario, type Comparison, type VariantReport } from "./compare.ts";
export { runScenario, type ScenarioReport, type ScenarioRun, simulate, type StepReport } from "./run-scenario.ts";
export type { Outage, Scenario, Traffic, Variant } from "./scenario.ts";
export type { CallReport } from "./scripted-call.ts";
export type { OutageReport, ScenarioSummary, Spread } from "./summary.ts";
