import { answerHeaders, type Stamp } from "./answer-headers.ts";
import type { UpstreamAnswer } from "./upstream-answer.ts";

type Head = Pick<UpstreamAnswer, "status" | "statusText" | "headers">;

/** Statuses whose answers have no body, by the standard of `fetch`. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

/** An upstream's answer as `fetch` gives it. */
export function upstreamResponse(head: Head, body: Buffer | ReadableStream<Uint8Array>, stamp: Stamp): Response {
  return new Response(bodiless.has(head.status) ? null : (body as Uint8Array<ArrayBuffer> | ReadableStream), {
    // a status that HTTP does not have is a bad gateway's
    status: head.status >= 200 && head.status <= 599 ? head.status : 502,
    statusText: /^[\t\x20-\x7e]*$/.test(head.statusText) ? head.statusText : "",
    headers: answerHeaders(head.headers, stamp),
  });
}
