import type { Credential } from "../config/runtime.ts";
import { providerFor } from "../providers/index.ts";
import type { Api, Endpoint } from "../providers/provider.ts";

/** Where a credential's provider is entered in a dialect. */
export function endpointOf({ provider }: Pick<Credential, "provider">, api: Api): Endpoint {
  return providerFor(provider)?.endpoints[api] ?? unknown;
}

const unknown: Endpoint = { auth: "none" };
