import type { Config } from "../config/index.ts";
import { fileStore } from "./file-store.ts";
import { memoryStore, type StateStore } from "./store.ts";

export { memoryStore, type SavedModel, type StateStore } from "./store.ts";

/** Opens the store that a configuration names. It never fails: what is wrong with it is a warning. */
export function openStore(state: Config["state"]): StateStore {
  return state.kind === "file" ? fileStore(state.path) : memoryStore();
}
