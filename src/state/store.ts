import { randomBytes } from "node:crypto";
import type { SavedSlots } from "../../machines/index.ts";
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
    close: async () => {},
  };
}
