import { isInline, type WirePart } from "../input.ts";
import type { EmbeddingDialect } from "./dialect.ts";
import { openaiDialect } from "./openai.ts";

/** https://docs.voyageai.com/reference/multimodal-embeddings-api */
export const voyageMultimodalDialect: EmbeddingDialect = {
  request: ({ model, inputs, encoding, dimension, purpose }) => ({
    model,
    inputs: inputs.map((input) => ({ content: input.map(contentOf) })),
    ...encoding,
    ...dimension,
    ...purpose,
  }),
  read: openaiDialect.read,
};

function contentOf(part: WirePart): object {
  if ("text" in part) return { type: "text", text: part.text };
  const [kind, address] = "image" in part ? ["image", part.image] : ["video", part.video];
  const type = `${kind}_${isInline(address) ? "base64" : "url"}`;
  return { type, [type]: address };
}
