import * as z from "zod";
import { leaf, oneOf, section } from "../leaf.ts";
import { anyText, looseFlag, looseInteger, looseNumber, maybe, providerName, seconds } from "./scalars.ts";

/*
 * The shape of an `ov.conf`: its `vlm` and `embedding`. The rest of it is not about models, and not looked at.
 */

const tokens = () => looseInteger(1, "a whole number from 1");
const anything = () => maybe(z.unknown());

function textRecord() {
  return z.record(z.string(), anyText(), { error: () => "an object of texts" });
}

function jsonObject() {
  return leaf<Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>>((value, refuse) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : refuse("an object"),
  );
}

function connection() {
  return {
    api_key: maybe(anyText()),
    api_base: maybe(anyText()),
    api_version: maybe(anyText()),
    extra_headers: maybe(textRecord()),
  };
}

function chatConnection() {
  return {
    ...connection(),
    forward_api_key: maybe(looseFlag()),
    extra_request_body: maybe(jsonObject()),
    stream: maybe(looseFlag()),
  };
}

function failback() {
  return {
    failback_timeout_seconds: maybe(seconds()),
    failback_request_count: maybe(looseInteger(0, "a whole number from 0")),
  };
}

function chatSection<Backup extends z.ZodType>(backup: Backup) {
  return section({
    ...chatConnection(),
    ...failback(),
    backup,
    model: maybe(anyText()),
    provider: maybe(providerName()),
    backend: maybe(providerName()),
    default_provider: maybe(providerName()),
    providers: maybe(z.record(z.string(), providerEntry(), { error: () => "an object of providers by name" })),
    credentials: maybe(z.array(chatCredential(), { error: "a list of credentials" })),
    max_tokens: maybe(tokens()),
    max_retries: maybe(looseInteger(0, "a whole number from 0")),
    timeout: maybe(seconds()),
    temperature: maybe(looseNumber(Number.NEGATIVE_INFINITY, "a number")),
    thinking: maybe(looseFlag()),
    max_concurrent: maybe(looseInteger(Number.NEGATIVE_INFINITY, "a whole number")),
    media: anything(),
  });
}

function chatCredential() {
  return section({
    ...chatConnection(),
    id: maybe(anyText()),
    provider: maybe(providerName()),
    model: maybe(anyText()),
    max_tokens: maybe(tokens()),
  });
}

function providerEntry() {
  return z.looseObject(chatConnection(), { error: () => "an object" });
}

function embeddingSection() {
  return section({
    ...embeddingConnection(),
    ...failback(),
    model: maybe(anyText()),
    provider: maybe(providerName()),
    backend: maybe(providerName()),
    credentials: maybe(z.array(embeddingCredential(), { error: "a list of credentials" })),
    dimension: maybe(looseInteger(0, "a whole number from 1")),
    batch_size: maybe(looseInteger(1, "a whole number from 1")),
    input: maybe(oneOf(["text", "multimodal"])),
    query_param: maybe(anyText()),
    document_param: maybe(anyText()),
    encoding_format: maybe(oneOf(["float", "base64"])),
    enable_fusion: maybe(looseFlag()),
    res_level: maybe(looseInteger(0, "a whole number from 0")),
    max_video_frames: maybe(looseInteger(0, "a whole number from 0")),
    extra_body: maybe(jsonObject()),
    version: maybe(anyText()),
    model_path: maybe(anyText()),
    cache_dir: maybe(anyText()),
  });
}

function embeddingConnection() {
  return {
    ...connection(),
    ak: maybe(anyText()),
    sk: maybe(anyText()),
    region: maybe(anyText()),
    host: maybe(anyText()),
  };
}

function embeddingCredential() {
  return section({
    ...embeddingConnection(),
    id: maybe(anyText()),
    provider: maybe(providerName()),
    model: maybe(anyText()),
  });
}

function breakerSection() {
  return section({
    failure_threshold: maybe(looseInteger(1, "a whole number from 1")),
    reset_timeout: maybe(seconds()),
    max_reset_timeout: maybe(seconds()),
  });
}

const vlmSchema = chatSection(maybe(chatSection(anything())));

const embeddingSchema = section({
  dense: maybe(embeddingSection()),
  sparse: maybe(embeddingSection()),
  hybrid: maybe(embeddingSection()),
  allow_metadata_override: maybe(looseFlag()),
  max_retries: maybe(looseInteger(0, "a whole number from 0")),
  max_concurrent: maybe(looseInteger(Number.NEGATIVE_INFINITY, "a whole number")),
  max_input_tokens: maybe(looseInteger(1, "a whole number from 1")),
  text_source: maybe(oneOf(["summary_first", "summary_only", "content_only"])),
  circuit_breaker: maybe(breakerSection()),
});

/** An `ov.conf`, as far as it is about models. */
export const openVikingSchema = z.looseObject(
  { vlm: maybe(vlmSchema), embedding: maybe(embeddingSchema) },
  { error: () => "an object" },
);

export type Vlm = z.output<typeof vlmSchema>;
export type VlmBackup = NonNullable<Vlm["backup"]>;
export type VlmCredential = NonNullable<Vlm["credentials"]>[number];
export type Embedding = z.output<typeof embeddingSchema>;
export type EmbeddingSection = NonNullable<Embedding["dense"]>;
