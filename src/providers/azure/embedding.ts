import { type EmbeddingWire, encodingFormats } from "../embedding-wire.ts";

/**
 * A deployment may have any name; only one that tells its model is known to take a length.
 * https://learn.microsoft.com/azure/ai-foundry/openai/reference#embeddings, https://learn.microsoft.com/azure/ai-foundry/openai/how-to/embeddings
 */
export const azureEmbedding: EmbeddingWire = {
  text: {
    dialect: "openai",
    most: { inputs: 2048 },
    encoding: { ...encodingFormats, preferred: "base64" },
    dimension: { member: "dimensions", models: /text-embedding-3/i },
  },
};
