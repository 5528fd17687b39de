import type { EmbeddingWire } from "../embedding-wire.ts";

/** https://platform.minimaxi.com/document/guides/embeddings: some accounts need `?GroupId=…` at the end of their `api_base`. */
export const minimaxEmbedding: EmbeddingWire = {
  text: {
    dialect: "minimax",
    apiBase: "https://api.minimax.io/v1",
    path: "/embeddings",
    most: { inputs: 4096 },
    // it wants to be told
    purpose: { member: "type", query: "query", document: "db" },
  },
};
