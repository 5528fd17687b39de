import { pipeline, type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import type { Dispatcher } from "undici";

/** An upstream's answer, its body still on the way. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly statusText: string;
  /** By name in lower case. Those that speak of the transfer alone are gone where the body was decoded. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** Decoded. Ending the iteration closes the connection. */
  readonly body: Readable;
}

/** One request, ready to be sent. */
export interface UpstreamRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body: Buffer | undefined;
}

/**
 * Sends a request and waits for the head of its answer. Redirects are not followed: the key would go where its owner
 * never meant it to.
 */
export async function askUpstream(
  dispatcher: Dispatcher,
  { method, url, headers, body }: UpstreamRequest,
  signal: AbortSignal,
): Promise<UpstreamAnswer> {
  const { statusCode, statusText, ...answer } = await dispatcher.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method,
    headers,
    body: body ?? null,
    signal,
    // whosever pool it is: the engine has the only timers (S26)
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return { status: statusCode, statusText, ...decoded(answer.body, answer.headers as Headers) };
}

type Headers = Record<string, string | readonly string[]>;

const decoders: Readonly<Record<string, () => NodeJS.ReadWriteStream & Readable>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** Decodes a body that is encoded once, in a way that is known; another passes as it came. */
function decoded(body: Readable, headers: Headers): Pick<UpstreamAnswer, "headers" | "body"> {
  const { "content-encoding": encoding, "content-length": _, ...others } = headers;
  const decoder = decoders[String(encoding ?? "").toLowerCase()]?.();
  if (decoder === undefined) return { headers, body };
  // A failure of either side reaches whoever reads the decoder; the callback is there to keep it from being thrown.
  pipeline(body, decoder, () => undefined);
  return { headers: others, body: decoder };
}
