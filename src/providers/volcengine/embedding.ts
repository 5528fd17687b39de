import { type EmbeddingWire, encodingFormats } from "../embedding-wire.ts";

/** https://www.volcengine.com/docs/82379/1521766, https://www.volcengine.com/docs/82379/1523520 */
export const volcengineEmbedding: EmbeddingWire = {
  text: {
    dialect: "openai",
    most: { inputs: 256 },
    encoding: encodingFormats,
  },
  multimodal: {
    dialect: "volcengine-multimodal",
    apiBase: "https://ark.cn-beijing.volces.com/api/v3",
    path: "/embeddings/multimodal",
    // all that a request holds makes one vector
    most: { inputs: 1 },
    encoding: encodingFormats,
    dimension: { member: "dimensions", models: /^doubao-embedding-vision-(?!24|250[1-5])/i },
    purpose: { member: "instructions", isSentence: true },
    // sparse vectors are of texts alone
    images: { remote: true, inline: true, vectors: ["dense"] },
    videos: { remote: true, inline: true, vectors: ["dense"], models: /^(?!doubao-embedding-vision-(?:24|250[1-5]))/i },
    fused: {},
    vectors: ["dense", "sparse", "hybrid"],
  },
};
