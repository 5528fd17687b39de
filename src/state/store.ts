import { randomBytes } from "node:crypto";
import type { SavedSlots } from "../../machines/index.ts";
import type { FleetMember, FleetSeat } from "../engine/fleet.ts";
import type { Learned } from "../engine/heritage.ts";
import type { UsageAccount } from "../engine/usage.ts";

/** What is kept of one credential beside its slot. */
export interface SavedCredential {
  readonly id: string;
  /** Fingerprint of where it connects to and with which key, by the store's salt. */
  readonly connection: string;
  /** What the configuration said of it, so that its next word on it is known for a new one. */
  readonly disabledByConfig: boolean;
  readonly usage: UsageAccount;
}

/** What one model leaves to whoever takes its place, here or in another process: plain JSON without a secret (S16). */
export interface SavedModel {
  readonly slots: SavedSlots;
  readonly credentials: readonly SavedCredential[];
}

/** How a store does, for whoever keeps the process running. */
export interface StoreHealth {
  readonly kind: "memory" | "file" | "redis";
  /** What is wrong with it; `undefined`: nothing. Calls do not notice. */
  readonly trouble: string | undefined;
  /** What replicas share; `undefined`: nothing is shared. */
  readonly fleet?: FleetHealth | undefined;
}

/** How a fleet does, as one of its replicas sees it. */
export interface FleetHealth {
  readonly connected: boolean;
  /** This process, as the others know it. */
  readonly replica: string;
  /** How many there are, this one included. */
  readonly replicas: number;
  /** How many of them have not heard of the last change. */
  readonly behind: number;
  /** How long the last news took from its writing to its arrival here. */
  readonly syncDelayMs: number;
  /** How often another replica had written first. */
  readonly conflicts: number;
}

/** Where the knowledge of models outlives them. No call waits for it, none fails for it. */
export interface StateStore {
  /** What connections are fingerprinted with, as long as what is saved lasts. */
  readonly salt: Uint8Array;
  /** What was saved of a model before this process; handed out once. */
  load(model: string): SavedModel | undefined;
  /** Takes note that a model has learned something; `save` is asked for it when it is written down. */
  publish(model: string, save: () => SavedModel, learned: Learned): void;
  /** Forgets a model that is gone. */
  forget(model: string): void;
  /**
   * Gives a model its place among the replicas that share this store, in the place of what had its name before.
   *
   * @param connections - Fingerprints of where its credentials connect to, by id.
   * @returns `undefined` where nothing is shared.
   */
  join(model: string, member: FleetMember, connections: ReadonlyMap<string, string>): FleetSeat | undefined;
  health(): StoreHealth;
  /** Resolves when it knows what others know, at once where there are none. It may never: nothing but a start waits. */
  readonly synced: Promise<void>;
  /** Writes down what is not yet. */
  close(): Promise<void>;
}

/** A store that keeps nothing: all is forgotten with the process. */
export function memoryStore(): StateStore {
  return {
    salt: randomBytes(32),
    load: () => undefined,
    publish: () => {},
    forget: () => {},
    join: () => undefined,
    health: () => ({ kind: "memory", trouble: undefined }),
    synced: Promise.resolve(),
    close: async () => {},
  };
}
