import type { Provider } from "../provider.ts";

/** https://docs.siliconflow.cn/; keys of siliconflow.com are others and need `api_base: https://api.siliconflow.com/v1`. */
export const siliconflow: Provider = {
  name: "siliconflow",
  title: "SiliconFlow",
  aliases: [],
  endpoints: {
    openai: { apiBase: "https://api.siliconflow.cn/v1", auth: { header: "authorization", scheme: "Bearer" } },
  },
};
