import type { Provider } from "../provider.ts";

/** https://jina.ai/embeddings/: its embeddings are asked for as OpenAI's. */
export const jina: Provider = {
  name: "jina",
  title: "Jina AI",
  aliases: [],
  endpoints: { openai: { apiBase: "https://api.jina.ai/v1", auth: { header: "authorization", scheme: "Bearer" } } },
};
