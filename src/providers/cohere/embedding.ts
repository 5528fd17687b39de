import type { EmbeddingRoute, EmbeddingWire } from "../embedding-wire.ts";

const route: EmbeddingRoute = {
  dialect: "cohere",
  apiBase: "https://api.cohere.com",
  // of its two versions, this one is spoken here
  otherBases: /\/v[12]$/,
  path: "/v2/embed",
  most: { inputs: 96 },
  encoding: {
    base64: { embedding_types: ["base64"] },
    float: { embedding_types: ["float"] },
    preferred: "float",
  },
  dimension: { member: "output_dimension", models: /^embed-v4/i },
  // it wants to be told
  purpose: { member: "input_type", query: "search_query", document: "search_document" },
};

/** https://docs.cohere.com/reference/embed: it fetches no images. */
export const cohereEmbedding: EmbeddingWire = {
  text: route,
  multimodal: { ...route, models: /^embed-v4/i, images: { remote: false, inline: true }, fused: {} },
};
