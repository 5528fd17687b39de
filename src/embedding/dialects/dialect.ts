import type { EmbeddingOptions } from "../../config/runtime.ts";
import type { TokenUsage } from "../../engine/call.ts";
import type { Members } from "../../providers/embedding-wire.ts";
import type { WireInput } from "../input.ts";
import type { RawVector } from "../vectors.ts";

/** What one request is to ask for. */
export interface EmbeddingAsk {
  /** The model's name at the upstream. */
  readonly model: string;
  readonly version: string | undefined;
  readonly inputs: readonly WireInput[];
  readonly embedding: EmbeddingOptions;
  /** What the route wants said of encoding, length and purpose, under its own names. */
  readonly encoding: Members;
  readonly dimension: Members;
  readonly purpose: Members;
}

/** What an answer holds. */
export interface EmbeddingAnswer {
  /** In the inputs' order. */
  readonly vectors: readonly RawVector[];
  /** Undefined: it tells none. */
  readonly usage: TokenUsage | undefined;
}

/** A shape of requests and answers. */
export interface EmbeddingDialect {
  /** The body of a request, a JSON object. */
  readonly request: (ask: EmbeddingAsk) => Members;
  /** What a parsed answer holds; `undefined` where it has no vectors. */
  readonly read: (answer: Members) => EmbeddingAnswer | undefined;
}

/** A member of what may be no object at all. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Members)[name] : undefined;
}

/** A list, in the order that its items' indexes say where they have any. */
export function inOrderOfIndex(items: unknown, name = "index"): readonly unknown[] | undefined {
  if (!Array.isArray(items) || items.length === 0) return undefined;
  if (items.some((item) => typeof memberOf(item, name) !== "number")) return items;
  return items.toSorted((one, other) => Number(memberOf(one, name)) - Number(memberOf(other, name)));
}
