import type { Provider } from "../provider.ts";

/** https://docs.anthropic.com/en/api/overview; the version is asked of every request: https://docs.anthropic.com/en/api/versioning */
export const anthropic: Provider = {
  name: "anthropic",
  title: "Anthropic",
  aliases: ["claude"],
  endpoints: {
    anthropic: {
      apiBase: "https://api.anthropic.com",
      auth: { header: "x-api-key" },
      headers: { "anthropic-version": "2023-06-01" },
    },
  },
};
