import { Secret } from "../secret.ts";
import { createFileSource } from "./file-source.ts";
import type { KeyReference } from "./key-reference.ts";
import { fixedKey, type KeySource } from "./key-source.ts";
import { openCommandSource } from "./shared-commands.ts";

/** The keys of one model's credentials, by credential id. */
export interface Keychain {
  /** The key to use now; {@link Secret.empty} where there is none. */
  keyOf(credential: string): Secret;
  /** Where keys may change: what to wait for before a credential's is used, as {@link KeySource.ready} does. */
  readonly prepare: ((credential: { readonly id: string }) => Promise<void> | undefined) | undefined;
  /** Lets go of what renews keys. */
  close(): void;
}

/** Opens the sources of all keys. No file is read and no command is run before its key is used. */
export function openKeychain(
  credentials: readonly { readonly id: string; readonly api_key?: KeyReference | undefined }[],
): Keychain {
  const sources = new Map(credentials.map(({ id, api_key = Secret.empty }) => [id, openSource(api_key)]));
  const canChange = credentials.some(({ api_key }) => api_key !== undefined && !Secret.is(api_key));
  return {
    keyOf: (credential) => sources.get(credential)?.current() ?? Secret.empty,
    prepare: canChange ? ({ id }) => sources.get(id)?.ready() : undefined,
    close: () => {
      for (const source of sources.values()) source.close();
    },
  };
}

function openSource(reference: KeyReference): KeySource {
  if (Secret.is(reference)) return fixedKey(reference);
  return "file" in reference ? createFileSource(reference) : openCommandSource(reference);
}
