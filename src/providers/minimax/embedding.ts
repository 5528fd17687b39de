import type { EmbeddingWire } from "../embedding-wire.ts";

/** https://platform.minimaxi.com/document/guides/embeddings: some accounts have to name their group, in `extra_headers` as `GroupId`. */
export const minimaxEmbedding: EmbeddingWire = {
  text: {
    dialect: "minimax",
    apiBase: "https://api.minimax.io/v1",
    // a base may be the whole address, as it is in configurations of other programs
    otherBases: /\/embeddings$/,
    path: "/embeddings",
    parameters: { GroupId: "groupid" },
    most: { inputs: 4096 },
    // it wants to be told
    purpose: { member: "type", query: "query", document: "db" },
  },
};
