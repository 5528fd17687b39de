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

const codexInstead = "provider: openai with an API key of platform.openai.com; or the section left to OpenViking";

/** Providers that are a part of that project and nothing one could ask over HTTP, each with what to do instead. */
const insideOnly: ReadonlyMap<string, string> = new Map([
  [
    "local",
    "the model served by ollama, llama.cpp or vLLM (provider: ollama, or openai with its api_base), with its dimension; or the section left to OpenViking",
  ],
  ["openai-codex", codexInstead],
  ["codex", codexInstead],
]);

/** What that project sends of itself where an `ov.conf` states nothing, and we would not. */
interface Implied {
  readonly field: "api_base" | "api_version";
  readonly value: string;
  readonly why: string;
}

/**
 * `kimi` and `glm` go to the endpoints of the coding subscriptions, whose keys the platforms of the same houses refuse.
 * That project's `kimi` speaks Anthropic's dialect there; this is the base of OpenAI's.
 */
const implied: ReadonlyMap<string, Implied> = new Map([
  [
    "kimi",
    {
      field: "api_base",
      value: "https://api.kimi.com/coding/v1",
      why: "OpenViking's kimi is the coding subscription, not moonshot's platform",
    },
  ],
  [
    "glm",
    {
      field: "api_base",
      value: "https://api.z.ai/api/coding/paas/v4",
      why: "OpenViking's glm is the coding subscription, not zhipu's platform",
    },
  ],
  [
    "azure",
    {
      field: "api_version",
      value: "2025-01-01-preview",
      why: "OpenViking asks for this version unless told otherwise",
    },
  ],
]);

export function impliedBy({ written }: NamedProvider): Implied | undefined {
  return implied.get(written);
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
  const { field, value } = impliedBy(provider) ?? {};
  return field === "api_base" ? value : providerFor(provider.name)?.endpoints.openai?.apiBase;
}
