import type { SavedSlots } from "../../machines/index.ts";
import type { UsageAccount } from "./usage.ts";

/** What a model's engine leaves to the one that takes its place. */
export interface Heritage {
  readonly slots: SavedSlots;
  /** Whether a credential is taken out, by id; it goes before what the credential says itself (S14). */
  readonly disabled: ReadonlyMap<string, boolean>;
  /** What was counted, by credential id (S40). */
  readonly usage: ReadonlyMap<string, UsageAccount>;
}
