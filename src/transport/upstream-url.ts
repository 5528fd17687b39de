import type { Credential } from "../config/runtime.ts";
import type { Api } from "../providers/provider.ts";

/** A host that no name server will ever know (RFC 2606), so that a client that bypasses `fetch` fails at once. */
const origin = "https://keyswitch.invalid";

/** What a client is told as its base URL. Only its shape matters: Anthropic's client puts `/v1` before its paths itself, OpenAI's does not. */
export function baseURLOf(model: { readonly api: Api | "any" }): string {
  return model.api === "openai" || model.api === "any" ? `${origin}/v1` : origin;
}

/** A version as the segment of a path: `v1`, `v3`, `v1beta`. */
const versionSegment = /\/v\d{1,3}(?:(?:alpha|beta|preview)\d{0,2})?(?=\/|$)/;

/**
 * Where a request goes: what follows the first version in the caller's path is put behind the credential's own base,
 * whatever base the client was configured with; a path without a version counts whole. The query stays.
 *
 * The version itself belongs to the base in OpenAI's dialect (`https://api.openai.com/v1`), and to the path in the
 * others (`https://api.anthropic.com`), unless the base brings one along.
 */
export function upstreamUrl(url: URL, api: Api, { apiBase = "" }: Credential): URL {
  const { route, version } = routeOf(url);
  const base = new URL(apiBase);
  const belongsToPath = api !== "openai" && !new RegExp(`${versionSegment.source}$`).test(base.pathname);
  const upstream = new URL(base);
  upstream.pathname = `${base.pathname.replace(/\/$/, "")}${belongsToPath ? version : ""}${route}`;
  for (const [name, value] of url.searchParams) if (!isKey(name)) upstream.searchParams.append(name, value);
  return upstream;
}

/** The path without base and version: `/chat/completions`. */
export function routeOf({ pathname }: URL): { readonly route: string; readonly version: string } {
  const found = versionSegment.exec(pathname);
  if (found === null) return { route: pathname, version: "" };
  return { route: pathname.slice(found.index + found[0].length), version: found[0] };
}

/** Gemini's clients may send their key in the query; it is the caller's own, not the credential's. */
function isKey(name: string): boolean {
  return name === "key";
}
