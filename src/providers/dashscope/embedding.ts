import type { EmbeddingRoute, EmbeddingWire } from "../embedding-wire.ts";

const common = {
  apiBase: "https://dashscope.aliyuncs.com",
  otherBases: /\/(?:compatible-mode\/v1|api\/v1)$/,
} satisfies Partial<EmbeddingRoute>;

/** The models that make one vector of the members of one content; the others make one of several contents. */
export const dashscopeFusedInContent = /^tongyi/i;

/** The models that do so where a parameter says it; `qwen2.5-vl-embedding` does it always. */
export const dashscopeFusedByParameter = /^(?!tongyi|qwen2)/i;

const lengthOfTexts = /^(?:text-embedding-v[34]|qwen[\d.]+-text-embedding)/i;

/** https://help.aliyun.com/zh/model-studio/embedding, https://help.aliyun.com/zh/model-studio/multimodal-embedding-api-reference */
export const dashscopeEmbedding: EmbeddingWire = {
  text: {
    ...common,
    dialect: "openai",
    path: "/compatible-mode/v1/embeddings",
    most: { inputs: 10 },
    dimension: { member: "dimensions", models: lengthOfTexts },
  },
  // OpenAI's dialect has no word for what a text is for
  elaborate: {
    ...common,
    dialect: "dashscope-text",
    path: "/api/v1/services/embeddings/text-embedding/text-embedding",
    most: { inputs: 10 },
    dimension: { member: "dimension", models: lengthOfTexts },
    purpose: { member: "text_type" },
    vectors: ["dense", "sparse", "hybrid"],
  },
  multimodal: {
    ...common,
    dialect: "dashscope-multimodal",
    models: /vl-embedding|vision|multimodal/i,
    path: "/api/v1/services/embeddings/multimodal-embedding/multimodal-embedding",
    // how many contents a request may have differs by model, and the parts of one input are contents too
    most: { inputs: 1 },
    // those without a date have one length alone
    dimension: { member: "dimension", models: /^(?:qwen|tongyi-.*-20\d\d-)/i },
    purpose: { member: "instruct", isSentence: true },
    images: { remote: true, inline: true },
    videos: { remote: true, inline: false },
    fused: { models: /^(?:qwen|tongyi-.*-20\d\d-)/i, onePerKind: /^(?:qwen2|tongyi)/i },
  },
};
