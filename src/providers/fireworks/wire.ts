import type { Provider } from "../provider.ts";

/** https://docs.fireworks.ai/tools-sdks/openai-compatibility */
export const fireworks: Provider = {
  name: "fireworks",
  title: "Fireworks AI",
  aliases: [],
  endpoints: {
    openai: { apiBase: "https://api.fireworks.ai/inference/v1", auth: { header: "authorization", scheme: "Bearer" } },
  },
};
