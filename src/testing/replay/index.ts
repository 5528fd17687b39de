export { type Incident, type IncidentScenario, incidentsOf } from "./incident-scenario.ts";
export { createLogReader, type LogReader, type RecordedChange } from "./read-log.ts";
export {
  type Difference,
  type Divergence,
  replay,
  replayChanges,
  type ReplayedChange,
  type ReplayReport,
} from "./replay.ts";
