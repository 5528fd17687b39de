/** Multi-credential failover for LLM, VLM and embedding calls. */
export type { ErrorClass } from "../machines/index.ts";
export type { FailureFacts, Verdict } from "./classify/index.ts";
export { loadConfig } from "./config/index.ts";
export type {
  Capability,
  Config,
  Credential,
  CredentialConfigInput,
  Duration,
  FailbackConfigInput,
  GatewayConfigInput,
  KeyInput,
  KeyswitchConfig,
  ModelConfig,
  ModelConfigInput,
  RetryConfigInput,
  SecretInput,
} from "./config/index.ts";
export {
  compareSignatures,
  type CompareOptions,
  type Embed,
  type Embedding,
  embeddingSignature,
  type EmbeddingSignature,
  type EmbedInput,
  type EmbedOptions,
  type EmbedPart,
  type EmbedProgress,
  type HybridVector,
  type ImagePart,
  type SignatureReason,
  type SignatureVerdict,
  type SparseVector,
  type TextPart,
  type VectorKind,
  type VectorSource,
  type VideoPart,
} from "./embedding/index.ts";
export type { AttemptContext, TokenUsage } from "./engine/call.ts";
export type {
  CircuitBreaker,
  CircuitBreakerOptions,
  CircuitBreakerSnapshot,
  Ticket,
} from "./engine/circuit-breaker.ts";
export { failureOf, type FailureReport } from "./engine/failure-report.ts";
export type { ModelSnapshot } from "./engine/model-engine.ts";
export type {
  AttemptEvent,
  ChangeEvent,
  ModelEvents,
  Move,
  ProbeEvent,
  SettledEvent,
  SettledFailure,
  StartedEvent,
  ToldToMachine,
} from "./engine/model-events.ts";
export type { CredentialUsage } from "./engine/usage.ts";
export {
  AllCredentialsFailedError,
  AttemptTimeoutError,
  CircuitOpenError,
  ClosedError,
  ConfigError,
  DeadlineExceededError,
  type FailedAttempt,
  type InputIssue,
  InputRefusedError,
  KeyswitchError,
  KeyUnavailableError,
  NoCredentialError,
  StreamInterruptedError,
  UnknownModelError,
  UsageError,
  VectorMismatchError,
  VectorSpaceChangedError,
} from "./errors.ts";
export {
  type CallOptions,
  classify,
  type CloseOptions,
  createCircuitBreaker,
  createKeyswitch,
  createModel,
  type Keyswitch,
  type KeyswitchParts,
  type Model,
  type ReloadSummary,
  type StreamOptions,
} from "./keyswitch.ts";
export { Secret } from "./secret.ts";
