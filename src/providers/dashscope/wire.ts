import type { Provider } from "../provider.ts";

/** https://help.aliyun.com/zh/model-studio/compatibility-of-openai-with-dashscope; keys of other regions need their `api_base`, as `https://dashscope-intl.aliyuncs.com/compatible-mode/v1`. */
export const dashscope: Provider = {
  name: "dashscope",
  title: "Alibaba Cloud Model Studio",
  aliases: ["qwen", "bailian"],
  endpoints: {
    openai: {
      apiBase: "https://dashscope.aliyuncs.com/compatible-mode/v1",
      auth: { header: "authorization", scheme: "Bearer" },
    },
  },
};
