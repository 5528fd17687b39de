import type { Actor } from "xstate";
import type { CredentialSlotsMachine } from "../machines/index.ts";
import {
  assertFunction,
  assertOneOf,
  callLimits,
  type CallOptions,
  type CloseOptions,
  drainMs,
  streamLimits,
  type StreamOptions,
} from "./call-options.ts";
import type { Credential, ModelConfig, RuntimeModel } from "./config/index.ts";
import { createEmbed, type Embed } from "./embedding/index.ts";
import { callModel } from "./engine/call-model.ts";
import type { AttemptContext } from "./engine/call.ts";
import { systemClock } from "./engine/clock.ts";
import type { Clock } from "./engine/clock.ts";
import type { Learned } from "./engine/heritage.ts";
import { createListeners, type Listeners } from "./engine/listeners.ts";
import type { ModelSnapshot } from "./engine/model-engine.ts";
import { type ModelEvents, modelEventNames } from "./engine/model-events.ts";
import { streamModel } from "./engine/stream-model.ts";
import { ClosedError } from "./errors.ts";
import { type ModelGeneration, type ModelParts, startGeneration } from "./model-generation.ts";
import { identityOf } from "./model-identity.ts";
import { memoryStore, type SavedModel, type StateStore } from "./state/index.ts";
import { baseURLOf } from "./transport/index.ts";
import { createUpstreamAgent } from "./transport/upstream-agent.ts";

/** One logical model with its ordered credentials. It stays the same object when its configuration is reloaded. */
export interface Model {
  readonly id: string;
  readonly kind: RuntimeModel["kind"];
  /** In order of priority. Their keys show as `[redacted]` wherever they are printed. */
  readonly credentials: readonly Credential[];
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
  /**
   * Turns texts, images and videos into vectors, in batches, each of which is a call of its own. For models of kind
   * `embedding`.
   */
  readonly embed: Embed;
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
  /** The model's XState actor: to subscribe to, to inspect, to draw. A changed configuration brings another one. */
  readonly actor: Actor<CredentialSlotsMachine>;
  /**
   * Listens to the model's events until the function that it returns is called.
   *
   * @throws UsageError for an event that is none: a listener that nothing reaches would never be missed.
   */
  on<Name extends keyof ModelEvents>(name: Name, listener: (event: ModelEvents[Name]) => void): () => void;
  /** Takes no new call, waits for those in flight as long as they may take, stops the timers, closes the connections. */
  close(options?: CloseOptions): Promise<void>;
}

/** A model that runs, and whose configuration may change while people hold on to it. */
export interface LiveModel {
  /** What people hold. */
  readonly face: Model;
  readonly isClosed: boolean;
  /**
   * What a call runs on that begins now, in this very tick: later it may have been replaced.
   *
   * @throws ClosedError
   */
  present(): ModelGeneration;
  /**
   * Goes on under another configuration, with what is known of the credentials that stay. Calls in flight end under the
   * old one.
   *
   * @returns whether there is any difference; if not, nothing happens.
   */
  reconfigure(config: ModelConfig): boolean;
}

const running = new WeakMap<Model, LiveModel>();

/** What runs behind a model that people hold; `undefined` for an object that is none. */
export function liveModelOf(model: Model): LiveModel | undefined {
  return running.get(model);
}

/** Starts a model, with what the store knows of it. */
export function startModel(
  id: string,
  config: ModelConfig,
  store: StateStore = memoryStore(),
  clock?: Clock,
): LiveModel {
  const listeners = createListeners<ModelEvents>();
  const dispatcher = createUpstreamAgent();
  const retiring = new Map<ModelGeneration, Promise<void>>();
  let latest = 0;
  let closing: Promise<void> | undefined;
  const save = (): SavedModel => present.save();
  let present = begin(config, store.load(id));
  learned("move");

  function begin(next: ModelConfig, left?: SavedModel): ModelGeneration {
    const number = (latest += 1);
    const voice = voiceOf(listeners, () => number === latest);
    const { salt } = store;
    const join: ModelParts["join"] = (member, connections) => store.join(id, member, connections);
    return startGeneration(id, next, { listeners: voice, dispatcher, salt, onLearned: learned, join, clock }, left);
  }
  /** What ends while it closes is saved with the rest, unless it was taken away and another has its name. */
  function learned(what: Learned): void {
    if (closing === undefined) store.publish(id, save, what);
  }
  function use(): ModelGeneration {
    if (closing !== undefined) throw new ClosedError();
    return present;
  }
  async function retire(former: ModelGeneration): Promise<void> {
    const ended = former.close();
    retiring.set(former, ended);
    await ended;
    retiring.delete(former);
  }
  async function drained(): Promise<void> {
    await Promise.all([present.close(), ...retiring.values()]);
    await dispatcher.close();
  }
  function cutOff(): void {
    for (const generation of [present, ...retiring.keys()]) generation.cutOff();
  }
  async function close(patienceMs: number | "none"): Promise<void> {
    closing ??= drained();
    if (patienceMs === "none") return closing;
    const limit = systemClock.setTimer(cutOff, patienceMs, "foreground");
    return closing.finally(() => systemClock.clearTimer(limit));
  }

  const live: LiveModel = {
    face: {
      id,
      get kind() {
        return present.runtime.kind;
      },
      get credentials() {
        return present.runtime.credentials;
      },
      get baseURL() {
        return baseURLOf(present.runtime);
      },
      get actor() {
        return present.engine.actor;
      },
      fetch: async (input, init) => use().fetch(input, init),
      // Not an async function, which would cost every call a promise more.
      call: (attempt, options) => {
        try {
          assertFunction("attempt", attempt, "a function that makes one attempt");
          return callModel(use().engine, attempt, callLimits(options));
        } catch (error) {
          return Promise.reject(error);
        }
      },
      stream: (open, options) => {
        assertFunction("open", open, "a function that opens a stream");
        const limits = streamLimits(options);
        return streamModel(() => use().engine, open, limits);
      },
      embed: createEmbed(use),
      active: () => present.engine.active(),
      snapshot: () => present.engine.snapshot(),
      on: (name, listener) => {
        assertOneOf("event", name, modelEventNames);
        assertFunction("listener", listener, "a function of an event");
        return listeners.on(name, listener);
      },
      close: async (options) => close(drainMs(options)),
    },
    get isClosed() {
      return closing !== undefined;
    },
    present: use,
    reconfigure: (next) => {
      const former = present;
      if (identityOf(next, store.salt).whole === former.identity.whole) return false;
      present = begin(next, former.save());
      learned("move");
      tellMove(listeners, former, present);
      void retire(former);
      return true;
    },
  };
  running.set(live.face, live);
  return live;
}

/** What a generation may tell once another has taken its place: how its last calls end, not where its machine goes. */
function voiceOf(listeners: Listeners<ModelEvents>, isPresent: () => boolean): Listeners<ModelEvents> {
  return {
    on: (name, listener) => listeners.on(name, listener),
    has: (name) => listeners.has(name),
    emit: (name, event) => {
      if (isPresent() || ofCalls.has(name)) listeners.emit(name, event);
    },
  };
}

const ofCalls: ReadonlySet<keyof ModelEvents> = new Set(["started", "attempt", "settled"]);

/** The credential that served is gone, or was taken out. */
function tellMove(listeners: Listeners<ModelEvents>, former: ModelGeneration, { engine }: ModelGeneration): void {
  const from = former.engine.active() ?? null;
  const to = engine.active() ?? null;
  if (from === to) return;
  const { model, epoch } = engine.snapshot();
  const move = { model, from, to, cause: "reload", rule: undefined, call: undefined, epoch };
  listeners.emit(to === null ? "exhausted" : "failover", move);
}
