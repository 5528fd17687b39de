import type { TokenUsage } from "../engine/call.ts";
import type { Verdict } from "../engine/verdict.ts";
import { isErrorBody, parsedJson } from "./error-body.ts";
import { memberText, readObject } from "./json-members.ts";
import { tokensIn, usageInTail } from "./token-usage.ts";
import type { OpenedStream } from "./stream-head.ts";
import { watchLong } from "./stream-watch.ts";
import type { UpstreamAnswer } from "./upstream-answer.ts";
import { type KeptAnswer, UpstreamFailure } from "./upstream-failure.ts";
import { vectorLengthAtHead, vectorLengthIn } from "./vector-length.ts";

/** An answer that is there to its last byte. */
export interface WholeAnswer {
  readonly kind: "whole";
  readonly answer: KeptAnswer;
  readonly usage: TokenUsage | undefined;
}

/** Longer answers are handed on while they come, or a few of them would fill the memory. */
const mostHeldBytes = 8 * 1024 * 1024;
const mostFailureBytes = 16 * 1024 * 1024;
const mostParsedBytes = 64 * 1024;
const headBytes = 16 * 1024;

const truncated: Verdict = { class: "transient", rule: "answer.truncated" };
const otherDimension: Verdict = { class: "unknown", rule: "embedding.dimension" };

/**
 * Reads an answer to its end, and looks for what is wrong with it: one that breaks off before has failed (S26). Of one
 * that is too long to be held the beginning is looked at, and the rest comes as a stream does.
 *
 * @throws UpstreamFailure if it holds an error, is cut off, or has vectors of another length than is wanted (S41).
 */
export async function readWhole(
  upstream: UpstreamAnswer,
  dimension: number | undefined,
): Promise<WholeAnswer | OpenedStream> {
  const held: Buffer[] = [];
  let heldBytes = 0;
  for (;;) {
    const piece = await upstream.body.read();
    if (piece === undefined) return examined({ ...upstream, body: joined(held) }, dimension);
    held.push(piece);
    heldBytes += piece.length;
    if (heldBytes > mostHeldBytes) return begun(upstream, held, dimension);
  }
}

function begun(upstream: UpstreamAnswer, held: readonly Buffer[], dimension: number | undefined): OpenedStream {
  const head = { ...upstream, body: joined(held) };
  const isJson = looksLikeJson(head.body);
  try {
    if (isJson) examineHead(head, dimension);
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
 * Looks for what is wrong with an answer of a good status. A short one is parsed; of a long one, which is never parsed to
 * be handed on, the ends are read.
 *
 * @throws UpstreamFailure if it holds an error, is cut off, or has vectors of another length than is wanted (S41).
 */
function examined(answer: KeptAnswer, dimension: number | undefined): WholeAnswer {
  const { headers, body } = answer;
  if (/html/i.test(String(headers["content-type"] ?? ""))) throw new UpstreamFailure(answer);
  if (!looksLikeJson(body)) return { kind: "whole", answer, usage: undefined };
  if (body.length <= mostParsedBytes) return { kind: "whole", answer, usage: readShort(answer, dimension) };
  if (!isEndOfJson(body)) throw new UpstreamFailure(answer, truncated);
  examineHead(answer, dimension);
  return { kind: "whole", answer, usage: usageInTail(body) };
}

function readShort(answer: KeptAnswer, dimension: number | undefined): TokenUsage | undefined {
  const json = parsedJson(answer.body.toString("utf8"));
  if (json === undefined) throw new UpstreamFailure(answer, truncated);
  if (isErrorBody(json)) throw new UpstreamFailure(answer);
  if (isMisfit(vectorLengthIn(json), dimension)) throw new UpstreamFailure(answer, otherDimension);
  return usageIn(json);
}

function usageIn(json: unknown): TokenUsage | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  if ("usage" in json) return tokensIn(json.usage);
  return "usageMetadata" in json ? tokensIn(json.usageMetadata) : undefined;
}

/** Looks at the beginning of an answer that is too long to be parsed. */
function examineHead(answer: KeptAnswer, dimension: number | undefined): void {
  const head = readObject(answer.body.subarray(0, headBytes));
  if (head !== undefined && (memberText(head, "error") ?? "null") !== "null") throw new UpstreamFailure(answer);
  if (isMisfit(vectorLengthAtHead(answer.body), dimension)) throw new UpstreamFailure(answer, otherDimension);
}

function isMisfit(length: number | undefined, wanted: number | undefined): boolean {
  return wanted !== undefined && length !== undefined && length !== wanted;
}

function isEndOfJson(end: Buffer): boolean {
  return /[}\]]\s*$/.test(end.toString("latin1", Math.max(0, end.length - 256)));
}

/** By its first bytes: some upstreams name the type wrongly. */
function looksLikeJson(body: Buffer): boolean {
  return /^(?:\uFEFF|\xef\xbb\xbf)?\s*[{[]/.test(body.toString("latin1", 0, 64));
}
