import type { TokenUsage } from "../../engine/call.ts";
import { hasRepeats, type WireInput, type WirePart } from "../input.ts";
import { type EmbeddingAsk, type EmbeddingDialect, memberOf } from "./dialect.ts";

/** https://www.volcengine.com/docs/84313/1791161 */
export const vikingdbDialect: EmbeddingDialect = {
  request: (ask) => ({
    ...modelsOf(ask),
    data: ask.inputs.map((input) => ({ ...itemOf(input), ...ask.purpose })),
  }),
  read: ({ result }) => {
    const items = memberOf(result, "data");
    if (!Array.isArray(items)) return undefined;
    const vectors = items.map((item) => ({
      dense: memberOf(item, "dense") ?? memberOf(item, "dense_embedding"),
      sparse: memberOf(item, "sparse") ?? memberOf(item, "sparse_embedding"),
    }));
    return { vectors, usage: usageOf(memberOf(result, "token_usage")) };
  },
};

/** A model of each kind of vector that is wanted; both are of one name. */
function modelsOf({ model, version, embedding: { vectors, dimension } }: EmbeddingAsk): object {
  const named = { name: model, ...(version !== undefined && { version }) };
  return {
    ...(vectors !== "sparse" && { dense_model: { ...named, dim: dimension } }),
    ...(vectors !== "dense" && { sparse_model: named }),
  };
}

/** Parts of different kinds are members of one item; only a sequence holds several of one kind. */
function itemOf(input: WireInput): object {
  const members = input.map(membersOf);
  return hasRepeats(input) ? { full_modal_seq: members } : Object.assign({}, ...members);
}

function membersOf(part: WirePart): object {
  return "video" in part ? { video: { value: part.video } } : part;
}

/** Told apart by model. */
function usageOf(usage: unknown): TokenUsage | undefined {
  if (typeof usage !== "object" || usage === null) return undefined;
  const counts = Object.values(usage).map((each) => memberOf(each, "prompt_tokens"));
  if (!counts.every((count) => typeof count === "number")) return undefined;
  return { inputTokens: counts.reduce((sum, count) => sum + count, 0) };
}
