import type { Provider } from "../provider.ts";

/** https://docs.together.ai/docs/openai-api-compatibility */
export const together: Provider = {
  name: "together",
  title: "Together AI",
  aliases: ["togetherai"],
  endpoints: {
    openai: { apiBase: "https://api.together.xyz/v1", auth: { header: "authorization", scheme: "Bearer" } },
  },
};
