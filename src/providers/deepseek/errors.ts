import type { ErrorTable } from "../../classify/index.ts";

/** DeepSeek's API. Its models have the same names for everybody. https://api-docs.deepseek.com/quick_start/error_codes */
export const deepseekErrors: ErrorTable = {
  provider: "deepseek",
  codes: { insufficient_balance: "quota_exceeded" },
  texts: [
    { rule: "risk", class: "content_safety", pattern: /content exists risk/ },
    { rule: "model", class: "permanent", pattern: /model not exist/ },
  ],
};
