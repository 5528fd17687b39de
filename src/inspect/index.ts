/** Shows people what the machines of models do: a live page, the feed behind it, and a bridge to XState's inspectors. */
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
export {
  createReceiverBridge,
  type ReceiverBridge,
  type ReceiverBridgeOptions,
} from "./receivers/create-receiver-bridge.ts";
export type { ReceiverAddresses } from "./receivers/receiver-server.ts";
