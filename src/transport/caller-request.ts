import { type JsonObjectText, memberText, readObject } from "./json-members.ts";
import { fieldText } from "./multipart.ts";
import type { CallerHeaders } from "./request-headers.ts";

/** What the caller asks for, read once, so that it can be sent as often as there are credentials. */
export interface CallerRequest {
  readonly method: string;
  readonly url: Pick<URL, "pathname" | "search">;
  readonly headers: CallerHeaders;
  readonly body: Buffer | undefined;
  /** The body taken apart, where it is a JSON object. */
  readonly json: JsonObjectText | undefined;
  readonly wantsStream: boolean;
  readonly signal: AbortSignal | undefined;
}

type Body = NonNullable<RequestInit["body"]>;

/**
 * Reads what `fetch` is given. The body is held in memory whole, whatever its size and kind: one that could not be sent
 * again could not fail over.
 *
 * @throws TypeError if the URL is none; whatever a body that is a stream throws.
 */
export async function readCallerRequest(input: string | URL | Request, init: RequestInit = {}): Promise<CallerRequest> {
  const given = isRequest(input) ? input : undefined;
  const url = new URL(isRequest(input) ? input.url : input);
  const headers = new Headers(init.headers ?? given?.headers);
  const signal = init.signal ?? given?.signal;
  signal?.throwIfAborted();
  const body = await bodyBytes(init.body ?? given?.body ?? undefined, headers);
  return callerRequest({
    method: (init.method ?? given?.method ?? "GET").toUpperCase(),
    url,
    headers: Object.fromEntries(headers),
    body,
    signal,
  });
}

/** Takes the body apart. One that is a JSON object and says nothing of its type is sent as what it is. */
export function callerRequest(parts: Omit<CallerRequest, "json" | "wantsStream">): CallerRequest {
  const { url, body, headers } = parts;
  const contentType = contentTypeOf(headers);
  const json = body !== undefined && maybeJson(contentType) ? readObject(body) : undefined;
  return {
    ...parts,
    headers:
      json !== undefined && contentType === undefined ? { ...headers, "content-type": "application/json" } : headers,
    json,
    wantsStream: memberOf({ json, body, headers }, "stream") === "true" || isGeminiStream.test(url.pathname),
  };
}

const isGeminiStream = /:streamGenerateContent$/;

/** What a request says under a name: a member of its JSON, as JSON text, or a field of its form. */
export function memberOf(
  { json, body, headers }: Pick<CallerRequest, "json" | "body" | "headers">,
  name: string,
): string | undefined {
  if (json !== undefined) return memberText(json, name);
  return body && fieldText(body, contentTypeOf(headers), name);
}

function contentTypeOf({ "content-type": contentType }: CallerHeaders): string | undefined {
  return contentType === undefined ? undefined : String(contentType);
}

function isRequest(input: string | URL | Request): input is Request {
  return typeof input === "object" && "url" in input;
}

/** The bytes of any body that `fetch` takes; the type that a form or a blob brings along goes into the headers. */
async function bodyBytes(body: Body | undefined, headers: Headers): Promise<Buffer | undefined> {
  if (body === undefined) return undefined;
  if (typeof body === "string") return Buffer.from(body);
  if (body instanceof ArrayBuffer) return Buffer.from(body);
  if (ArrayBuffer.isView(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const carrier = new Response(body);
  const contentType = carrier.headers.get("content-type");
  if (contentType !== null && !headers.has("content-type")) headers.set("content-type", contentType);
  return Buffer.from(await carrier.arrayBuffer());
}

/**
 * Bodies are JSON unless they say that they are something else; plain text is what `fetch` makes of a string. What follows
 * the type says nothing of it: a form's boundary is free to be `json`.
 */
function maybeJson(contentType: string | undefined): boolean {
  return contentType === undefined || /^(?:[^;]*json|text\/plain)/i.test(contentType);
}
