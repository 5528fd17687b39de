import type { EmbeddingWire } from "../embedding-wire.ts";

/** https://docs.ollama.com/api/openai-compatibility: its embeddings are plain numbers. */
export const ollamaEmbedding: EmbeddingWire = {
  text: { dialect: "openai" },
};
