/** Shows people what the machines of models do: a live page, and the feed behind it. */
export { createInspector, type Inspector, type InspectorOptions } from "./create-inspector.ts";
export type {
  CallAttempt,
  CallEntry,
  ChangeEntry,
  CredentialShape,
  FeedEntry,
  GoneEntry,
  ModelPresent,
  ModelShape,
  ModelState,
  ModelTraffic,
  MoveEntry,
  ProbeEntry,
  ShapeEntry,
  StateEntry,
} from "./entries.ts";
export type { Feed } from "./feed.ts";
