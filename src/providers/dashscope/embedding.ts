import type { EmbeddingWire } from "../embedding-wire.ts";

/** https://help.aliyun.com/zh/model-studio/embedding, https://help.aliyun.com/en/model-studio/multimodal-embedding-api-reference */
export const dashscopeEmbedding: EmbeddingWire = {
  text: {
    dialect: "openai",
    apiBase: "https://dashscope.aliyuncs.com",
    otherBases: /\/(?:compatible-mode\/v1|api\/v1)$/,
    path: "/compatible-mode/v1/embeddings",
    most: { inputs: 10 },
    dimension: { member: "dimensions", models: /^text-embedding-v[34]/i },
  },
  multimodal: {
    dialect: "dashscope-multimodal",
    apiBase: "https://dashscope.aliyuncs.com",
    otherBases: /\/(?:compatible-mode\/v1|api\/v1)$/,
    path: "/api/v1/services/embeddings/multimodal-embedding/multimodal-embedding",
    // how many contents a request may have differs by model, and the parts of one input are contents too
    most: { inputs: 1 },
    dimension: { member: "dimension", models: /^(?:qwen|tongyi)/i },
    images: { remote: true, inline: true, fused: true },
  },
};
