import type { EmbeddingRoute, EmbeddingWire } from "../embedding-wire.ts";

const route: EmbeddingRoute = {
  dialect: "openai",
  encoding: {
    base64: { embedding_type: "base64" },
    float: { embedding_type: "float" },
  },
  dimension: { member: "dimensions", models: /^jina-(?:embeddings-v[345]|code-embeddings|clip-v2)/i },
  purpose: { member: "task" },
};

const omni = /^jina-embeddings-v5-omni/i;

/** https://api.jina.ai/redoc: an input is a text or an image, each with a vector of its own, but to the omni models. */
export const jinaEmbedding: EmbeddingWire = {
  text: route,
  multimodal: {
    ...route,
    dialect: "jina-multimodal",
    models: /^jina-(?:embeddings-v4|embeddings-v5-omni|clip)/i,
    images: { remote: true, inline: true },
    videos: { remote: true, inline: true, models: omni },
    fused: { models: omni },
  },
};
