import type { Provider } from "../provider.ts";

/** https://ai.google.dev/api, https://ai.google.dev/gemini-api/docs/openai */
export const gemini: Provider = {
  name: "gemini",
  title: "Google Gemini",
  aliases: ["google"],
  endpoints: {
    gemini: { apiBase: "https://generativelanguage.googleapis.com", auth: { header: "x-goog-api-key" } },
    openai: {
      apiBase: "https://generativelanguage.googleapis.com/v1beta/openai",
      auth: { header: "authorization", scheme: "Bearer" },
    },
  },
};
