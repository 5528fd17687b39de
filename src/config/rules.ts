import type * as z from "zod";
import { layoutOf, providerFor, providers } from "../providers/index.ts";
import type { Api, Endpoint, Provider } from "../providers/provider.ts";
import { Secret } from "../secret.ts";
import { describe } from "./describe.ts";
import { choice } from "./leaf.ts";
import type { Path } from "./path.ts";

/*
 * The rules that hold between the values of a configuration. They run even where single values were refused, so that
 * a user learns everything at once; hence they look at unknown values, and are silent about what is not well-formed.
 */

type Members = Readonly<Record<string, unknown>>;

/** Of more names than this, a list helps nobody. */
const mostListed = 100;

/** Stands for what should have been an object, of which the schema tells by itself. */
const nothing: Members = {};

/** Runs a rule whatever the schema found before. */
export const always: z.core.$ZodSuperRefineParams = { when: () => true };

/** Tells what is wrong, where, seen from the value that the rule is about. */
type Report = (issue: { readonly path: Path; readonly found: string; readonly wanted: string }) => void;

/** Makes a check of the schema from a rule. */
function rule(
  check: (members: Members, report: Report) => void,
): (value: unknown, context: z.core.$RefinementCtx) => void {
  return (value, context) => {
    check(members(value), ({ path, found, wanted }) => {
      context.addIssue({ code: "custom", path: [...path], message: wanted, params: { found } });
    });
  };
}

/** What holds between the members of one model. */
export const modelRule = rule((model, report) => {
  const credentials = objects(model["credentials"]);
  const ids = credentials.map((credential, index) => credential["id"] ?? defaultId(index));
  distinctIds(ids, "credentials", report);
  credentials.forEach((credential, index) => {
    if (credential !== nothing) credentialRule(credential, ["credentials", index], model, report);
  });
  const kind = model["kind"];
  if (kind === "embedding") embeddingRule(model, credentials, report);
  // One that was refused comes as no text: what belongs to it is not known.
  else if (typeof kind === "string") plainRule(kind, model, credentials, report);
});

/** What holds between the members of the gateway alone. */
export const gatewayRule = rule((gateway, report) => {
  const ids = objects(gateway["keys"]).map((key) => key["id"]);
  distinctIds(ids, "keys", report);
  const host = gateway["host"];
  if (typeof host === "string" && isEmptyList(gateway["keys"]) && !isLoopback(host)) {
    report({
      path: ["host"],
      found: `${describe(host)} without keys`,
      wanted: "127.0.0.1, ::1 or localhost, or gateway.keys: else anyone could call",
    });
  }
});

/** What holds between the members of the state. */
export const stateRule = rule((state, report) => {
  const { kind = "memory", path, url } = state;
  if (kind === "file" && path === undefined) {
    report({ path: ["path"], found: "nothing", wanted: "the path of the file" });
  }
  if (kind === "memory" && path !== undefined) {
    report({ path: ["path"], found: "a path for a state in memory", wanted: "kind: file, or no path" });
  }
  if (kind === "redis" && path !== undefined) {
    report({ path: ["path"], found: "a path for a state in Redis", wanted: "kind: file, or no path" });
  }
  if (kind === "redis" && url === undefined) {
    report({ path: ["url"], found: "nothing", wanted: "the URL of the Redis" });
  }
  if (kind !== "memory" && kind !== "file") return;
  for (const name of ["url", "username", "password", "ca", "sentinel"]) {
    if (state[name] === undefined) continue;
    report({ path: [name], found: `${name} for a state of kind ${kind}`, wanted: `kind: redis, or no ${name}` });
  }
});

/** What holds between gateway and models. */
export const wholeRule = rule((config, report) => {
  const known = Object.keys(members(config["models"]));
  const wanted = (model: string) => (known.length > mostListed ? "one of the models" : choice(model, known));
  objects(members(config["gateway"])["keys"]).forEach((key, index) => {
    list(key["models"]).forEach((model, position) => {
      if (typeof model === "string" && !known.includes(model)) {
        report({
          path: ["gateway", "keys", index, "models", position],
          found: `${describe(model)}, which models does not have`,
          wanted: wanted(model),
        });
      }
    });
  });
});

/** The id that a credential has where it names none. */
export function defaultId(index: number): string {
  return `credential-${index}`;
}

function distinctIds(ids: readonly unknown[], member: string, report: Report): void {
  const firsts = new Map<unknown, number>();
  ids.forEach((id, index) => {
    const first = firsts.get(id) ?? index;
    firsts.set(id, first);
    if (typeof id === "string" && first < index) {
      report({
        path: [member, index, "id"],
        found: `${describe(id)}, which ${member}[${first}] has too`,
        wanted: "an id of its own",
      });
    }
  });
}

function credentialRule(credential: Members, path: Path, model: Members, report: Report): void {
  distinctHeaders(Object.keys(members(credential["extra_headers"])), [...path, "extra_headers"], report);
  const { api } = model;
  if (!isApi(api)) return;
  if (credential["model"] === undefined && model["model"] === undefined) {
    report({
      path: [...path, "model"],
      found: "nothing",
      wanted: "the model's name at the upstream, here or for all credentials",
    });
  }
  if (credential["provider"] === undefined) {
    report({ path: [...path, "provider"], found: "nothing", wanted: `a provider, such as ${speakers(api)}` });
  }
  const provider = typeof credential["provider"] === "string" ? providerFor(credential["provider"]) : undefined;
  if (provider === undefined) return;
  const endpoint = provider.endpoints[api];
  if (endpoint === undefined) {
    report({
      path: [...path, "provider"],
      found: `"${provider.name}", which does not speak the model's api, ${api}`,
      wanted: `one of ${speakers(api)}`,
    });
  } else {
    needsRule(credential, provider, endpoint, path, report);
  }
}

/** Header names are the same in any case (RFC 9110, 5.1). */
function distinctHeaders(names: readonly string[], path: Path, report: Report): void {
  const seen = new Set<string>();
  names.forEach((name) => {
    const { size } = seen;
    if (seen.add(name.toLowerCase()).size === size) {
      report({
        path: [...path, name],
        found: "a header that is there twice",
        wanted: "one value a header, in whatever case its name is",
      });
    }
  });
}

function needsRule(credential: Members, provider: Provider, endpoint: Endpoint, path: Path, report: Report): void {
  const key = credential["api_key"];
  if (!provider.keyless && (key === undefined || (Secret.is(key) && key.isEmpty))) {
    report({
      path: [...path, "api_key"],
      found: key === undefined ? "nothing" : "an empty key",
      wanted: `a key, which ${provider.name} asks for`,
    });
  }
  if (credential["api_base"] === undefined && endpoint.apiBase === undefined) {
    report({
      path: [...path, "api_base"],
      found: "nothing",
      wanted: `the base of its URLs, since provider ${provider.name} has no default`,
    });
  }
  versionRule(credential, provider, endpoint, path, report);
}

/** Some bases want a version said with every request. */
function versionRule(credential: Members, { name }: Provider, endpoint: Endpoint, path: Path, report: Report): void {
  const { api_base: base, api_version: version } = credential;
  if (version !== undefined || typeof base !== "string" || !URL.canParse(base)) return;
  if (layoutOf(endpoint, new URL(base))?.needsVersion !== true) return;
  report({
    path: [...path, "api_version"],
    found: "nothing",
    wanted: `the version of its API, which ${name} wants to be told at such a base`,
  });
}

const embeddingMembers = [
  "dimension",
  "batch_size",
  "interchangeable",
  "allow_metadata_override",
  "vectors",
  "encoding_format",
  "input",
  "query_param",
  "document_param",
  "enable_fusion",
  "res_level",
  "max_video_frames",
];

/** Options of embeddings, which would be ignored elsewhere, are refused there. */
function plainRule(kind: string, model: Members, credentials: readonly Members[], report: Report): void {
  const stray = embeddingMembers.filter((name) => model[name] !== undefined).map((name) => [name] as Path);
  const strayOfCredentials = credentials.flatMap((credential, index) =>
    credential["dimension"] === undefined ? [] : [["credentials", index, "dimension"] as Path],
  );
  for (const path of [...stray, ...strayOfCredentials]) {
    report({
      path,
      found: `an option of embeddings in a model of kind ${kind}`,
      wanted: "kind: embedding, or no such option",
    });
  }
}

/** One model, one space of vectors (S41, S42). */
function embeddingRule(model: Members, credentials: readonly Members[], report: Report): void {
  const dimensions = credentials.map((credential) => credential["dimension"] ?? model["dimension"]);
  if (model["vectors"] !== "sparse" && dimensions.includes(undefined)) {
    report({ path: ["dimension"], found: "nothing", wanted: "the length of the model's vectors: it is never guessed" });
  }
  credentials.forEach((credential, index) => {
    const upstream = credential["model"] ?? model["model"];
    const first = credentials[0]?.["model"] ?? model["model"];
    if (model["interchangeable"] !== true && typeof upstream === "string" && upstream !== first) {
      report({
        path: ["credentials", index, "model"],
        found: `${describe(upstream)} beside ${describe(first)}`,
        wanted: "one upstream model, or interchangeable: true if their vectors are of one space",
      });
    }
    const dimension = dimensions[index];
    if (typeof dimension === "number" && typeof dimensions[0] === "number" && dimension !== dimensions[0]) {
      report({
        path: ["credentials", index, "dimension"],
        found: `${dimension} beside ${dimensions[0]}`,
        wanted: "one length for all vectors of a model",
      });
    }
  });
}

/** The providers that speak a dialect. */
function speakers(api: Api): string {
  return providers
    .filter((provider) => provider.endpoints[api] !== undefined)
    .map((provider) => provider.name)
    .join(", ");
}

function isApi(api: unknown): api is Api {
  return api === "openai" || api === "anthropic" || api === "gemini";
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function members(value: unknown): Members {
  return isObject(value) ? value : nothing;
}

/** The items of a list; where one is no object, {@link nothing} keeps its place. */
function objects(value: unknown): readonly Members[] {
  return list(value).map(members);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
