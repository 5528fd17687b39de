/** The pure machines: what can happen. They import xstate alone, and can be embedded in an actor system of one's own. */
export {
  type BreakerContext,
  breakerDefaults,
  type BreakerEvent,
  type BreakerInput,
  type BreakerPolicy,
  circuitBreaker,
  type CircuitBreakerMachine,
} from "./circuit-breaker.ts";
export {
  call,
  type CallContext,
  type CallEvent,
  type CallFailure,
  type CallInput,
  type CallMachine,
  type CallOptions,
  type CallOutput,
  type CallResult,
  endsTurn,
} from "./call.ts";
export {
  changesNothing,
  credentialSlots,
  type CredentialSlotsMachine,
  type SlotKey,
  type SlotsEvent,
  type SlotsOptions,
  type TurnEvent,
  type TurnEvidence,
} from "./credential-slots.ts";
export { type Duration, longestDelayMs, parseDuration } from "./duration.ts";
export {
  type CredentialLevelClass,
  type ErrorClass,
  errorClasses,
  type EventOf,
  eventOf,
  isRequestLevel,
  type Outcome,
  type RequestLevelClass,
} from "./events.ts";
export {
  type CallProgress,
  classOfAll,
  type FailedAttempt,
  firstTurn,
  isRejected,
  mayRetry,
  nextTurn,
  retryDelayMs,
  type RetryPolicy,
  type Turn,
  turnEnds,
} from "./rules.ts";
export { type Instant, restoreSlots, type SavedSlots, saveSlots } from "./saved-slots.ts";
export { type SlotsConfig, type SlotsInput, slotsInput } from "./slots-input.ts";
export {
  type FailbackPolicy,
  type FailureKind,
  isCooling,
  isEnabled,
  isExhausted,
  type Lease,
  nextDueAt,
  type Probe,
  retryAfterMs,
  type SlotRecord,
  type SlotsContext,
} from "./slots.ts";
