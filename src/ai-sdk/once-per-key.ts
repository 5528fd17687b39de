import type { Credential } from "../config/index.ts";
import type { Secret } from "../secret.ts";

/**
 * Makes what a credential is used with once for each key that it has: a key that is read from a file, or printed by a
 * command, may become another.
 */
export function oncePerKey<Made>(make: (credential: Credential) => Made): (credential: Credential) => Made {
  const made = new WeakMap<Credential, { readonly key: Secret; readonly value: Made }>();
  return (credential) => {
    const key = credential.apiKey;
    const known = made.get(credential);
    if (known?.key === key) return known.value;
    const value = make(credential);
    made.set(credential, { key, value });
    return value;
  };
}

/**
 * What is true of the model that each credential is used with, in order.
 *
 * @returns `undefined` while one of them cannot be made, as before its key is there.
 */
export async function factsOfEach<Made, Fact>(
  credentials: readonly Credential[],
  made: (credential: Credential) => Made,
  factOf: (made: Made) => PromiseLike<Fact> | Fact,
): Promise<readonly Fact[] | undefined> {
  try {
    return await Promise.all(credentials.map(async (credential) => factOf(made(credential))));
  } catch {
    return undefined;
  }
}
