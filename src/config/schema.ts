import * as z from "zod";
import { providerFor, providers } from "../providers/index.ts";
import type { Api } from "../providers/provider.ts";
import { leaf, oneOf, choice, section } from "./leaf.ts";
import { baseUrl, filePath, headerValue, key, redisUrl, secret } from "./references.ts";
import type { Surroundings } from "./references.ts";
import { always, defaultId, gatewayRule, modelRule, stateRule, wholeRule } from "./rules.ts";
import {
  duration,
  durationMs,
  durationOrNone,
  flag,
  hostAndPort,
  hostName,
  id,
  integer,
  number,
  rate,
  size,
  text,
} from "./scalars.ts";

/** What a schema needs to know besides the value. */
export interface Reading extends Surroundings {
  /** Whether a credential may be a plain id and `api` is `any` unless it is given, as in the scenarios of a simulation. */
  readonly plainCredentials: boolean;
}

const upstreamName = "the model's name at the upstream";

/** The whole of a configuration. */
export function configSchema(reading: Reading) {
  return section({
    models: z
      .record(modelName(), modelSchema(reading), { error: () => "an object of models by name" })
      .refine((models) => Object.keys(models).length > 0, { error: "at least one model" }),
    gateway: gatewaySchema(reading).prefault({}),
    state: stateSchema(reading).prefault({}),
    log: section({
      level: oneOf(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).prefault("info"),
    }).prefault({}),
  }).superRefine(wholeRule, always);
}

/** One model. */
export function modelSchema(reading: Reading) {
  return statedModelSchema(reading).superRefine(modelRule, always).transform(completed);
}

/** A model with what it states itself. */
function statedModelSchema(reading: Reading) {
  return section({
    kind: oneOf(["chat", "embedding", "rerank", "audio", "image"]).prefault("chat"),
    api: oneOf(["openai", "anthropic", "gemini", "any"]).prefault(reading.plainCredentials ? "any" : "openai"),
    model: text(upstreamName).optional(),
    credentials: credentialList(reading),
    on_exhausted: oneOf(["try", "reject"]).prefault("try"),
    failback: failbackSchema().prefault({}),
    retry: retrySchema().prefault({}),
    timeout: duration().prefault("60s"),
    first_byte_timeout: duration().prefault("60s"),
    idle_timeout: duration().prefault("60s"),
    deadline: durationOrNone().prefault("none"),
    dimension: dimension().optional(),
    batch_size: integer(1, 10_000).optional(),
    interchangeable: flag().optional(),
    allow_metadata_override: flag().optional(),
    vectors: oneOf(["dense", "sparse", "hybrid"]).optional(),
    encoding_format: oneOf(["float", "base64"]).optional(),
    input: oneOf(["text", "multimodal"]).optional(),
    query_param: text("what the upstream calls a query").optional(),
    document_param: text("what the upstream calls a document").optional(),
    enable_fusion: flag().optional(),
    res_level: integer(0, 100).optional(),
    max_video_frames: integer(1, 100_000).optional(),
  });
}

function credentialList(reading: Reading) {
  const credential = z.preprocess(
    (value) => (reading.plainCredentials && typeof value === "string" ? { id: value } : value),
    credentialSchema(reading),
  );
  const error = "a list of 1 to 50 credentials";
  return z.array(credential, { error }).min(1, { error }).max(50, { error });
}

function credentialSchema(reading: Reading) {
  return section({
    id: id().optional(),
    provider: providerName().optional(),
    api_key: key(reading).optional(),
    api_base: baseUrl(reading).optional(),
    api_version: text("a version of the upstream's API").optional(),
    model: text(upstreamName).optional(),
    extra_headers: headers(reading).optional(),
    extra_request_body: jsonObject().optional(),
    stream: flag().optional(),
    max_tokens: integer(1, 100_000_000).optional(),
    capabilities: z.array(oneOf(["vision", "audio", "video", "tools"]), { error: "a list of capabilities" }).optional(),
    disabled: flag().prefault(false),
    dimension: dimension().optional(),
    ak: secret(reading).optional(),
    sk: secret(reading).optional(),
    region: text("a region").optional(),
    host: text("a host").optional(),
  });
}

function failbackSchema() {
  return section({
    strategy: oneOf(["stepwise", "priority"]).prefault("stepwise"),
    timeout: duration().prefault("10m"),
    requests: integer(0, 1_000_000_000).prefault(50),
    growth: number(1, 1000).prefault(2),
    max_cooldown: duration().optional(),
    min_interval: duration({ allowZero: true }).prefault("5s"),
    respect_retry_after: flag().prefault(true),
    max: duration().prefault("24h"),
  }).transform((failback) => ({ ...failback, max_cooldown: failback.max_cooldown ?? longer("1h", failback.timeout) }));
}

function retrySchema() {
  return section({
    max_retries: integer(0, 100).prefault(3),
    base_delay: duration({ allowZero: true }).prefault("500ms"),
    max_delay: duration({ allowZero: true }).prefault("8s"),
    jitter: oneOf(["full", "none"]).prefault("full"),
  });
}

function gatewaySchema(reading: Reading) {
  return section({
    host: text("an address to listen on").prefault("127.0.0.1"),
    port: integer(0, 65_535).prefault(8787),
    hosts: z.array(hostName(), { error: "a list of host names" }).prefault([]),
    keys: z.array(gatewayKeySchema(reading), { error: "a list of keys" }).prefault([]),
    admin_key: secret(reading).optional(),
    max_body: size().prefault("20mb"),
    replay_buffer: size().prefault("8mb"),
    drain_timeout: duration({ allowZero: true }).prefault("30s"),
    inspector: flag().prefault(true),
  }).superRefine(gatewayRule, always);
}

function gatewayKeySchema(reading: Reading) {
  return section({
    id: id(),
    key: secret(reading),
    models: z.array(text("a model's name"), { error: "a list of models" }).optional(),
    rate: rate().optional(),
  });
}

function dimension() {
  return integer(1, 1_000_000);
}

function modelName() {
  const pattern = /^[A-Za-z0-9][\w.:/@-]{0,127}$/;
  return z.string().regex(pattern, "a letter or digit, then at most 127 of letters, digits and _ . : / @ -");
}

function providerName() {
  const names = providers.map((provider) => provider.name);
  return leaf<string, string>((value, refuse) => {
    const provider = typeof value === "string" ? providerFor(value) : undefined;
    return provider?.name ?? refuse(choice(value, names));
  });
}

function stateSchema(reading: Reading) {
  return section({
    kind: oneOf(["memory", "file", "redis"]).prefault("memory"),
    path: filePath(reading).optional(),
    url: redisUrl(reading).optional(),
    namespace: id().prefault("keyswitch"),
    username: text("a user's name").optional(),
    password: secret(reading).optional(),
    ca: filePath(reading).optional(),
    sentinel: section({
      nodes: z.array(hostAndPort(), { error: "a list of host:port" }).min(1, "at least one host:port"),
      username: text("a user's name").optional(),
      password: secret(reading).optional(),
    }).optional(),
  })
    .superRefine(stateRule, always)
    .transform(({ kind, path = "", url, ...rest }) => {
      if (kind === "file") return { kind, path };
      if (kind === "memory" || url === undefined) return { kind: "memory" as const };
      const { username = url.username, password = url.password, ...redis } = rest;
      return { kind, url: url.address, username, password, ...redis };
    });
}

/** What a request may not bring from a configuration: the connection's own headers. */
const connectionHeaders: ReadonlySet<string> = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "upgrade",
  "te",
  "trailer",
  "expect",
]);

function headers(reading: Reading) {
  const name = leaf<string, string>((value, refuse) => {
    const name = String(value);
    if (connectionHeaders.has(name.toLowerCase())) return refuse("another header: this one is the connection's own");
    return /^[!#$%&'*+.^_`|~\w-]{1,128}$/.test(name) ? name : refuse("the name of an HTTP header");
  });
  return z.record(name, headerValue(reading), { error: () => "an object of headers by name" });
}

function jsonObject() {
  return leaf<Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>>((value, refuse) => {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (JSON.parse(JSON.stringify(value)) as Record<string, unknown>) : refuse("an object");
  });
}

/** Fills in what depends on other values: ids by position, bases by provider and dialect, options of embeddings by kind. */
function completed(model: z.output<ReturnType<typeof statedModelSchema>>) {
  const credentials = model.credentials.map(({ id, provider = "custom", api_base, ...rest }, index) => {
    const apiBase = api_base ?? defaultBase(provider, model.api);
    return { id: id ?? defaultId(index), provider, ...(apiBase === undefined ? {} : { api_base: apiBase }), ...rest };
  });
  if (model.kind !== "embedding") return { ...model, credentials };
  const { batch_size = 32, interchangeable = false, allow_metadata_override = false, vectors = "dense" } = model;
  return { ...model, credentials, batch_size, interchangeable, allow_metadata_override, vectors };
}

function defaultBase(provider: string, api: Api | "any"): string | undefined {
  return api === "any" ? undefined : providerFor(provider)?.endpoints[api]?.apiBase;
}

function longer(one: string, other: string): string {
  return durationMs(one) >= durationMs(other) ? one : other;
}
