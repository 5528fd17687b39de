import type { RecordedPart } from "./recorded-request.ts";

/** What a dialect answers a request from: who asks, for what, and what the answer shall look like. */
export interface Question {
  /** The request's JSON object; empty where its body is none. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly parts: readonly RecordedPart[];
  readonly query: Readonly<Record<string, string>>;
  readonly model: string;
  /** The content, in the pieces that a stream hands out. */
  readonly pieces: readonly string[];
  /** Who answers: the label of the credential's key. */
  readonly label: string;
  /** Names this answer in ids: unique within the provider, the same on every run. */
  readonly serial: string;
  /** Second of the answer, since the epoch. */
  readonly createdS: number;
  /** Length of an embedding where the request names none. */
  readonly dimension: number;
  /** What a list of models holds. */
  readonly models: readonly string[];
}

/** An answer in one piece. */
export interface WholeReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** An answer in events, each complete with its framing. */
export interface StreamReply {
  /** Events before any output. */
  readonly head: readonly string[];
  /** One event, or several, an item of the output. */
  readonly items: readonly string[];
  /** Events after the output, up to the dialect's own end. */
  readonly tail: readonly string[];
  /** The dialect's event for an error inside a stream, from a failure's body. */
  readonly error: (body: unknown) => string;
}

export type Reply = WholeReply | StreamReply;

export function json(body: unknown, status = 200): WholeReply {
  return { status, contentType: "application/json", body: JSON.stringify(body) };
}
