import type { EmbeddingRoute, EmbeddingWire } from "../embedding-wire.ts";

const route: EmbeddingRoute = {
  dialect: "openai",
  encoding: {
    base64: { embedding_type: "base64" },
    float: { embedding_type: "float" },
  },
  dimension: { member: "dimensions", models: /^jina-(?:embeddings-v[345]|clip-v2)/i },
  purpose: { member: "task" },
};

/** https://api.jina.ai/redoc: an input is a text or an image, each with a vector of its own. */
export const jinaEmbedding: EmbeddingWire = {
  text: route,
  multimodal: {
    ...route,
    models: /^jina-(?:embeddings-v4|clip)/i,
    images: { remote: true, inline: true, fused: false },
  },
};
