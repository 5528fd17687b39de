import type { EmbeddingRoute, EmbeddingWire } from "../embedding-wire.ts";

const common = {
  apiBase: "https://api.voyageai.com/v1",
  purpose: { member: "input_type" },
} satisfies Partial<EmbeddingRoute>;

/** https://docs.voyageai.com/reference/embeddings-api, https://docs.voyageai.com/reference/multimodal-embeddings-api */
export const voyageEmbedding: EmbeddingWire = {
  text: {
    ...common,
    dialect: "openai",
    path: "/embeddings",
    // some models take 320 000 or a million tokens, all of them so many
    most: { inputs: 1000, tokens: 120_000 },
    encoding: { base64: { encoding_format: "base64" }, float: {}, preferred: "base64" },
    dimension: { member: "output_dimension", models: /^voyage-(?:4|3\.5|3-large|code-3)/i },
  },
  multimodal: {
    ...common,
    dialect: "voyage-multimodal",
    path: "/multimodalembeddings",
    models: /multimodal/i,
    most: { inputs: 1000, tokens: 320_000 },
    encoding: { base64: { output_encoding: "base64" }, float: {}, preferred: "base64" },
    images: { remote: true, inline: true, fused: true },
  },
};
