import type { EmbeddingRoute, EmbeddingWire } from "../embedding-wire.ts";

const route: EmbeddingRoute = {
  dialect: "vikingdb",
  apiBase: "https://api-vikingdb.vikingdb.{region}.volces.com",
  path: "/api/vikingdb/embedding",
  auth: { signedFor: { service: "vikingdb", region: "cn-beijing" } },
  most: { inputs: 10 },
  purpose: { member: "input_type" },
  vectors: ["dense", "sparse", "hybrid"],
};

/**
 * It fetches images and videos, and takes none along. One text, one image and one video are an item; more of them are a
 * sequence, which has to be a request's only item.
 * https://www.volcengine.com/docs/84313/1791161
 */
export const vikingdbEmbedding: EmbeddingWire = {
  text: route,
  multimodal: {
    ...route,
    images: { remote: true, inline: false },
    videos: { remote: true, inline: false },
    fused: { repeatsAlone: true },
  },
};
