import { type EmbeddingWire, encodingFormats } from "../embedding-wire.ts";

/** https://platform.openai.com/docs/api-reference/embeddings/create */
export const openaiEmbedding: EmbeddingWire = {
  text: {
    dialect: "openai",
    most: { inputs: 2048, tokens: 300_000 },
    encoding: { ...encodingFormats, preferred: "base64" },
    dimension: { member: "dimensions", models: /text-embedding-3/i },
    // of no use to OpenAI's own models, but `provider: openai` with another `api_base` may reach one that knows it
    purpose: { member: "input_type" },
  },
};
