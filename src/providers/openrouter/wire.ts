import type { Provider } from "../provider.ts";

/** https://openrouter.ai/docs/api-reference/overview */
export const openrouter: Provider = {
  name: "openrouter",
  title: "OpenRouter",
  aliases: [],
  endpoints: {
    openai: { apiBase: "https://openrouter.ai/api/v1", auth: { header: "authorization", scheme: "Bearer" } },
    anthropic: {
      apiBase: "https://openrouter.ai/api",
      auth: { header: "authorization", scheme: "Bearer" },
      headers: { "anthropic-version": "2023-06-01" },
    },
  },
};
