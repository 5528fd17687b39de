import type { EmbeddingRoute, EmbeddingWire } from "../embedding-wire.ts";

const common = {
  apiBase: "https://api.voyageai.com/v1",
  purpose: { member: "input_type" },
} satisfies Partial<EmbeddingRoute>;

/** As the provider's own clients ask for it, of either kind of model: https://github.com/voyage-ai/voyageai-python */
const encoding = { base64: { encoding_format: "base64" }, float: {}, preferred: "base64" } as const;

/** The first multimodal model knows no videos, and one length alone. */
const laterMultimodal = /^voyage-multimodal-(?!3$)/i;

/** https://docs.voyageai.com/reference/embeddings-api, https://docs.voyageai.com/reference/multimodal-embeddings-api */
export const voyageEmbedding: EmbeddingWire = {
  text: {
    ...common,
    dialect: "openai",
    path: "/embeddings",
    // some models take 320 000 or a million tokens, all of them so many
    most: { inputs: 1000, tokens: 120_000 },
    encoding,
    dimension: { member: "output_dimension", models: /^voyage-(?:4|3\.5|3-large|code-[34])/i },
  },
  multimodal: {
    ...common,
    dialect: "voyage-multimodal",
    path: "/multimodalembeddings",
    models: /multimodal/i,
    most: { inputs: 1000, tokens: 320_000, oneForm: true },
    encoding,
    dimension: { member: "output_dimension", models: laterMultimodal },
    images: { remote: true, inline: true },
    videos: { remote: true, inline: true, models: laterMultimodal },
    fused: {},
  },
};
