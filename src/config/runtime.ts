import { slotsInput } from "../../machines/slots-input.ts";
import type { FailbackPolicy } from "../../machines/slots.ts";
import type { RetryPolicy } from "../../machines/rules.ts";
import type { Api } from "../providers/provider.ts";
import { type Keychain, openKeychain } from "../keys/keychain.ts";
import { Secret } from "../secret.ts";
import type { Capability } from "./options.ts";
import type { ModelConfig } from "./parse.ts";
import { durationMs } from "./scalars.ts";

/** One way to reach a model, as functions and transports get it: its own options merged with its model's, once. */
export interface Credential {
  readonly id: string;
  /** Canonical name of its provider. */
  readonly provider: string;
  /** The model's name at the upstream. */
  readonly model: string;
  /** The key as of now: it may change. {@link Secret.empty} where the upstream asks for none. */
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

/** What is known of the vectors of an embedding model (S41, S42). */
export interface EmbeddingOptions {
  readonly vectors: "dense" | "sparse" | "hybrid";
  /** Length of the dense vectors; undefined where there are none. */
  readonly dimension: number | undefined;
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

/**
 * The run-time form of one model's configuration. Here a credential is merged with its model, once and for all.
 *
 * @param id - The name that callers ask for.
 * @param keychain - Whose keys its credentials show; whoever opened it closes it.
 */
export function runtimeModel(
  id: string,
  config: ModelConfig,
  keychain: Keychain = openKeychain(config.credentials),
): RuntimeModel {
  return Object.freeze({
    id,
    kind: config.kind,
    api: config.api,
    credentials: Object.freeze(
      config.credentials.map((credential) => runtimeCredential(credential, id, config, keychain)),
    ),
    failback: Object.freeze(slotsInput(config).policy),
    retry: retryPolicy(config.retry),
    attemptTimeoutMs: durationMs(config.timeout),
    firstByteTimeoutMs: durationMs(config.first_byte_timeout),
    idleTimeoutMs: durationMs(config.idle_timeout),
    deadlineMs: config.deadline === "none" ? undefined : durationMs(config.deadline),
    onExhausted: config.on_exhausted,
    embedding: embeddingOptions(config),
  });
}

function runtimeCredential(
  credential: ModelConfig["credentials"][number],
  modelId: string,
  model: ModelConfig,
  keychain: Keychain,
): Credential {
  return Object.freeze({
    id: credential.id,
    provider: credential.provider,
    model: credential.model ?? model.model ?? modelId,
    get apiKey() {
      return keychain.keyOf(credential.id);
    },
    apiBase: credential.api_base,
    apiVersion: credential.api_version,
    headers: Object.freeze(lowerCaseNames(credential.extra_headers ?? {})),
    extraRequestBody: credential.extra_request_body ?? {},
    capabilities: credential.capabilities,
    disabled: credential.disabled,
    stream: credential.stream,
    maxTokens: credential.max_tokens,
    dimension: credential.dimension ?? model.dimension,
    ak: credential.ak ?? Secret.empty,
    sk: credential.sk ?? Secret.empty,
    region: credential.region,
    host: credential.host,
  });
}

function lowerCaseNames(headers: Readonly<Record<string, Secret>>): Readonly<Record<string, Secret>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function retryPolicy(retry: ModelConfig["retry"]): RetryPolicy {
  return Object.freeze({
    maxRetries: retry.max_retries,
    baseDelayMs: durationMs(retry.base_delay),
    maxDelayMs: durationMs(retry.max_delay),
    jitter: retry.jitter,
  });
}

function embeddingOptions(model: ModelConfig): EmbeddingOptions | undefined {
  const dimension = model.dimension ?? model.credentials[0]?.dimension;
  const { batch_size, interchangeable, allow_metadata_override, vectors } = model;
  if (vectors === undefined || batch_size === undefined) return undefined;
  return Object.freeze({
    vectors,
    dimension,
    batchSize: batch_size,
    interchangeable: interchangeable ?? false,
    allowMetadataOverride: allow_metadata_override ?? false,
    encodingFormat: model.encoding_format,
    input: model.input,
    queryParam: model.query_param,
    documentParam: model.document_param,
    enableFusion: model.enable_fusion,
    resLevel: model.res_level,
    maxVideoFrames: model.max_video_frames,
  });
}
