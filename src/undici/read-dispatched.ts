import type { OutgoingHttpHeader } from "node:http";
import { stringify } from "node:querystring";
import { addAbortSignal, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { type Dispatcher, Response as UndiciResponse } from "undici";
import { UsageError } from "../errors.ts";
import { type CallerRequest, callerRequest } from "../transport/caller-request.ts";

/**
 * Reads what undici was asked to dispatch. The body is held in memory whole: one that could not be sent again could not
 * fail over.
 *
 * @throws UsageError for what is no plain request; the signal's reason; whatever a body that is a stream throws.
 */
export async function readDispatched(options: Dispatcher.DispatchOptions, signal: AbortSignal): Promise<CallerRequest> {
  const { method, upgrade } = options;
  signal.throwIfAborted();
  if (method === "CONNECT" || Boolean(upgrade)) {
    const found = method === "CONNECT" ? "CONNECT" : `an upgrade to ${String(upgrade)}`;
    throw new UsageError({ path: "dispatch", found, wanted: "a request that can be sent again" });
  }
  const headers = headersOf(options.headers);
  const { bytes, contentType } = await readBody(options.body as DispatchedBody, signal);
  if (contentType !== null && contentType !== undefined) headers["content-type"] ??= contentType;
  return callerRequest({ method: method.toUpperCase(), url: urlOf(options), headers, body: bytes, signal });
}

/** Only path and query count; they are read with any origin. */
function urlOf({ path, query }: Dispatcher.DispatchOptions): URL {
  const url = new URL(/^https?:\/\//i.test(path) ? path : `http://origin.invalid${path}`);
  if (query !== undefined && query !== null) url.search = stringify(query);
  return url;
}

type Headers = Record<string, string | readonly string[]>;
type HeaderValue = OutgoingHttpHeader | readonly string[] | null | undefined;

/** By name in lower case, of any form that undici takes: an object, pairs, or names and values in turn. */
function headersOf(given: Dispatcher.DispatchOptions["headers"]): Headers {
  const headers: Headers = {};
  for (const [name, value] of pairsOf(given ?? {})) {
    if (value === undefined || value === null) continue;
    const key = name.toLowerCase();
    const values = [headers[key] ?? [], value].flat().map(String);
    headers[key] = values.length === 1 ? (values[0] ?? "") : values;
  }
  return headers;
}

function pairsOf(
  headers: NonNullable<Dispatcher.DispatchOptions["headers"]>,
): Iterable<readonly [string, HeaderValue]> {
  if (Array.isArray(headers)) {
    return headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1]] as const] : []));
  }
  return Symbol.iterator in headers ? headers : Object.entries(headers);
}

/** What undici takes for a body, more than its types say: its `fetch` gives an iterable of bytes. */
type DispatchedBody =
  | Exclude<Dispatcher.DispatchOptions["body"], undefined>
  | ArrayBuffer
  | Blob
  | FormData
  | Iterable<Uint8Array | string>
  | AsyncIterable<Uint8Array | string>
  | undefined;

interface ReadBody {
  readonly bytes: Buffer | undefined;
  /** The type that a form or a blob brings along. */
  readonly contentType?: string | null;
}

async function readBody(body: DispatchedBody, signal: AbortSignal): Promise<ReadBody> {
  if (body === undefined || body === null) return { bytes: undefined };
  if (typeof body === "string") return { bytes: Buffer.from(body) };
  if (body instanceof ArrayBuffer) return { bytes: Buffer.from(body) };
  if (ArrayBuffer.isView(body)) return { bytes: Buffer.from(body.buffer, body.byteOffset, body.byteLength) };
  if (isForm(body) || body instanceof Blob) {
    // Each `Response` knows only the forms of its own library.
    const carrier = body instanceof FormData ? new Response(body) : new UndiciResponse(body as never);
    return { bytes: Buffer.from(await carrier.arrayBuffer()), contentType: carrier.headers.get("content-type") };
  }
  const source = body instanceof Readable ? body : Readable.from(body as Iterable<Uint8Array>);
  try {
    return { bytes: await buffer(addAbortSignal(signal, source)) };
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

function isForm(body: object): boolean {
  return Symbol.toStringTag in body && body[Symbol.toStringTag] === "FormData";
}
