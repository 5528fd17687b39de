import type { Provider } from "../provider.ts";

/** https://docs.litellm.ai/docs/proxy/quick_start: it listens on port 4000 unless told otherwise. */
export const litellm: Provider = {
  name: "litellm",
  title: "LiteLLM proxy",
  aliases: ["litellm-proxy"],
  endpoints: {
    openai: { apiBase: "http://localhost:4000/v1", auth: { header: "authorization", scheme: "Bearer" } },
    anthropic: {
      apiBase: "http://localhost:4000",
      auth: { header: "x-api-key" },
      headers: { "anthropic-version": "2023-06-01" },
    },
  },
  keyless: true,
};
