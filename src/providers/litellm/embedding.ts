import { type EmbeddingWire, encodingFormats } from "../embedding-wire.ts";

/** What is behind the proxy decides the limits, so that `batch_size` alone counts. https://docs.litellm.ai/docs/embedding/supported_embedding */
export const litellmEmbedding: EmbeddingWire = {
  text: {
    dialect: "openai",
    encoding: encodingFormats,
    dimension: { member: "dimensions", models: /text-embedding-3/i },
    purpose: { member: "input_type" },
  },
};
