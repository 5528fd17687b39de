import type { Provider } from "../provider.ts";

/** https://platform.openai.com/docs/api-reference/authentication */
export const openai: Provider = {
  name: "openai",
  title: "OpenAI",
  aliases: [],
  endpoints: { openai: { apiBase: "https://api.openai.com/v1", auth: { header: "authorization", scheme: "Bearer" } } },
};
