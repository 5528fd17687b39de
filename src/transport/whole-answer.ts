import type { TokenUsage } from "../engine/call.ts";
import type { Verdict } from "../engine/verdict.ts";
import { isErrorBody, mayTellError, parsedJson } from "./error-body.ts";
import { memberText, readObject } from "./json-members.ts";
import { tokensIn, usageInTail } from "./token-usage.ts";
import type { OpenedStream } from "./stream-head.ts";
import { watchLong } from "./stream-watch.ts";
import type { UpstreamAnswer } from "./upstream-answer.ts";
import { UpstreamFailure } from "./upstream-failure.ts";
import { vectorLengthAtHead, vectorLengths } from "./vector-length.ts";

/** An answer that is there to its last byte. */
export interface WholeAnswer {
  readonly kind: "whole";
  readonly answer: Pick<UpstreamAnswer, "status" | "statusText" | "headers">;
  /** Its body as it came: putting the pieces of a long one together would cost as much as all else that is done with it. */
  readonly pieces: readonly Buffer[];
  readonly usage: TokenUsage | undefined;
}

/** What an answer must have. */
export interface Expected {
  /** Whether it is broken without a body: one to a `HEAD` or a `DELETE` is not. */
  readonly hasBody: boolean;
  /** Length of its vectors (S41); undefined: any, or it has none. */
  readonly dimension: number | undefined;
}

/** Longer answers are handed on while they come, or a few of them would fill the memory. */
const mostHeldBytes = 8 * 1024 * 1024;
const mostFailureBytes = 16 * 1024 * 1024;
const mostTakenApartBytes = 64 * 1024;
const headBytes = 16 * 1024;
const tailBytes = 16 * 1024;

const truncated: Verdict = { class: "transient", rule: "answer.truncated" };
const otherDimension: Verdict = { class: "unknown", rule: "embedding.dimension" };

/**
 * Reads an answer to its end, and looks for what is wrong with it: one that breaks off before has failed (S26). Of one
 * that is too long to be held the beginning is looked at, and the rest comes as a stream does.
 *
 * @throws UpstreamFailure if it holds an error, is cut off, or has vectors of another length than is wanted (S41).
 */
export async function readWhole(upstream: UpstreamAnswer, expected: Expected): Promise<WholeAnswer | OpenedStream> {
  const held: Buffer[] = [];
  let heldBytes = 0;
  for (;;) {
    const piece = await upstream.body.read();
    if (piece === undefined) return examined(upstream, held, heldBytes, expected);
    held.push(piece);
    heldBytes += piece.length;
    if (heldBytes > mostHeldBytes) return begun(upstream, held, expected.dimension);
  }
}

function begun(upstream: UpstreamAnswer, held: readonly Buffer[], dimension: number | undefined): OpenedStream {
  const isJson = looksLikeJson(headOf(held));
  try {
    if (isJson) examineHead(upstream, held, dimension);
  } catch (error) {
    upstream.body.close();
    throw error;
  }
  const watch = watchLong(isJson ? isEndOfJson : () => true);
  for (const piece of held) watch.see(piece);
  return { kind: "stream", answer: upstream, held, watch };
}

/** Reads the answer of a failure; one that breaks off, or goes on for too long, is a failure all the same. */
export async function readFailure(upstream: UpstreamAnswer): Promise<UpstreamFailure> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    while (length <= mostFailureBytes) {
      const piece = await upstream.body.read();
      if (piece === undefined) break;
      pieces.push(piece);
      length += piece.length;
    }
  } catch {
    // the status has been said, and that is what counts
  }
  upstream.body.close();
  return new UpstreamFailure({ ...upstream, body: joined(pieces) });
}

function joined(pieces: readonly Buffer[]): Buffer {
  const [only = Buffer.alloc(0)] = pieces;
  return pieces.length > 1 ? Buffer.concat(pieces) : only;
}

/**
 * Looks for what is wrong with an answer of a good status. A short one is taken apart, without being parsed; of a long one
 * the ends are read.
 *
 * @throws UpstreamFailure if it holds an error, is cut off, or has vectors of another length than is wanted (S41).
 */
function examined(
  answer: UpstreamAnswer,
  pieces: readonly Buffer[],
  length: number,
  { hasBody, dimension }: Expected,
): WholeAnswer {
  if (/html/i.test(String(answer.headers["content-type"] ?? ""))) throw failed(answer, pieces);
  if (length === 0 && hasBody && answer.status === 200) throw failed(answer, pieces, truncated);
  if (!looksLikeJson(headOf(pieces))) return { kind: "whole", answer, pieces, usage: undefined };
  if (length <= mostTakenApartBytes)
    return { kind: "whole", answer, pieces, usage: readShort(answer, pieces, dimension) };
  const tail = tailOf(pieces);
  if (!isEndOfJson(tail)) throw failed(answer, pieces, truncated);
  examineHead(answer, pieces, dimension);
  return { kind: "whole", answer, pieces, usage: usageInTail(tail) };
}

function failed(answer: UpstreamAnswer, pieces: readonly Buffer[], verdict?: Verdict): UpstreamFailure {
  return new UpstreamFailure({ ...answer, body: joined(pieces) }, verdict);
}

function readShort(
  answer: UpstreamAnswer,
  pieces: readonly Buffer[],
  dimension: number | undefined,
): TokenUsage | undefined {
  const bytes = joined(pieces);
  const object = readObject(bytes);
  if (object === undefined ? parsedJson(bytes.toString("utf8")) === undefined : object.closedAt === undefined) {
    throw failed(answer, pieces, truncated);
  }
  if (object === undefined) return undefined;
  if (mayTellError(object) && isErrorBody(parsedJson(bytes.toString("utf8")))) throw failed(answer, pieces);
  if (dimension !== undefined && vectorLengths(bytes).some((length) => length !== dimension)) {
    throw failed(answer, pieces, otherDimension);
  }
  return tokensIn(parsedJson(memberText(object, "usage") ?? memberText(object, "usageMetadata") ?? "null"));
}

/** Looks at the beginning of an answer that is too long to be parsed. */
function examineHead(answer: UpstreamAnswer, pieces: readonly Buffer[], dimension: number | undefined): void {
  if (tellsError(headOf(pieces))) throw failed(answer, pieces);
  if (dimension === undefined) return;
  // A vector may be longer than the first piece; it seldom is.
  const length = vectorLengthAtHead(headOf(pieces)) ?? vectorLengthAtHead(joined(pieces));
  if (isMisfit(length, dimension)) throw failed(answer, pieces, otherDimension);
}

function tellsError(head: Buffer): boolean {
  if (!head.includes(errorKey)) return false;
  const members = readObject(head.subarray(0, headBytes));
  return members !== undefined && (memberText(members, "error") ?? "null") !== "null";
}

const errorKey = Buffer.from('"error"');

function isMisfit(length: number | undefined, wanted: number | undefined): boolean {
  return wanted !== undefined && length !== undefined && length !== wanted;
}

/** The first piece, which is enough to look at unless it is short. */
function headOf(pieces: readonly Buffer[]): Buffer {
  const [first] = pieces;
  return first !== undefined && first.length >= headBytes ? first : joined(pieces);
}

function tailOf(pieces: readonly Buffer[]): Buffer {
  let from = pieces.length;
  for (let length = 0; from > 0 && length < tailBytes; length += pieces[from]?.length ?? 0) from -= 1;
  return joined(pieces.slice(from).map((piece) => piece.subarray(-tailBytes)));
}

function isEndOfJson(end: Buffer): boolean {
  return /[}\]]\s*$/.test(end.toString("latin1", Math.max(0, end.length - 256)));
}

/** By its first bytes: some upstreams name the type wrongly. */
function looksLikeJson(head: Buffer): boolean {
  return /^(?:\uFEFF|\xef\xbb\xbf)?\s*[{[]/.test(head.toString("latin1", 0, 64));
}
