import { addressIn, textOf, type WireInput, type WirePart } from "../input.ts";
import { type EmbeddingDialect, memberOf } from "./dialect.ts";

/** https://docs.cohere.com/reference/embed */
export const cohereDialect: EmbeddingDialect = {
  request: ({ model, inputs, encoding, dimension, purpose }) => ({
    model,
    ...(inputs.some(hasImage)
      ? { inputs: inputs.map((input) => ({ content: input.map(contentOf) })) }
      : { texts: inputs.map(textOf) }),
    ...encoding,
    ...dimension,
    ...purpose,
  }),
  read: ({ embeddings, meta }) => {
    const vectors = memberOf(embeddings, "base64") ?? memberOf(embeddings, "float");
    if (!Array.isArray(vectors)) return undefined;
    const units = memberOf(meta, "billed_units");
    const counts = [memberOf(units, "input_tokens"), memberOf(units, "image_tokens")].filter(isCount);
    return {
      vectors: vectors.map((dense: unknown) => ({ dense })),
      usage: counts.length === 0 ? undefined : { inputTokens: counts.reduce((sum, count) => sum + count) },
    };
  },
};

function isCount(value: unknown): value is number {
  return typeof value === "number";
}

function hasImage(input: WireInput): boolean {
  return input.some((part) => "image" in part);
}

function contentOf(part: WirePart): object {
  return "text" in part
    ? { type: "text", text: part.text }
    : { type: "image_url", image_url: { url: addressIn(part) } };
}
