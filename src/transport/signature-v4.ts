import { createHash, createHmac } from "node:crypto";

/** One request, as far as it is signed. */
export interface SignedRequest {
  readonly method: string;
  readonly url: Pick<URL, "host" | "pathname" | "searchParams">;
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** Who signs, and for whom. */
export interface Signer {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
  readonly service: string;
}

/**
 * The headers that prove to Volcengine who sends a request, by the fourth version of its signatures.
 *
 * https://www.volcengine.com/docs/6369/67269
 */
export function signatureHeaders(
  { method, url, contentType, body }: SignedRequest,
  { accessKey, secretKey, region, service }: Signer,
  now: Date = new Date(),
): Readonly<Record<string, string>> {
  const date = now.toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
  const bodyHash = sha256(body);
  const signed: readonly (readonly [string, string])[] = [
    ["content-type", contentType],
    ["host", url.host],
    ["x-content-sha256", bodyHash],
    ["x-date", date],
  ];
  const names = signed.map(([name]) => name).join(";");
  const canonicalRequest = [
    method,
    escapedPath(url.pathname),
    sortedQuery(url.searchParams),
    ...signed.map(([name, value]) => `${name}:${value.trim()}`),
    "",
    names,
    bodyHash,
  ].join("\n");
  const scope = [date.slice(0, 8), region, service, "request"];
  const text = ["HMAC-SHA256", date, scope.join("/"), sha256(canonicalRequest)].join("\n");
  const key = scope.reduce<string | Buffer>(hmac, secretKey);
  const signature = hmac(key, text).toString("hex");
  return {
    "content-type": contentType,
    "x-content-sha256": bodyHash,
    "x-date": date,
    authorization: `HMAC-SHA256 Credential=${accessKey}/${scope.join("/")}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function escapedPath(path: string): string {
  return path === ""
    ? "/"
    : path
        .split("/")
        .map((segment) => escaped(decodeURIComponent(segment)))
        .join("/");
}

function sortedQuery(parameters: URLSearchParams): string {
  return [...parameters]
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .toSorted()
    .join("&");
}

/** As RFC 3986 has it, which leaves fewer characters as they are than `encodeURIComponent`. */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
