import type { ModelConfig } from "./config/index.ts";
import { fingerprint } from "./keys/fingerprint.ts";
import type { KeyReference } from "./keys/key-reference.ts";
import { readKeyFile } from "./keys/read-key-file.ts";
import { Secret } from "./secret.ts";

type CredentialConfig = ModelConfig["credentials"][number];

/** By what a model, and each of its credentials, is known for the same after a reload. Holds no key. */
export interface ModelIdentity {
  readonly whole: string;
  /** By credential id: where it connects to and with which key, whatever else is said of it. */
  readonly connections: ReadonlyMap<string, string>;
}

/**
 * The identity of a model's configuration now; a file's key is a part of it, a command's token is not.
 *
 * @param salt - What it is fingerprinted with: identities of different salts are never the same.
 */
export function identityOf(config: ModelConfig, salt: Uint8Array): ModelIdentity {
  const credentials = config.credentials.map((credential) => ({ ...credential, api_key: atHand(credential.api_key) }));
  return {
    whole: fingerprint({ ...config, credentials }, salt),
    connections: new Map(credentials.map((credential) => [credential.id, connectionOf(credential, config, salt)])),
  };
}

function atHand(reference: KeyReference | undefined): unknown {
  const isFile = reference !== undefined && !Secret.is(reference) && "file" in reference;
  return isFile ? { ...reference, key: readKeyFile(reference.file) } : reference;
}

function connectionOf(
  credential: Omit<CredentialConfig, "api_key"> & { readonly api_key: unknown },
  { model: shared }: ModelConfig,
  salt: Uint8Array,
): string {
  const { provider, api_base, api_version, api_key, extra_headers, ak, sk, region, host, model = shared } = credential;
  return fingerprint({ provider, api_base, api_version, api_key, extra_headers, ak, sk, region, host, model }, salt);
}
