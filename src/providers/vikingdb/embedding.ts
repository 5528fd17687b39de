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

/** https://www.volcengine.com/docs/84313/1791161: it fetches images, and takes none along. */
export const vikingdbEmbedding: EmbeddingWire = {
  text: route,
  multimodal: { ...route, images: { remote: true, inline: false, fused: true } },
};
