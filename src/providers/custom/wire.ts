import type { Provider } from "../provider.ts";

/** A server that speaks a dialect as its inventor does: vLLM, llama.cpp, a relay. Only its `api_base` says where it is. */
export const custom: Provider = {
  name: "custom",
  title: "any other server",
  aliases: ["openai-compatible"],
  endpoints: {
    openai: { auth: { header: "authorization", scheme: "Bearer" } },
    anthropic: { auth: { header: "x-api-key" }, headers: { "anthropic-version": "2023-06-01" } },
    gemini: { auth: { header: "x-goog-api-key" } },
  },
  keyless: true,
};
