import type { Config } from "../config/index.ts";
import { type Clock, systemClock } from "../engine/clock.ts";
import { fileStore } from "./file-store.ts";
import { redisStore } from "./redis/redis-store.ts";
import { memoryStore, type StateStore } from "./store.ts";

export { type FleetHealth, memoryStore, type SavedModel, type StateStore, type StoreHealth } from "./store.ts";

/** What a store is given from outside. */
export interface StoreParts {
  /** Told what is wrong with it, once while it lasts. @default a process warning */
  readonly warn?: ((text: string) => void) | undefined;
  /** The models' time. @default the process's monotonic time */
  readonly clock?: Clock | undefined;
}

/**
 * Opens the store that a configuration names. What is wrong with it is a warning.
 *
 * @throws ConfigError where it needs a package that is not installed.
 */
export function openStore(
  state: Config["state"],
  { warn = warnProcess, clock = systemClock }: StoreParts = {},
): StateStore {
  if (state.kind === "file") return fileStore(state.path, warn);
  return state.kind === "redis" ? redisStore(state, { warn, clock }) : memoryStore();
}

function warnProcess(text: string): void {
  process.emitWarning(text, "KeyswitchStateWarning");
}
