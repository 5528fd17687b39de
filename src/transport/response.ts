import type { AnswerHeaders } from "./answer-headers.ts";
import type { Reply } from "./relay.ts";
import { streamBody } from "./stream-body.ts";

/** Statuses whose answers have no body, by the standard of `fetch`. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

/** A reply as `fetch` gives it. */
export function responseOf({ status, statusText, headers, body }: Reply): Response {
  const content = "read" in body ? streamBody(body) : wholeBody(body);
  return new Response(bodiless.has(status) ? null : content, {
    // a status that HTTP does not have is a bad gateway's
    status: status >= 200 && status <= 599 ? status : 502,
    statusText: /^[\t\x20-\x7e]*$/.test(statusText) ? statusText : "",
    headers: headersOf(headers),
  });
}

/** Most come in one piece, which is not copied then. */
function wholeBody(pieces: readonly Buffer[]): Uint8Array<ArrayBuffer> {
  const [only] = pieces;
  return (pieces.length === 1 ? only : Buffer.concat(pieces)) as Uint8Array<ArrayBuffer>;
}

function headersOf(fields: AnswerHeaders): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(fields)) {
    for (const value of [values].flat()) headers.append(name, value);
  }
  return headers;
}
