import type { Provider } from "../provider.ts";

/** https://docs.bigmodel.cn/; keys of z.ai are others and need `api_base: https://api.z.ai/api/paas/v4`. */
export const zhipu: Provider = {
  name: "zhipu",
  title: "Zhipu AI",
  aliases: ["glm", "bigmodel"],
  endpoints: {
    openai: { apiBase: "https://open.bigmodel.cn/api/paas/v4", auth: { header: "authorization", scheme: "Bearer" } },
    anthropic: {
      apiBase: "https://open.bigmodel.cn/api/anthropic",
      auth: { header: "x-api-key" },
      headers: { "anthropic-version": "2023-06-01" },
    },
  },
};
