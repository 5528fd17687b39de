import type { EmbeddingRoute, EmbeddingWire } from "../embedding-wire.ts";

const route: EmbeddingRoute = {
  dialect: "gemini",
  apiBase: "https://generativelanguage.googleapis.com",
  otherBases: /\/v1beta(?:\/openai)?$/,
  path: "/v1beta/models/{model}:batchEmbedContents",
  auth: { header: "x-goog-api-key" },
  most: { inputs: 100 },
  dimension: { member: "outputDimensionality", models: /^gemini-embedding/i },
  purpose: { member: "taskType" },
};

/** https://ai.google.dev/api/embeddings: it fetches no images, and tells no usage. */
export const geminiEmbedding: EmbeddingWire = {
  text: route,
  multimodal: {
    ...route,
    models: /^gemini-embedding-(?!001)/i,
    images: { remote: false, inline: true, fused: true },
  },
};
