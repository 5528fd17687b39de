import { STATUS_CODES } from "node:http";
import type { AnswerShape, Behaviour, ErrorAfterItems, RawAnswer, SlowBody } from "./behaviours.ts";
import type { Failure } from "./failures/index.ts";
import { json, type Reply, type StreamReply, type WholeReply } from "./reply.ts";

/** What goes over the socket, and when: a behaviour applied to an answer. */
export interface Delivery {
  /** Absent: nothing is sent at all. */
  readonly heading?: { readonly status: number; readonly headers: Readonly<Record<string, string>> };
  /** Wait before the heading, in milliseconds. */
  readonly delayMs: number;
  readonly chunks: readonly Chunk[];
  readonly contentEncoding: "gzip" | "br" | undefined;
  readonly ending: "end" | "reset" | "stall";
}

interface Chunk {
  readonly bytes: string | Uint8Array;
  /** Wait before it, in milliseconds. */
  readonly waitMs: number;
}

/** The healthy side of a provider, which behaviours spoil. */
export interface Source {
  /** The headers that every answer of this provider carries, request id and all. */
  readonly headers: Readonly<Record<string, string>>;
  readonly defaults: AnswerShape & { readonly items: number };
  readonly compose: (shape: AnswerShape & { readonly items: number }) => Reply;
}

/** Applies a behaviour to what the source would have answered. */
export function deliveryOf(behaviour: Behaviour, source: Source): Delivery {
  if (behaviour === "healthy") return inFull(prepared({}, source));
  if ("delayMs" in behaviour) return later(behaviour.delayMs, deliveryOf(behaviour.next ?? "healthy", source));
  if ("status" in behaviour) return ofFailure(behaviour, source);
  if ("raw" in behaviour) return verbatim(behaviour.raw);
  if ("hang" in behaviour) return { ...nothing, ending: "stall" };
  if ("reset" in behaviour) return { ...nothing, ending: "reset" };
  if ("hangAfterHeaders" in behaviour) return { ...prepared({}, source).opening, ending: "stall" };
  if ("resetAfterItems" in behaviour) return { ...upTo(behaviour.resetAfterItems, behaviour, source), ending: "reset" };
  if ("stallAfterItems" in behaviour) return { ...upTo(behaviour.stallAfterItems, behaviour, source), ending: "stall" };
  if ("cutAfterItems" in behaviour) return upTo(behaviour.cutAfterItems, behaviour, source);
  if ("errorAfterItems" in behaviour) return erringAfter(behaviour, source);
  if ("errorAtHead" in behaviour) return erringAtHead(behaviour.errorAtHead, source);
  if ("truncatedJson" in behaviour) return halved(inFull(prepared(behaviour, source)));
  if ("html" in behaviour) return whole(htmlPage(behaviour.html), source.headers);
  if ("redirect" in behaviour) return redirected(behaviour.redirect, source);
  if ("slowBody" in behaviour) return sliced(behaviour.slowBody, inFull(prepared(behaviour, source)));
  return inFull(prepared(behaviour, source));
}

const nothing = { delayMs: 0, chunks: [], contentEncoding: undefined } satisfies Partial<Delivery>;

/** A healthy answer in the parts that a behaviour leaves out or replaces. */
interface Prepared {
  /** Status and headers, without a body. */
  readonly opening: Delivery;
  readonly head: readonly Chunk[];
  readonly items: readonly Chunk[];
  readonly tail: readonly Chunk[];
  /** What is sent when an error comes up after these chunks. */
  readonly erring: (before: readonly Chunk[], body: unknown) => readonly Chunk[];
}

/** Composes the answer, with more items than a behaviour lets through where the shape does not say how many. */
function prepared(given: AnswerShape, source: Source, itemsLetThrough = 0): Prepared {
  const items = given.items ?? Math.max(source.defaults.items, itemsLetThrough + 1);
  const shape = { ...source.defaults, ...given, items };
  const reply = source.compose(shape);
  return "items" in reply ? preparedStream(reply, shape, source) : preparedWhole(reply, shape, source);
}

function preparedStream(reply: StreamReply, shape: AnswerShape, source: Source): Prepared {
  return {
    opening: opening(200, "text/event-stream", shape, source),
    head: reply.head.map(atOnce),
    items: reply.items.map((bytes) => ({ bytes, waitMs: shape.itemDelayMs ?? 0 })),
    tail: reply.tail.map(atOnce),
    erring: (before, body) => [...before, atOnce(reply.error(body))],
  };
}

/** An answer in one piece has one item, the first half of its bytes. An error takes the place of the whole. */
function preparedWhole(reply: WholeReply, shape: AnswerShape, source: Source): Prepared {
  const bytes = Buffer.from(reply.body);
  const middle = Math.floor(bytes.length / 2);
  return {
    opening: opening(reply.status, reply.contentType, shape, source),
    head: [],
    items: [atOnce(bytes.subarray(0, middle))],
    tail: [atOnce(bytes.subarray(middle))],
    erring: (_before, body) => [atOnce(JSON.stringify(body))],
  };
}

function opening(status: number, contentType: string, { contentEncoding }: AnswerShape, source: Source): Delivery {
  const encoding = contentEncoding && { "content-encoding": contentEncoding };
  const headers = { ...source.headers, "content-type": contentType, ...encoding };
  return { ...nothing, heading: { status, headers }, contentEncoding, ending: "end" };
}

function later(delayMs: number, delivery: Delivery): Delivery {
  return { ...delivery, delayMs: delayMs + delivery.delayMs };
}

function inFull({ opening, head, items, tail }: Prepared): Delivery {
  return { ...opening, chunks: [...head, ...items, ...tail] };
}

function upTo(items: number, shape: AnswerShape, source: Source): Delivery {
  const answer = prepared(shape, source, items);
  return { ...answer.opening, chunks: [...answer.head, ...answer.items.slice(0, items)] };
}

function erringAfter(behaviour: ErrorAfterItems, source: Source): Delivery {
  const { opening, head, items, erring } = prepared(behaviour, source, behaviour.errorAfterItems);
  const before = [...head, ...items.slice(0, behaviour.errorAfterItems)];
  return { ...opening, chunks: erring(before, behaviour.error.body) };
}

function erringAtHead(error: Failure, source: Source): Delivery {
  const { opening, erring } = prepared({}, source);
  return { ...opening, chunks: erring([], error.body) };
}

function ofFailure({ status, headers, body }: Failure, source: Source): Delivery {
  return whole(json(body, status), { ...source.headers, ...headers });
}

function redirected(location: string, source: Source): Delivery {
  return whole({ status: 307, contentType: "text/plain", body: "" }, { ...source.headers, location });
}

function verbatim({ status, headers = {}, body }: RawAnswer): Delivery {
  return { ...nothing, heading: { status, headers }, chunks: [atOnce(body)], ending: "end" };
}

function whole({ status, contentType, body }: WholeReply, headers: Readonly<Record<string, string>>): Delivery {
  const heading = { status, headers: { "content-type": contentType, ...headers } };
  return { ...nothing, heading, chunks: [atOnce(body)], ending: "end" };
}

function halved(delivery: Delivery): Delivery {
  const bytes = bytesOf(delivery);
  return { ...delivery, chunks: [atOnce(bytes.subarray(0, Math.floor(bytes.length / 2)))] };
}

function sliced({ sliceBytes = 16, pauseMs = 5 }: SlowBody["slowBody"], delivery: Delivery): Delivery {
  const bytes = bytesOf(delivery);
  const count = Math.ceil(bytes.length / sliceBytes);
  const slice = (index: number): Buffer => bytes.subarray(index * sliceBytes, (index + 1) * sliceBytes);
  return {
    ...delivery,
    chunks: Array.from({ length: count }, (_, index) => ({ bytes: slice(index), waitMs: pauseMs })),
  };
}

function atOnce(bytes: string | Uint8Array): Chunk {
  return { bytes, waitMs: 0 };
}

function bytesOf(delivery: Delivery): Buffer {
  return Buffer.concat(delivery.chunks.map(({ bytes }) => Buffer.from(bytes)));
}

function htmlPage(status: number): WholeReply {
  const title = `${status} ${STATUS_CODES[status] ?? ""}`.trim();
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
  return { status, contentType: "text/html", body };
}
