import { providerFor } from "../../providers/index.ts";
import type { Api } from "../../providers/provider.ts";
import { describe } from "../describe.ts";
import type { Path } from "../path.ts";
import type { Ledger } from "./ledger.ts";

/** A provider as an `ov.conf` names it, and as we do. */
export interface NamedProvider {
  readonly written: string;
  readonly name: string;
}

/** Providers that are a part of that project and nothing one could ask over HTTP, each with what to do instead. */
const insideOnly: ReadonlyMap<string, string> = new Map([
  [
    "local",
    "the model served by ollama, llama.cpp or vLLM (provider: ollama, or openai with its api_base), with its dimension; or the section left to OpenViking",
  ],
  ["openai-codex", "provider: openai with an API key of platform.openai.com; or the section left to OpenViking"],
]);

/**
 * Where that project sends `kimi` and `glm` to when no base is stated: to the endpoints of the coding subscriptions,
 * whose keys the platforms of the same houses refuse. Its `kimi` speaks Anthropic's dialect there; this is the base
 * of OpenAI's.
 */
const subscriptionBases: ReadonlyMap<string, string> = new Map([
  ["kimi", "https://api.kimi.com/coding/v1"],
  ["glm", "https://api.z.ai/api/coding/paas/v4"],
]);

export function subscriptionBase({ written }: NamedProvider): string | undefined {
  return subscriptionBases.get(written);
}

/** A provider's name trimmed and in lower case; undefined for one that is missing or empty. */
export function plainName(name: string | undefined): string | undefined {
  const plain = name?.trim().toLowerCase();
  return plain === "" ? undefined : plain;
}

/** Looks a provider up; refuses those that cannot be asked from outside, and says what could be. */
export function lookUp(
  written: string,
  path: Path,
  ledger: Ledger,
  known: (name: string) => boolean,
  wanted: string,
): NamedProvider | undefined {
  const instead = insideOnly.get(written);
  if (instead !== undefined) {
    ledger.refuse(path, `"${written}", which runs inside OpenViking alone`, instead);
    return undefined;
  }
  const provider = providerFor(written);
  if (provider === undefined || !known(written)) {
    ledger.refuse(path, describe(written), wanted);
    return undefined;
  }
  return { written, name: provider.name };
}

/** Our name of a provider, known or not. */
export function canonicalName(written: string): string {
  return providerFor(written)?.name ?? written;
}

/** The dialect that all of them speak, or `any`. */
export function commonApi(names: readonly string[], preferred: readonly Api[]): Api | "any" {
  return preferred.find((api) => names.every((name) => providerFor(name)?.endpoints[api] !== undefined)) ?? "any";
}

export function isKeyless({ name }: NamedProvider): boolean {
  return providerFor(name)?.keyless === true;
}

/** A provider's own base, for advice. */
export function ownBase(provider: NamedProvider): string | undefined {
  return subscriptionBase(provider) ?? providerFor(provider.name)?.endpoints.openai?.apiBase;
}
