import type { Provider } from "../provider.ts";

/** https://www.volcengine.com/docs/82379/1298459 */
export const volcengine: Provider = {
  name: "volcengine",
  title: "Volcengine Ark",
  aliases: ["ark", "doubao"],
  endpoints: {
    openai: {
      apiBase: "https://ark.cn-beijing.volces.com/api/v3",
      auth: { header: "authorization", scheme: "Bearer" },
    },
  },
};
