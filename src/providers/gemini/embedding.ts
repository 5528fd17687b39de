import type { EmbeddingRoute, EmbeddingWire } from "../embedding-wire.ts";

/** The models after `gemini-embedding-001`, which take more than texts. */
export const laterGeminiEmbedding = /^gemini-embedding-(?!001)/i;

/**
 * What the later models are told of a task with, in front of the text: they take no notice of `taskType`.
 * https://ai.google.dev/gemini-api/docs/embeddings
 */
export const geminiTaskPrefixes: Readonly<Record<string, string>> = {
  RETRIEVAL_QUERY: "task: search result | query: ",
  QUESTION_ANSWERING: "task: question answering | query: ",
  FACT_VERIFICATION: "task: fact checking | query: ",
  CODE_RETRIEVAL_QUERY: "task: code retrieval | query: ",
  RETRIEVAL_DOCUMENT: "title: none | text: ",
  CLASSIFICATION: "task: classification | query: ",
  CLUSTERING: "task: clustering | query: ",
  SEMANTIC_SIMILARITY: "task: sentence similarity | query: ",
};

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

/** https://ai.google.dev/api/embeddings: it fetches no images or videos. */
export const geminiEmbedding: EmbeddingWire = {
  text: route,
  multimodal: {
    ...route,
    models: laterGeminiEmbedding,
    images: { remote: false, inline: true },
    videos: { remote: false, inline: true },
    fused: {},
  },
};
