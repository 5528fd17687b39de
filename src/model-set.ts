import { setTimeout as pause } from "node:timers/promises";
import type { Config, ModelConfig } from "./config/index.ts";
import type { Clock } from "./engine/clock.ts";
import { ClosedError } from "./errors.ts";
import { type CloseOptions, drainMs } from "./call-options.ts";
import { type LiveModel, startModel } from "./model.ts";
import { openStore, type StoreHealth } from "./state/index.ts";

/** What a reload did, by model id. */
export interface ReloadSummary {
  readonly added: readonly string[];
  /** They go on with another configuration, and with what is known of the credentials that stayed. */
  readonly changed: readonly string[];
  /** They end their calls in flight, and take no more. */
  readonly removed: readonly string[];
  /** Nothing happened to them. */
  readonly unchanged: readonly string[];
}

/** The models that run, in the configuration's order. */
export interface ModelSet {
  readonly ids: readonly string[];
  get(id: string): LiveModel | undefined;
  /** How the store of what they learn does. */
  health(): StoreHealth;
  /** Resolves when they know what the store knows, or when that has taken as long as a start may wait. */
  synced(): Promise<void>;
  /** @throws ClosedError */
  reload(config: Config): ReloadSummary;
  /** @throws UsageError */
  close(options?: CloseOptions): Promise<void>;
}

/** How long a start waits for a store that is away; after that its models learn for themselves. */
const longestStartMs = 1000;

/**
 * Starts every model of a configuration, with what its store knows of them.
 *
 * @param warn - Told what is wrong with the store. Default: a process warning.
 * @throws ConfigError where the store needs a package that is not installed.
 */
export function startModels(config: Config, clock?: Clock, warn?: (text: string) => void): ModelSet {
  const store = openStore(config.state, { clock, warn });
  const leaving = new Set<LiveModel>();
  const start = (id: string, model: ModelConfig): LiveModel => startModel(id, model, store, clock);
  let models = new Map(Object.entries(config.models).map(([id, model]) => [id, start(id, model)]));
  let isClosed = false;

  async function leave(model: LiveModel): Promise<void> {
    leaving.add(model);
    const left = model.face.close({ drain: "none" });
    store.forget(model.face.id);
    await left;
    leaving.delete(model);
  }

  return {
    get ids() {
      return [...models.keys()];
    },
    get: (id) => models.get(id),
    health: () => store.health(),
    synced: async () => {
      const patience = new AbortController();
      await Promise.race([store.synced, pause(longestStartMs, undefined, { signal: patience.signal }).catch(() => {})]);
      patience.abort();
    },
    reload: (next) => {
      if (isClosed) throw new ClosedError();
      const former = models;
      const fates = Object.entries(next.models).map(([id, model]) => {
        const known = former.get(id);
        if (known === undefined || known.isClosed) return { id, fate: "added", live: start(id, model) } as const;
        return { id, fate: known.reconfigure(model) ? "changed" : "unchanged", live: known } as const;
      });
      models = new Map(fates.map(({ id, live }) => [id, live]));
      const removed = [...former].filter(([id]) => !models.has(id));
      for (const [, model] of removed) void leave(model);
      const idsOf = (wanted: string): string[] => fates.filter(({ fate }) => fate === wanted).map(({ id }) => id);
      return {
        added: idsOf("added"),
        changed: idsOf("changed"),
        removed: removed.map(([id]) => id),
        unchanged: idsOf("unchanged"),
      };
    },
    close: async (options) => {
      // A time that is none closes nothing.
      drainMs(options);
      isClosed = true;
      await Promise.all([...models.values(), ...leaving].map(({ face }) => face.close(options)));
      await store.close();
    },
  };
}
