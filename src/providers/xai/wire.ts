import type { Provider } from "../provider.ts";

/** https://docs.x.ai/docs/api-reference */
export const xai: Provider = {
  name: "xai",
  title: "xAI",
  aliases: ["grok"],
  endpoints: { openai: { apiBase: "https://api.x.ai/v1", auth: { header: "authorization", scheme: "Bearer" } } },
};
