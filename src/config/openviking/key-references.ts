import { mayBeSecret } from "../describe.ts";
import type { CredentialConfigInput, KeyswitchConfig } from "../options.ts";
import { pathText } from "../path.ts";
import type { Path } from "../path.ts";

/** An environment variable that takes the place of texts which must not be written down. */
export interface Variable {
  readonly name: string;
  /** Where references to it stand. */
  readonly at: readonly Path[];
}

/** Headers whose values are no keys, as a rule; every other one's may be. */
const harmlessHeaders: ReadonlySet<string> = new Set([
  "accept",
  "accept-language",
  "anthropic-beta",
  "anthropic-version",
  "content-type",
  "http-referer",
  "openai-beta",
  "referer",
  "user-agent",
  "x-title",
]);

/** Puts a reference where a key is written out, so that the configuration can be shown. References that are there stay. */
export function withReferences(config: KeyswitchConfig): {
  readonly config: KeyswitchConfig;
  readonly variables: readonly Variable[];
} {
  const vault = createVault();
  const models = Object.entries(config.models).map(([id, model]) => {
    const credentials = model.credentials.map((credential, index) => {
      const refer: Refer = (value, ...member) =>
        vault.reference(value, [id, credential.id ?? "", ...member], ["models", id, "credentials", index, ...member]);
      return referring(credential, refer);
    });
    return [id, { ...model, credentials }];
  });
  return { config: { ...config, models: Object.fromEntries(models) }, variables: vault.variables() };
}

/** Keeps a text away and gives the reference that stands for it. */
type Refer = (value: string, ...member: readonly string[]) => string;

function referring(credential: CredentialConfigInput, refer: Refer): CredentialConfigInput {
  const { api_base, extra_headers } = credential;
  const keys = (["api_key", "ak", "sk"] as const).flatMap((field) => {
    const value = credential[field];
    return typeof value === "string" && !isReference(value) ? [[field, refer(value, field)]] : [];
  });
  const headers = Object.entries(extra_headers ?? {}).map(([name, value]) => {
    const mayStay = typeof value !== "string" || isReference(value) || isHarmless(name, value);
    return [name, mayStay ? value : refer(value, "header", name)];
  });
  return {
    ...credential,
    ...Object.fromEntries(keys),
    ...(api_base !== undefined &&
      mayBeSecret(api_base) &&
      !isReference(api_base) && { api_base: refer(api_base, "api_base") }),
    ...(extra_headers !== undefined && { extra_headers: Object.fromEntries(headers) }),
  };
}

/** Whether a text is made of references, and of words that say how a key travels. */
function isReference(value: string): boolean {
  return value.includes("${") && /^\s*(?:bearer|basic|token)?\s*$/i.test(value.replaceAll(/\$\{\w+\}/g, ""));
}

function isHarmless(name: string, value: string): boolean {
  return harmlessHeaders.has(name.toLowerCase()) && !mayBeSecret(value.replace(/^https?:\/\/[\w.-]+\/?$/, ""));
}

function createVault() {
  const kept = new Map<string, { readonly name: string; readonly at: Path[] }>();
  return {
    reference: (value: string, words: readonly string[], path: Path): string => {
      const entry = kept.get(value) ?? {
        name: freeName(words, new Set([...kept.values()].map(({ name }) => name))),
        at: [],
      };
      kept.set(value, entry);
      entry.at.push(path);
      return `\${${entry.name}}`;
    },
    variables: (): readonly Variable[] => [...kept.values()],
  };
}

/** `VLM_LEGACY_PRIMARY_API_KEY` */
function freeName(words: readonly string[], taken: ReadonlySet<string>): string {
  const name = words
    .filter((word) => word !== "")
    .join("_")
    .replaceAll(/\W/g, "_")
    .toUpperCase();
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name}_${count}`;
  return free;
}

/** Texts in request bodies that may be keys: nothing can refer to a variable there. */
export function keysInBodies(config: KeyswitchConfig): readonly string[] {
  return Object.entries(config.models).flatMap(([id, { credentials }]) =>
    credentials.flatMap(({ extra_request_body }, index) =>
      holdsKey(extra_request_body) ? [pathText(["models", id, "credentials", index, "extra_request_body"])] : [],
    ),
  );
}

function holdsKey(value: unknown, name = ""): boolean {
  if (typeof value === "string") return mayBeSecret(value) || (value !== "" && /key|secret|passw|token$/i.test(name));
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([member, child]) => holdsKey(child, member));
}
