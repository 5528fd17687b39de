import { tokensIn } from "../../transport/token-usage.ts";
import type { WirePart } from "../input.ts";
import { type EmbeddingDialect, memberOf } from "./dialect.ts";

/** https://www.volcengine.com/docs/82379/1523520: one input a request, of which there is one vector, or one of each kind. */
export const volcengineMultimodalDialect: EmbeddingDialect = {
  request: ({ model, inputs, encoding, dimension, purpose, embedding }) => ({
    model,
    input: inputs.flat().map(partOf),
    ...encoding,
    ...dimension,
    ...purpose,
    ...(embedding.vectors !== "dense" && { sparse_embedding: { type: "enabled" } }),
  }),
  read: ({ data, usage }) => {
    const item: unknown = Array.isArray(data) ? data[0] : data;
    const dense = memberOf(item, "embedding");
    const sparse = memberOf(item, "sparse_embedding");
    if (dense === undefined && sparse === undefined) return undefined;
    return { vectors: [{ dense, sparse }], usage: tokensIn(usage) };
  },
};

function partOf(part: WirePart): object {
  if ("text" in part) return { type: "text", text: part.text };
  return "image" in part
    ? { type: "image_url", image_url: { url: part.image } }
    : { type: "video_url", video_url: { url: part.video } };
}
