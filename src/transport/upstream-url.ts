import type { Credential } from "../config/runtime.ts";
import { layoutOf } from "../providers/index.ts";
import type { Api, Endpoint } from "../providers/provider.ts";
import { endpointOf } from "./endpoint.ts";
import { withModel } from "./model-resource.ts";

/** A host that no name server will ever know (RFC 2606), so that a client that bypasses `fetch` fails at once. */
const origin = "https://keyswitch.invalid";

/** What a client is told as its base URL. Only its shape matters: the clients of Anthropic and Gemini put the version before their paths themselves, OpenAI's does not. */
export function baseURLOf(model: { readonly api: Api | "any" }): string {
  return model.api === "openai" || model.api === "any" ? `${origin}/v1` : origin;
}

/** A version as the segment of a path: `v1`, `v3`, `v1beta`. */
const versionSegment = /\/v\d{1,3}(?:(?:alpha|beta|preview)\d{0,2})?(?=\/|$)/;

/** What counts of the URL that a caller asks for: it never decides on the host. */
type CallerUrl = Pick<URL, "pathname" | "search">;

/**
 * Where a request goes: what follows the first version in the caller's path is put behind the credential's own base,
 * whatever base the client was configured with; a path without a version counts whole. A model in the path becomes the
 * credential's. The query stays.
 *
 * The version itself belongs to the base in OpenAI's dialect (`https://api.openai.com/v1`), and to the path in the
 * others (`https://api.anthropic.com`), unless the base brings one along.
 */
export function upstreamUrl(url: CallerUrl, api: Api, credential: Credential): URL {
  const { route, version } = routeOf(url);
  const endpoint = endpointOf(credential, api);
  const upstream = new URL(credential.apiBase ?? "");
  const base = upstream.pathname.replace(/\/$/, "");
  const belongsToPath = api !== "openai" && !new RegExp(`${versionSegment.source}$`).test(base);
  const prefix = belongsToPath ? version : prefixOf(endpoint, upstream, route, credential);
  upstream.pathname = `${base}${prefix}${withModel(api, route, credential.model)}`;
  for (const [name, value] of new URLSearchParams(url.search))
    if (!callersOwn.has(name)) upstream.searchParams.append(name, value);
  if (endpoint.versionParameter !== undefined && credential.apiVersion !== undefined) {
    upstream.searchParams.set(endpoint.versionParameter, credential.apiVersion);
  }
  return upstream;
}

/** What the provider has between this base and this route. */
function prefixOf(endpoint: Endpoint, base: URL, route: string, { model }: Credential): string {
  const layout = layoutOf(endpoint, base);
  const prefix = layout?.prefixes.find((each) => each.route.test(route))?.prefix ?? "";
  return prefix.replace("{model}", () => encodeURIComponent(model));
}

/** What clients of Azure and of Gemini's compatible endpoint have between a version, or nothing, and the route. */
const clientsPrefix = /^(?:.*\/openai\/deployments\/[^/]+|\/openai|\/deployments\/[^/]+)(?=\/)/;

/** The path without base and version: `/chat/completions`. */
export function routeOf({ pathname }: Pick<URL, "pathname">): { readonly route: string; readonly version: string } {
  const found = versionSegment.exec(pathname);
  const version = found?.[0] ?? "";
  const rest = found === null ? pathname : pathname.slice(found.index + version.length);
  return { route: rest.replace(clientsPrefix, ""), version };
}

/** Parameters that speak of whom the caller believes to talk to: Gemini's clients may send a key, Azure's send a version. */
const callersOwn: ReadonlySet<string> = new Set(["key", "api-version"]);
