import type { Provider } from "../provider.ts";

/** https://docs.ollama.com/api/openai-compatibility, https://docs.ollama.com/api/anthropic-compatibility */
export const ollama: Provider = {
  name: "ollama",
  title: "Ollama",
  aliases: [],
  endpoints: {
    openai: { apiBase: "http://localhost:11434/v1", auth: { header: "authorization", scheme: "Bearer" } },
    anthropic: {
      apiBase: "http://localhost:11434",
      auth: { header: "x-api-key" },
      headers: { "anthropic-version": "2023-06-01" },
    },
  },
  keyless: true,
};
