import type { Actor } from "xstate";
import { type CredentialSlotsMachine, type Duration, parseDuration } from "../machines/index.ts";
import { classifyFailure, type FailureFacts, type Verdict } from "./classify/index.ts";
import {
  type Credential,
  type KeyswitchConfig,
  type ModelConfigInput,
  parseConfig,
  parseModelConfig,
  type RuntimeModel,
  runtimeModel,
} from "./config/index.ts";
import { callModel } from "./engine/call-model.ts";
import type { AttemptContext } from "./engine/call.ts";
import { type CircuitBreaker, type CircuitBreakerOptions, createBreaker } from "./engine/circuit-breaker.ts";
import { type CallLimits, createModelEngine, type ModelSnapshot } from "./engine/model-engine.ts";
import type { ModelEvents } from "./engine/model-events.ts";
import { streamModel } from "./engine/stream-model.ts";
import { UnknownModelError, UsageError } from "./errors.ts";
import { errorTableFor } from "./providers/error-tables.ts";
import { baseURLOf, createModelFetch, factsOf } from "./transport/index.ts";

/** What a caller may say of one call. */
export interface CallOptions {
  /** Aborts the call in every state; it rejects with the signal's reason (S26). @default none */
  readonly signal?: AbortSignal | undefined;
  /**
   * Time allowed for the whole call, over all attempts and waits: seconds, or a text like `"30s"`. Past it the call
   * rejects with {@link DeadlineExceededError} (S26).
   *
   * @default the model's `deadline`
   */
  readonly deadline?: Duration | undefined;
  /** What the call needs; credentials that are known to lack it are passed over (S27). @default nothing */
  readonly capabilities?: readonly string[] | undefined;
}

/** What a caller may say of one stream. */
export interface StreamOptions<Item> extends CallOptions {
  /**
   * Whether an item carries output. The items before the first that does are held back, 64 at most, so that a failure
   * right after them still goes on to the next credential (S25).
   *
   * @default every item does
   */
  readonly carriesOutput?: ((item: Item) => boolean) | undefined;
}

/** One logical model with its ordered credentials. */
export interface Model {
  readonly id: string;
  /**
   * Calls a function with one credential after another until one serves, and returns what it returned.
   *
   * @throws the function's own error where no other key would have helped, or there is no other (S23);
   * {@link AllCredentialsFailedError} (S24); {@link DeadlineExceededError}; the signal's reason; {@link ClosedError}.
   */
  call<Value>(
    attempt: (context: AttemptContext<Credential>) => PromiseLike<Value> | Value,
    options?: CallOptions,
  ): Promise<Value>;
  /** As {@link call} for a stream: fails over until the first item, never after (S25). */
  stream<Item>(
    open: (context: AttemptContext<Credential>) => PromiseLike<AsyncIterable<Item>> | AsyncIterable<Item>,
    options?: StreamOptions<Item>,
  ): AsyncGenerator<Item, void, undefined>;
  /** Base URL for an SDK that is given {@link fetch}; nothing is ever sent there. */
  readonly baseURL: string;
  /**
   * A `fetch` for SDKs: each request goes to the active credential's endpoint with its key, and on to the next.
   *
   * It never throws for an upstream's failure: it answers with the upstream's own response, or 503 or 429 when all failed.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** Id of the credential that serves; `undefined` when exhausted. A pure read (S13). */
  active(): string | undefined;
  /** The model's state for people: plain JSON without a secret. A pure read (S13). */
  snapshot(): ModelSnapshot;
  /** The model's XState actor: to subscribe to, to inspect, to draw. */
  readonly actor: Actor<CredentialSlotsMachine>;
  /** Listens to the model's events until the function that it returns is called. */
  on<Name extends keyof ModelEvents>(name: Name, listener: (event: ModelEvents[Name]) => void): () => void;
  /** Takes no new call, waits for those in flight, stops the timers, closes the connections. */
  close(): Promise<void>;
}

/** All models of one configuration. */
export interface Keyswitch {
  /** @throws UnknownModelError with the names that there are. */
  model(id: string): Model;
  /** Ids of the models, in the configuration's order. */
  readonly models: readonly string[];
  /** Closes every model. */
  close(): Promise<void>;
}

/**
 * Starts every model of a configuration.
 *
 * @param config - What {@link loadConfig} returned, or the same object written in code.
 * @throws ConfigError with everything that is wrong.
 */
export function createKeyswitch(config: KeyswitchConfig): Keyswitch {
  const parsed = parseConfig(config);
  const models = new Map(
    Object.entries(parsed.models).map(([id, model]) => [id, startModel(runtimeModel(id, model))]),
  );
  return {
    models: [...models.keys()],
    model: (id) => {
      const model = models.get(id);
      if (model === undefined) throw new UnknownModelError({ model: id, known: [...models.keys()] });
      return model;
    },
    close: async () => {
      await Promise.all([...models.values()].map((model) => model.close()));
    },
  };
}

/**
 * Starts a single model.
 *
 * @param config - One model's configuration, as under `models` of a configuration file.
 * @param id - Its name in events and errors. Default: `"model"`.
 * @throws ConfigError with everything that is wrong.
 */
export function createModel(config: ModelConfigInput, id = "model"): Model {
  return startModel(runtimeModel(id, parseModelConfig(config)));
}

function startModel(runtime: RuntimeModel): Model {
  const engine = createModelEngine(runtime, { classify: classifyAttempt });
  const door = createModelFetch(engine, runtime);
  return {
    id: runtime.id,
    baseURL: baseURLOf(runtime),
    fetch: door.fetch,
    call: (attempt, options = {}) => callModel(engine, attempt, limitsOf(options)),
    stream: (open, { carriesOutput, ...options } = {}) =>
      streamModel(engine, open, { ...limitsOf(options), carriesOutput }),
    active: engine.active,
    snapshot: engine.snapshot,
    actor: engine.actor,
    on: engine.listeners.on,
    close: async () => {
      await engine.close();
      await door.close();
    },
  };
}

function limitsOf({ signal, deadline, capabilities }: CallOptions): CallLimits {
  if (deadline === undefined) return { signal, capabilities };
  const deadlineMs = parseDuration(deadline);
  if (deadlineMs !== undefined) return { signal, capabilities, deadlineMs };
  throw new UsageError({ path: "deadline", found: JSON.stringify(deadline), wanted: 'seconds, or a text like "30s"' });
}

/** What an attempt's failure means, read with its provider's table. */
function classifyAttempt(error: unknown, { provider }: Credential): Verdict {
  return classifyFailure(factsOf(error), { table: errorTableFor(provider) });
}

/**
 * What a failure means: its class, the rule that decided, and the wait that it states.
 *
 * @param failure - A thrown error of any client, or the facts of an answer: `{ provider, status, headers, body }`.
 */
export function classify(failure: FailureFacts | unknown): Verdict {
  const provider =
    typeof failure === "object" && failure !== null && "provider" in failure ? failure.provider : undefined;
  return classifyFailure(failure, { table: typeof provider === "string" ? errorTableFor(provider) : undefined });
}

/**
 * Makes a circuit breaker, for a single credential or a queue worker (S30–S32).
 *
 * @throws UsageError for an option that is none.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  return createBreaker(options, { classify });
}
