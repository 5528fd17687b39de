import type { Provider } from "../provider.ts";

/** https://docs.mistral.ai/api/ */
export const mistral: Provider = {
  name: "mistral",
  title: "Mistral AI",
  aliases: [],
  endpoints: { openai: { apiBase: "https://api.mistral.ai/v1", auth: { header: "authorization", scheme: "Bearer" } } },
};
