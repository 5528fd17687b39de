import type { Secret } from "../secret.ts";

/** Something that has a key, though not always the same one. */
export interface KeySource {
  /** The last key that it had; `undefined` before the first. */
  current(): Secret | undefined;
  /**
   * What to wait for before {@link current} may be used; `undefined`: nothing, which costs nothing.
   *
   * It rejects with a KeyUnavailableError where no key is to be had.
   */
  ready(): Promise<void> | undefined;
  /** Stops what goes on in the background. */
  close(): void;
}

/** Why there is no key, as the end of a sentence that begins with "it"; free of secrets. */
export interface KeyFault {
  readonly fault: string;
}

/** A key that stays what it is. */
export function fixedKey(key: Secret): KeySource {
  return { current: () => key, ready: () => undefined, close: () => undefined };
}
