import type { Provider } from "../provider.ts";

/** https://console.groq.com/docs/openai */
export const groq: Provider = {
  name: "groq",
  title: "Groq",
  aliases: [],
  endpoints: {
    openai: { apiBase: "https://api.groq.com/openai/v1", auth: { header: "authorization", scheme: "Bearer" } },
  },
};
