import type { SavedSlots } from "../../machines/index.ts";
import type { UsageAccount } from "./usage.ts";

/** What an engine has learned: a `move` costs calls if it is lost, a `count` does not. */
export type Learned = "move" | "count";

/** What a model's engine leaves to the one that takes its place. */
export interface Heritage {
  readonly slots: SavedSlots;
  /** Whether a credential is taken out, by id; it goes before what the credential says itself (S14). */
  readonly disabled: ReadonlyMap<string, boolean>;
  /** What was counted, by credential id (S40). */
  readonly usage: ReadonlyMap<string, UsageAccount>;
}
