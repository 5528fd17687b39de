import type { Credential } from "../config/runtime.ts";
import type { Endpoint } from "../providers/provider.ts";

/** A caller's headers, by name in lower case, as Node's server gives them. */
export type CallerHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Headers that speak of one connection only (RFC 9110, 7.6.1). */
export const hopByHopHeaders: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What is the caller's own business with whom it believes to talk to: it would name the wrong account, or leak a key. */
const callersOwn: ReadonlySet<string> = new Set([
  "authorization",
  "x-api-key",
  "api-key",
  "x-goog-api-key",
  "cookie",
  "openai-organization",
  "openai-project",
]);

/** What proxies before us say of whom they had a request from: it is not the upstream's to know who calls, and from where. */
const ofProxies: ReadonlySet<string> = new Set([
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
  "x-forwarded-server",
  "x-real-ip",
  "true-client-ip",
  "cf-connecting-ip",
  "via",
  "cdn-loop",
]);

/** What is worked out anew for each exchange. */
const workedOut: ReadonlySet<string> = new Set(["host", "content-length", "expect", "accept-encoding"]);

const stays: ReadonlySet<string> = new Set([...hopByHopHeaders, ...callersOwn, ...ofProxies, ...workedOut]);

/** What an upstream may compress with. A stream is asked for plain: compressors hold events back. */
const compressions = { whole: "gzip, br", stream: "identity" };

/** The headers of one attempt: the caller's, without its keys, and the credential's own. */
export function upstreamHeaders(
  { headers, wantsStream }: { readonly headers: CallerHeaders; readonly wantsStream: boolean },
  { auth, headers: fixed = {} }: Endpoint,
  { apiKey, headers: extra }: Credential,
): Record<string, string> {
  const sent: Record<string, string> = {
    ...fixed,
    ...passedOn(headers),
    "accept-encoding": wantsStream ? compressions.stream : compressions.whole,
  };
  if (auth !== "none" && !apiKey.isEmpty) {
    const key = apiKey.reveal();
    sent[auth.header] = auth.scheme === undefined ? key : `${auth.scheme} ${key}`;
  }
  for (const [name, value] of Object.entries(extra)) sent[name] = value.reveal();
  return sent;
}

function passedOn(headers: CallerHeaders): Record<string, string> {
  const named = namedByConnection(headers["connection"]);
  const passed: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || stays.has(name) || named.includes(name) || name.startsWith("x-keyswitch-")) continue;
    passed[name] = typeof value === "string" ? value : value.join(", ");
  }
  return passed;
}

/** The headers that a `Connection` header declares to be of this connection only. */
export function namedByConnection(connection: string | readonly string[] | undefined): readonly string[] {
  if (connection === undefined || connection === "keep-alive" || connection === "close") return [];
  return String(connection)
    .split(",")
    .map((name) => name.trim().toLowerCase());
}
