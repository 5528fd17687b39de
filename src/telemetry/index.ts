/** Logs, metrics and traces: listeners of what models tell. Nothing calls them on a call's path. */
export { createFollower, type Follower } from "./follow-models.ts";
export { createLogger, type LoggerOptions, logMoves } from "./log.ts";
export { type Metrics, observeMetrics } from "./metrics.ts";
export type { ObservedModel } from "./observed-model.ts";
export { observeTracesIfInstalled } from "./optional-traces.ts";
export { registerStateMetrics } from "./state-metrics.ts";
export type { TracedCredential, TracedModel } from "./traces.ts";
export { trailOf, type TrailStep, trailText } from "./trail.ts";
