import type { Provider } from "../provider.ts";

/** https://platform.minimax.io/docs; keys of platform.minimaxi.com are others and need `api_base: https://api.minimaxi.com/v1`. */
export const minimax: Provider = {
  name: "minimax",
  title: "MiniMax",
  aliases: [],
  endpoints: {
    openai: { apiBase: "https://api.minimax.io/v1", auth: { header: "authorization", scheme: "Bearer" } },
    anthropic: {
      apiBase: "https://api.minimax.io/anthropic",
      auth: { header: "authorization", scheme: "Bearer" },
      headers: { "anthropic-version": "2023-06-01" },
    },
  },
};
