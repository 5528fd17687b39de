import { providers } from "../../providers/index.ts";
import type { Api, Provider } from "../../providers/provider.ts";
import type { Draft, DraftCredential, DraftModel } from "./draft.ts";
import { starterModelOf } from "./starter-models.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What can be made of the keys that an environment has: a model for each provider, with all its keys as credentials. Keys
 * are looked for as `OPENAI_API_KEY`, further ones as `OPENAI_API_KEY_2` and the like, under the providers' names and
 * aliases.
 */
export function draftFromEnvironment(env: Environment): Draft {
  const found = providers.flatMap((provider) => modelFrom(provider, env) ?? []);
  return { models: found.length === 1 ? found.map((model) => ({ ...model, name: model.kind })) : found };
}

/** The environment variables that a draft reads. */
export function variablesOf({ models }: Draft): readonly string[] {
  return models.flatMap(({ credentials }) => credentials.flatMap(({ variable }) => variable ?? []));
}

/** The dialect that a provider is asked in: the one that most clients speak, where there is a choice. */
export function dialectOf({ endpoints }: Provider): Api | undefined {
  return (["openai", "anthropic", "gemini"] as const).find((api) => endpoints[api] !== undefined);
}

/** What a provider's environment variables begin with: `DASHSCOPE`, `QWEN`. */
export function prefixesOf({ name, aliases }: Provider): readonly string[] {
  return [name, ...aliases].map((each) => each.toUpperCase().replaceAll("-", "_"));
}

function modelFrom(provider: Provider, env: Environment): DraftModel | undefined {
  const api = dialectOf(provider);
  const credentials = api === undefined ? [] : credentialsFrom(provider, api, env);
  if (api === undefined || credentials.length === 0) return undefined;
  const { model, kind = "chat", dimension } = starterModelOf(provider.name);
  return { name: provider.name, kind, api, model, dimension, credentials };
}

function credentialsFrom(provider: Provider, api: Api, env: Environment): readonly DraftCredential[] {
  const { needsBase, needsVersion } = needsOf(provider, api);
  const [base] = needsBase ? setVariables(env, provider, /^_(?:API_BASE|BASE_URL|ENDPOINT)$/) : [];
  if (needsBase && base === undefined) return [];
  const [version] = needsVersion ? setVariables(env, provider, /^_API_VERSION$/) : [];
  const apiVersion = needsVersion ? (env[version ?? ""] ?? starterModelOf(provider.name).apiVersion) : undefined;
  return setVariables(env, provider, /^_API_KEY(?:_\w+)?$/).map((variable) => ({
    provider: provider.name,
    variable,
    apiBase: base && `\${${base}}`,
    apiVersion,
  }));
}

/** What a credential must say besides its key. */
export function needsOf(
  { endpoints }: Provider,
  api: Api,
): { readonly needsBase: boolean; readonly needsVersion: boolean } {
  const endpoint = endpoints[api];
  return { needsBase: endpoint?.apiBase === undefined, needsVersion: endpoint?.versionParameter !== undefined };
}

function setVariables(env: Environment, provider: Provider, rest: RegExp): readonly string[] {
  const names = Object.keys(env).filter((name) => (env[name] ?? "").trim() !== "");
  const isOfProvider = (name: string): boolean =>
    prefixesOf(provider).some((prefix) => name.startsWith(prefix) && rest.test(name.slice(prefix.length)));
  return names.filter(isOfProvider).toSorted((one, other) => one.length - other.length || (one < other ? -1 : 1));
}
