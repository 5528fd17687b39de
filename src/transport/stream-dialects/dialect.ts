import type { TokenUsage } from "../../engine/call.ts";
import type { ServerSentEvent } from "../sse.ts";

/**
 * What an event means to whoever waits for output.
 *
 * `silent`: it carries none. `output`: it carries some. `closing`: output after which the stream may end well. `end`: the
 * dialect's own end. `error`: the answer failed.
 */
export type EventKind = "silent" | "output" | "closing" | "end" | "error";

/** One event, read. */
export interface EventMeaning {
  readonly kind: EventKind;
  /** Tokens that it tells of; later ones count over earlier ones, each by itself. */
  readonly usage?: TokenUsage | undefined;
}

/** How one dialect streams. */
export interface StreamDialect {
  readonly read: (event: ServerSentEvent) => EventMeaning;
  /** Whether an event of a stream that has begun can only be output: most are, and need not be parsed. */
  readonly isPlainOutput: (event: ServerSentEvent) => boolean;
  /** Whether its streams may also come as the items of a JSON array, each of which reads as an event's data. @default false */
  readonly comesAsArray?: boolean;
}

export const silent: EventMeaning = { kind: "silent" };
export const output: EventMeaning = { kind: "output" };
export const closing: EventMeaning = { kind: "closing" };
export const end: EventMeaning = { kind: "end" };
export const failed: EventMeaning = { kind: "error" };
