import type { Provider } from "../provider.ts";

/** https://platform.moonshot.ai/docs; keys of platform.moonshot.cn are others and need `api_base: https://api.moonshot.cn/v1`. */
export const moonshot: Provider = {
  name: "moonshot",
  title: "Moonshot AI",
  aliases: ["kimi"],
  endpoints: {
    openai: { apiBase: "https://api.moonshot.ai/v1", auth: { header: "authorization", scheme: "Bearer" } },
    anthropic: {
      apiBase: "https://api.moonshot.ai/anthropic",
      auth: { header: "authorization", scheme: "Bearer" },
      headers: { "anthropic-version": "2023-06-01" },
    },
  },
};
