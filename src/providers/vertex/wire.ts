import type { Provider } from "../provider.ts";

/** Known for its errors; its wire is not spoken here, so that it serves functions (`api: any`) only. */
export const vertex: Provider = {
  name: "vertex",
  title: "Google Vertex AI",
  aliases: ["vertexai"],
  endpoints: {},
};
