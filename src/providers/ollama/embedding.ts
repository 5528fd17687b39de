import { type EmbeddingWire, encodingFormats } from "../embedding-wire.ts";

/** https://docs.ollama.com/api/openai-compatibility: older servers answer with numbers whatever they are asked for. */
export const ollamaEmbedding: EmbeddingWire = {
  text: {
    dialect: "openai",
    encoding: { ...encodingFormats, preferred: "base64" },
    // it cuts any vector off, which only these are made for
    dimension: {
      member: "dimensions",
      models: /^(?:embeddinggemma|qwen3-embedding|nomic-embed-text|snowflake-arctic-embed2|mxbai-embed-large)/i,
    },
  },
};
