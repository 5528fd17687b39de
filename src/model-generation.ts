import type { Dispatcher } from "undici";
import { type Credential, type ModelConfig, type RuntimeModel, runtimeModel } from "./config/index.ts";
import type { Clock } from "./engine/clock.ts";
import { createDrain } from "./engine/drain.ts";
import type { FleetMember, FleetSeat } from "./engine/fleet.ts";
import type { Heritage, Learned } from "./engine/heritage.ts";
import type { Listeners } from "./engine/listeners.ts";
import { createModelEngine, type ModelEngine } from "./engine/model-engine.ts";
import type { ModelEvents } from "./engine/model-events.ts";
import { emptyAccount } from "./engine/usage.ts";
import type { Verdict } from "./engine/verdict.ts";
import { KeyUnavailableError, VectorMismatchError } from "./errors.ts";
import { openKeychain } from "./keys/keychain.ts";
import { identityOf, type ModelIdentity } from "./model-identity.ts";
import type { SavedModel } from "./state/index.ts";
import { classifyUpstream, createModelFetch, type ModelFetch } from "./transport/index.ts";

/** A model under one configuration: from its start until another takes its place and its last call has ended. */
export interface ModelGeneration {
  readonly config: ModelConfig;
  readonly identity: ModelIdentity;
  readonly runtime: RuntimeModel;
  readonly engine: ModelEngine<Credential>;
  readonly fetch: ModelFetch;
  /** The pool of connections to its upstreams. */
  readonly dispatcher: Dispatcher;
  /** What it leaves to whatever takes its place. The accounts are its own, so that no late count is lost. */
  save(): SavedModel;
  /** Waits for what is in flight, then stops the timers and what renews keys. */
  close(): Promise<void>;
  /** Stops what is in flight. */
  cutOff(): void;
}

/** What all generations of a model share. */
export interface ModelParts {
  readonly listeners: Listeners<ModelEvents>;
  /** The pool of connections to its upstreams. */
  readonly dispatcher: Dispatcher;
  /** What its identities are fingerprinted with. */
  readonly salt: Uint8Array;
  readonly onLearned: (learned: Learned) => void;
  /** Gives it its place among the replicas that share what it learns. */
  readonly join: (member: FleetMember, connections: ReadonlyMap<string, string>) => FleetSeat | undefined;
  /** @default the process's monotonic time */
  readonly clock?: Clock | undefined;
}

/** Starts a generation, with what one before it has left: of this process, or of one that has ended. */
export function startGeneration(
  id: string,
  config: ModelConfig,
  { listeners, dispatcher, salt, onLearned, join, clock }: ModelParts,
  left?: SavedModel,
): ModelGeneration {
  const identity = identityOf(config, salt);
  const keychain = openKeychain(config.credentials);
  const runtime = runtimeModel(id, config, keychain);
  const heritage = left && heritageOf(left, config, identity);
  const engine = createModelEngine(runtime, {
    classify: classifyAttempt,
    prepare: keychain.prepare,
    listeners,
    heritage,
    onLearned,
    joinFleet: (member) => join(member, identity.connections),
    clock,
  });
  const door = createModelFetch(engine, runtime, { dispatcher });
  const entrance = createDrain();
  return {
    config,
    identity,
    runtime,
    engine,
    dispatcher,
    // Its request is read before its call begins, and the engine must not be closed in between.
    fetch: async (input, init) => {
      entrance.enter();
      try {
        return await door.fetch(input, init);
      } finally {
        entrance.leave();
      }
    },
    save: () => saved(engine.heritage(), config, identity),
    close: async () => {
      await entrance.close();
      await engine.close();
      keychain.close();
    },
    cutOff: () => {
      // A request that is still read never becomes a call, and its caller may be at it for ever.
      entrance.abandon();
      engine.cutOff();
    },
  };
}

function saved({ slots, usage }: Heritage, { credentials }: ModelConfig, { connections }: ModelIdentity): SavedModel {
  return {
    slots,
    credentials: credentials.map(({ id, disabled }) => ({
      id,
      connection: connections.get(id) ?? "",
      disabledByConfig: disabled,
      usage: usage.get(id) ?? emptyAccount(),
    })),
  };
}

/**
 * What a generation takes over: all that the machine knew, by credential id, but of a credential that connects
 * elsewhere now, or with another key, neither rests nor counts. What an operator took out stays out, unless the
 * configuration has changed its own word on it since.
 */
function heritageOf({ slots, credentials }: SavedModel, config: ModelConfig, identity: ModelIdentity): Heritage {
  const known = new Map(credentials.map((credential) => [credential.id, credential]));
  const isSame = (id: string): boolean => known.get(id)?.connection === identity.connections.get(id);
  const wasOut = new Map(slots.slots.map(({ id, disabled }) => [id, disabled]));
  const outBy = ({ id, disabled: said }: { readonly id: string; readonly disabled: boolean }): boolean =>
    known.get(id)?.disabledByConfig === said ? (wasOut.get(id) ?? said) : said;
  const out = new Map(config.credentials.map((credential) => [credential.id, outBy(credential)]));
  return {
    slots: {
      ...slots,
      slots: slots.slots.map((slot) => ({
        ...(isSame(slot.id) ? slot : { ...unknownSlot, id: slot.id }),
        disabled: out.get(slot.id) ?? slot.disabled,
      })),
    },
    disabled: out,
    usage: new Map(credentials.filter(({ id }) => isSame(id)).map(({ id, usage }) => [id, usage])),
  };
}

const unknownSlot = { cooldown: null, stated: null, failedAgoMs: null, failedFailbacks: 0, probedInVain: false };

/** What an attempt's failure means: of its key, or of what its provider answered. */
function classifyAttempt(error: unknown, credential: Credential): Verdict {
  if (error instanceof KeyUnavailableError) return { class: "auth", rule: `key.${error.source}` };
  if (error instanceof VectorMismatchError) return { class: "unknown", rule: "embedding.mismatch" };
  return classifyUpstream(error, credential);
}
