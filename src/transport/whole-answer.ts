import type { TokenUsage } from "../engine/call.ts";
import type { Verdict } from "../engine/verdict.ts";
import { isErrorBody, parsedJson } from "./error-body.ts";
import { memberText, readObject } from "./json-members.ts";
import { tokensIn, usageInTail } from "./token-usage.ts";
import type { UpstreamAnswer } from "./upstream-answer.ts";
import { type KeptAnswer, UpstreamFailure } from "./upstream-failure.ts";
import { vectorLengthAtHead, vectorLengthIn } from "./vector-length.ts";

/** An answer that is there to its last byte. */
export interface WholeAnswer {
  readonly kind: "whole";
  readonly answer: KeptAnswer;
  readonly usage: TokenUsage | undefined;
}

/** More than any answer in one piece is known to have; a body without end would fill the memory. */
const mostBytes = 256 * 1024 * 1024;
const mostFailureBytes = 16 * 1024 * 1024;
const mostParsedBytes = 64 * 1024;
const headBytes = 16 * 1024;

const tooLarge: Verdict = { class: "unknown", rule: "answer.too-large" };
const truncated: Verdict = { class: "transient", rule: "answer.truncated" };
const otherDimension: Verdict = { class: "unknown", rule: "embedding.dimension" };

/** Reads an answer to its end: one that breaks off before has failed (S26). */
export async function readWhole(upstream: UpstreamAnswer): Promise<KeptAnswer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of upstream.body as AsyncIterable<Buffer>) {
    pieces.push(piece);
    length += piece.length;
    if (length > mostBytes) throw new UpstreamFailure({ ...upstream, body: Buffer.alloc(0) }, tooLarge);
  }
  return { ...upstream, body: joined(pieces) };
}

/** Reads the answer of a failure; one that breaks off, or goes on for too long, is a failure all the same. */
export async function readFailure(upstream: UpstreamAnswer): Promise<UpstreamFailure> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of upstream.body as AsyncIterable<Buffer>) {
      pieces.push(piece);
      length += piece.length;
      if (length > mostFailureBytes) break;
    }
  } catch {
    // the status has been said, and that is what counts
  }
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
export function examined(answer: KeptAnswer, dimension: number | undefined): WholeAnswer {
  const { headers, body } = answer;
  if (/html/i.test(String(headers["content-type"] ?? ""))) throw new UpstreamFailure(answer);
  if (!looksLikeJson(body)) return { kind: "whole", answer, usage: undefined };
  const { usage, vectorLength } = body.length <= mostParsedBytes ? readShort(answer) : readLong(answer);
  const isMisfit = dimension !== undefined && vectorLength !== undefined && vectorLength !== dimension;
  if (isMisfit) throw new UpstreamFailure(answer, otherDimension);
  return { kind: "whole", answer, usage };
}

interface Findings {
  readonly usage: TokenUsage | undefined;
  readonly vectorLength: number | undefined;
}

function readShort(answer: KeptAnswer): Findings {
  const json = parsedJson(answer.body.toString("utf8"));
  if (json === undefined) throw new UpstreamFailure(answer, truncated);
  if (isErrorBody(json)) throw new UpstreamFailure(answer);
  return { usage: usageIn(json), vectorLength: vectorLengthIn(json) };
}

function usageIn(json: unknown): TokenUsage | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  if ("usage" in json) return tokensIn(json.usage);
  return "usageMetadata" in json ? tokensIn(json.usageMetadata) : undefined;
}

function readLong(answer: KeptAnswer): Findings {
  const { body } = answer;
  if (!/[}\]]\s*$/.test(body.toString("latin1", body.length - 256))) throw new UpstreamFailure(answer, truncated);
  const head = readObject(body.subarray(0, headBytes));
  if (head !== undefined && (memberText(head, "error") ?? "null") !== "null") throw new UpstreamFailure(answer);
  return { usage: usageInTail(body), vectorLength: vectorLengthAtHead(body) };
}

/** By its first bytes: some upstreams name the type wrongly. */
function looksLikeJson(body: Buffer): boolean {
  return /^(?:\uFEFF|\xef\xbb\xbf)?\s*[{[]/.test(body.toString("latin1", 0, 64));
}
