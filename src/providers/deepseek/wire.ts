import type { Provider } from "../provider.ts";

/** https://api-docs.deepseek.com/, https://api-docs.deepseek.com/guides/anthropic_api */
export const deepseek: Provider = {
  name: "deepseek",
  title: "DeepSeek",
  aliases: [],
  endpoints: {
    openai: { apiBase: "https://api.deepseek.com/v1", auth: { header: "authorization", scheme: "Bearer" } },
    anthropic: {
      apiBase: "https://api.deepseek.com/anthropic",
      auth: { header: "x-api-key" },
      headers: { "anthropic-version": "2023-06-01" },
    },
  },
};
