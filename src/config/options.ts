import type { Duration } from "../../machines/duration.ts";
import type { Secret } from "../secret.ts";

export type { Duration };

/** What a credential can do beyond plain text (S27). */
export type Capability = "vision" | "audio" | "video" | "tools";

/** A number of bytes: a bare number, or a text with its unit: `"64kb"`, `"20mb"`, `"1gb"` (multiples of 1024). */
export type Size = number | string;

/**
 * A key: the text itself, in which `${NAME}` stands for an environment variable, a variable that holds it, or a file
 * that does. White space around it is dropped.
 */
export type SecretInput = string | { readonly env: string } | { readonly file: string } | Secret;

/**
 * A credential's key, which may change: a file is read again when it changes, and a command prints tokens that expire.
 *
 * The command is a program and its arguments; no shell sees them. It is run when its key is first used, once a process
 * however many credentials have it, and again before `ttl` is over.
 */
export type KeyInput = SecretInput | { readonly command: readonly (string | Secret)[]; readonly ttl: Duration };

/** Everything that a configuration file can say. */
export interface KeyswitchConfig {
  /** Up to 1000 models, by the name that callers ask for: up to 128 characters, each a letter, a digit or one of `_ . : / @ -`. */
  readonly models: Readonly<Record<string, ModelConfigInput>>;
  /** The HTTP gateway. */
  readonly gateway?: GatewayConfigInput | undefined;
  /** Where slots and cooldowns are kept. */
  readonly state?: StateConfigInput | undefined;
  /** What is logged. */
  readonly log?: LogConfigInput | undefined;
}

/** One logical model. */
export interface ModelConfigInput {
  /**
   * What it is asked for: `chat`, `embedding`, `rerank`, `audio` or `image`.
   * @default chat
   */
  readonly kind?: "chat" | "embedding" | "rerank" | "audio" | "image" | undefined;
  /**
   * The wire dialect that callers speak: `openai`, `anthropic`, `gemini`, or `any` (functions only, not served over
   * HTTP). Nothing is translated, so every credential must speak it.
   * @default openai
   */
  readonly api?: "openai" | "anthropic" | "gemini" | "any" | undefined;
  /** The model's name at the upstream, unless a credential names its own. With `api: any` the model's own name stands in. */
  readonly model?: string | undefined;
  /** The ways to reach it, best first: 1 to 50. */
  readonly credentials: readonly CredentialConfigInput[];
  /**
   * What a call does while every credential is known to fail: `try` them all the same, or `reject` at once (S12).
   * @default try
   */
  readonly on_exhausted?: "try" | "reject" | undefined;
  /** When to go back to a better credential. */
  readonly failback?: FailbackConfigInput | undefined;
  /** Further attempts on one credential. */
  readonly retry?: RetryConfigInput | undefined;
  /**
   * Time for an attempt, up to the complete answer (S26).
   * @default 1m
   */
  readonly timeout?: Duration | undefined;
  /**
   * Time for a stream up to its first item (S26).
   * @default 1m
   */
  readonly first_byte_timeout?: Duration | undefined;
  /**
   * Time between two items of a stream (S26).
   * @default 1m
   */
  readonly idle_timeout?: Duration | undefined;
  /**
   * Time for a whole call, over all attempts and waits, or `none` (S26).
   * @default none
   */
  readonly deadline?: Duration | undefined;
  /** Length of the vectors. Never guessed: unless they are sparse, an embedding model must state it, here or on every credential (S41). */
  readonly dimension?: number | undefined;
  /**
   * Texts in one embedding request, 1 to 10000. Embedding models only, as all that follow.
   * @default 32
   */
  readonly batch_size?: number | undefined;
  /**
   * States that credentials with different upstream models make vectors of one space (S42).
   * @default false
   */
  readonly interchangeable?: boolean | undefined;
  /**
   * Whether stored vectors may be kept where only the shape of the credentials changed (S42).
   * @default false
   */
  readonly allow_metadata_override?: boolean | undefined;
  /**
   * What a text becomes: a `dense` vector, a `sparse` one, which has no length, or both (`hybrid`).
   * @default dense
   */
  readonly vectors?: "dense" | "sparse" | "hybrid" | undefined;
  /** How vectors travel: `float` or `base64`. */
  readonly encoding_format?: "float" | "base64" | undefined;
  /** What is embedded: `text` or `multimodal`. */
  readonly input?: "text" | "multimodal" | undefined;
  /** What the upstream is told of a query, as `query` or `RETRIEVAL_QUERY`. */
  readonly query_param?: string | undefined;
  /** What the upstream is told of a document, as `passage` or `RETRIEVAL_DOCUMENT`. */
  readonly document_param?: string | undefined;
  /** Whether the parts of one multimodal input become one vector. */
  readonly enable_fusion?: boolean | undefined;
  /** Level of detail of an image or a video, from 0. */
  readonly res_level?: number | undefined;
  /** Frames taken of a video, from 1. */
  readonly max_video_frames?: number | undefined;
}

/** One way to reach a model. Nothing of it is taken from another credential or provider. */
export interface CredentialConfigInput {
  /**
   * A stable name, unique in its model: a letter or digit, then at most 63 of letters, digits and `_ . -` (S1).
   * @default credential-N, counted from 0
   */
  readonly id?: string | undefined;
  /** A name or alias of `docs/providers.md`. With `api: any` it may be missing and is `custom`. */
  readonly provider?: string | undefined;
  /**
   * The key, which may change: `{ file: PATH }` is read again when the file changes; `{ command: [PROGRAM, …], ttl: 45m }`
   * is run without a shell when it is first used, once for all credentials that have it, and again before the `ttl` of
   * what it printed is over. A relative path of the program starts from the configuration's directory. May be missing
   * where the provider needs none.
   */
  readonly api_key?: KeyInput | undefined;
  /** What goes before the dialect's paths, as in its own SDK's base URL. May hold `${NAME}`. By default the provider's own; `custom` has none. */
  readonly api_base?: string | undefined;
  /** The version of the upstream's API, where it has one. */
  readonly api_version?: string | undefined;
  /** The model's name at this upstream. By default the model's `model`. */
  readonly model?: string | undefined;
  /** Headers sent with every request; texts may hold `${NAME}`. They are kept like keys, since they often are keys. */
  readonly extra_headers?: Readonly<Record<string, string | Secret>> | undefined;
  /** Members put into every JSON body, over what the caller wrote. */
  readonly extra_request_body?: Readonly<Record<string, unknown>> | undefined;
  /** Whether to ask this upstream for streams. */
  readonly stream?: boolean | undefined;
  /** Tokens that an answer may have, from 1. */
  readonly max_tokens?: number | undefined;
  /** What it can do: `vision`, `audio`, `video`, `tools`. Unless given, it is asked for anything (S27). */
  readonly capabilities?: readonly Capability[] | undefined;
  /**
   * Whether to leave it out (S14).
   * @default false
   */
  readonly disabled?: boolean | undefined;
  /** Length of this credential's vectors, where the model does not state it for all. */
  readonly dimension?: number | undefined;
  /** Access key, for upstreams that want signed requests. */
  readonly ak?: SecretInput | undefined;
  /** Secret key, for upstreams that want signed requests. */
  readonly sk?: SecretInput | undefined;
  /** Region, for upstreams that want signed requests. */
  readonly region?: string | undefined;
  /** Host, for upstreams that want signed requests. */
  readonly host?: string | undefined;
}

/** When and whither a model goes back (S7 to S10). */
export interface FailbackConfigInput {
  /**
   * `stepwise` tries the nearest better credential first, `priority` the best (S9).
   * @default stepwise
   */
  readonly strategy?: "stepwise" | "priority" | undefined;
  /**
   * Rest of a credential that failed, and time before going back (S7).
   * @default 10m
   */
  readonly timeout?: Duration | undefined;
  /**
   * Calls served before going back is tried earlier than that; 0: never (S8).
   * @default 50
   */
  readonly requests?: number | undefined;
  /**
   * Factor on the rest for each failed failback in a row, 1 to 1000 (S10).
   * @default 2
   */
  readonly growth?: number | undefined;
  /**
   * Longest rest that growth leads to (S10).
   * @default 1h, or `timeout` if that is longer
   */
  readonly max_cooldown?: Duration | undefined;
  /**
   * Least time between a failure and going back by count (S8).
   * @default 5s
   */
  readonly min_interval?: Duration | undefined;
  /**
   * Whether a reset that the provider states sets the rest (S10).
   * @default true
   */
  readonly respect_retry_after?: boolean | undefined;
  /**
   * Longest stated reset that is believed (S10).
   * @default 24h
   */
  readonly max?: Duration | undefined;
}

/** Further attempts on one credential, for `transient` failures alone (S22). */
export interface RetryConfigInput {
  /**
   * How many, 0 to 100.
   * @default 3
   */
  readonly max_retries?: number | undefined;
  /**
   * Wait before the first, doubled for each further one.
   * @default 500ms
   */
  readonly base_delay?: Duration | undefined;
  /**
   * Longest wait; a stated reset beyond it ends the turn.
   * @default 8s
   */
  readonly max_delay?: Duration | undefined;
  /**
   * `full`: uniform between nothing and the wait; `none`: the wait itself.
   * @default full
   */
  readonly jitter?: "full" | "none" | undefined;
}

/** The HTTP gateway. */
export interface GatewayConfigInput {
  /**
   * Address to listen on. Without `keys` it must be a loopback one.
   * @default 127.0.0.1
   */
  readonly host?: string | undefined;
  /**
   * Port to listen on; 0: any free one.
   * @default 8787
   */
  readonly port?: number | undefined;
  /**
   * Names by which it is reached besides `host`, `localhost` and addresses, as behind a DNS name or a proxy: `/admin`, and
   * without `keys` everything, answers to no other, or a web page could point a name of its own here.
   * @default []
   */
  readonly hosts?: readonly string[] | undefined;
  /**
   * Who may call. None: anyone on this machine.
   * @default []
   */
  readonly keys?: readonly GatewayKeyInput[] | undefined;
  /** What opens `/admin` and `/inspector`. Unless given, they are open on loopback only. */
  readonly admin_key?: SecretInput | undefined;
  /**
   * Largest request body.
   * @default 20mb
   */
  readonly max_body?: Size | undefined;
  /**
   * Largest body that can be resent; a larger one is not failed over.
   * @default 8mb
   */
  readonly replay_buffer?: Size | undefined;
  /**
   * Time for calls in flight to end when the gateway stops.
   * @default 30s
   */
  readonly drain_timeout?: Duration | undefined;
  /**
   * Whether the inspector is served.
   * @default true
   */
  readonly inspector?: boolean | undefined;
}

/** A client of the gateway. */
export interface GatewayKeyInput {
  /** Its name in logs and metrics, unique; written as a credential's. */
  readonly id: string;
  /** What it must send. */
  readonly key: SecretInput;
  /** The models that it may use. Unless given, all. */
  readonly models?: readonly string[] | undefined;
  /** Calls that it may make in a second (`10/s`), minute (`600/m`), hour (`h`) or day (`d`). Unless given, any number. */
  readonly rate?: string | undefined;
}

/** Where slots and cooldowns are kept. */
export interface StateConfigInput {
  /**
   * `memory`: in this process. `file`: in a file too, from which the next process goes on. `redis`: shared by all replicas
   * that name the same Redis and namespace; it takes the package `ioredis`.
   * @default memory
   */
  readonly kind?: "memory" | "file" | "redis" | undefined;
  /** The file of kind `file`, of one process. Unless absolute, it starts from the configuration's directory. */
  readonly path?: string | undefined;
  /**
   * Where the Redis of kind `redis` is: `redis://host:6379/0`, or `rediss://` over TLS. It may hold user and password. With
   * `sentinel` the name of the primary stands in the host's place.
   */
  readonly url?: string | undefined;
  /**
   * What the names of all keys in Redis begin with, `keyswitch` unless it is given: replicas of one namespace share their
   * state.
   */
  readonly namespace?: string | undefined;
  /** The ACL user, unless the URL names one. */
  readonly username?: string | undefined;
  /** The password, unless the URL holds it: a text with `${NAME}`, `{ env: NAME }` or `{ file: PATH }`. */
  readonly password?: SecretInput | undefined;
  /** A file with the certificates that sign Redis's own, instead of the system's. */
  readonly ca?: string | undefined;
  /** The sentinels that know which Redis is the primary. */
  readonly sentinel?: SentinelConfigInput | undefined;
}

/** Sentinels of a Redis. */
export interface SentinelConfigInput {
  /** Where they are, as `host:port`. */
  readonly nodes: readonly string[];
  /** Their own ACL user. */
  readonly username?: string | undefined;
  /** Their own password. */
  readonly password?: SecretInput | undefined;
}

/** What is logged. */
export interface LogConfigInput {
  /**
   * The least level that is written: `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.
   * @default info
   */
  readonly level?: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent" | undefined;
}
