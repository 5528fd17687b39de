import type { ModelSnapshot } from "../engine/model-engine.ts";
import type { ModelEvents } from "../engine/model-events.ts";

/** A model as telemetry sees it: what it tells, and how it stands. Nothing here changes a call. */
export interface ObservedModel {
  readonly id: string;
  on<Name extends keyof ModelEvents>(name: Name, listener: (event: ModelEvents[Name]) => void): () => void;
  snapshot(): ModelSnapshot;
}
