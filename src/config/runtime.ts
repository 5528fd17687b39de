import type { Api } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";

/** What a credential can do beyond plain text (S27). */
export type Capability = "vision" | "audio" | "video" | "tools";

/** One way to reach a model, as functions and transports get it: its own options merged with its model's, once. */
export interface Credential {
  readonly id: string;
  /** Canonical name of its provider. */
  readonly provider: string;
  /** The model's name at the upstream. */
  readonly model: string;
  /** {@link Secret.empty} where the upstream asks for none. */
  readonly apiKey: Secret;
  /** Without a slash at its end; undefined only where the model's `api` is `any`. */
  readonly apiBase: string | undefined;
  readonly apiVersion: string | undefined;
  /** Sent with every request, by name in lower case. Their values may be keys, so they are wrapped like them. */
  readonly headers: Readonly<Record<string, Secret>>;
  /** Put into every JSON body over what the caller wrote. */
  readonly extraRequestBody: Readonly<Record<string, unknown>>;
  /** Undefined: it is not known to lack any. */
  readonly capabilities: readonly Capability[] | undefined;
  readonly disabled: boolean;
  readonly stream: boolean | undefined;
  readonly maxTokens: number | undefined;
  /** Length of an embedding model's vectors. */
  readonly dimension: number | undefined;
  readonly ak: Secret;
  readonly sk: Secret;
  readonly region: string | undefined;
  readonly host: string | undefined;
}

/** When and whither a model goes back (S7–S10), in milliseconds. */
export interface FailbackPolicy {
  readonly strategy: "stepwise" | "priority";
  readonly timeoutMs: number;
  /** 0: never by count. */
  readonly requests: number;
  readonly growth: number;
  readonly maxCooldownMs: number;
  readonly minIntervalMs: number;
  readonly respectRetryAfter: boolean;
  readonly maxMs: number;
}

/** Retries on one credential (S22), in milliseconds. */
export interface RetryPolicy {
  readonly maxRetries: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  readonly jitter: "full" | "none";
}

/** What is known of the vectors of an embedding model (S41, S42). */
export interface EmbeddingOptions {
  readonly dimension: number;
  readonly batchSize: number;
  readonly interchangeable: boolean;
  readonly allowMetadataOverride: boolean;
  readonly encodingFormat: "float" | "base64" | undefined;
  readonly input: "text" | "multimodal" | undefined;
  readonly queryParam: string | undefined;
  readonly documentParam: string | undefined;
  readonly enableFusion: boolean | undefined;
  readonly resLevel: number | undefined;
  readonly maxVideoFrames: number | undefined;
}

/** One model as engine and transport use it: names in camelCase, durations in milliseconds, nothing left to default. */
export interface RuntimeModel {
  readonly id: string;
  readonly kind: "chat" | "embedding" | "rerank" | "audio" | "image";
  /** `any`: functions only, it cannot be asked over HTTP. */
  readonly api: Api | "any";
  /** In order of priority. */
  readonly credentials: readonly Credential[];
  readonly failback: FailbackPolicy;
  readonly retry: RetryPolicy;
  readonly attemptTimeoutMs: number;
  readonly firstByteTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** Undefined: a call may take as long as it takes. */
  readonly deadlineMs: number | undefined;
  readonly onExhausted: "try" | "reject";
  /** Undefined unless `kind` is `embedding`. */
  readonly embedding: EmbeddingOptions | undefined;
}
