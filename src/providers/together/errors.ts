import type { ErrorTable } from "../../classify/index.ts";

/** Together AI's API. https://docs.together.ai/docs/error-codes */
export const togetherErrors: ErrorTable = {
  provider: "together",
  codes: {
    credit_limit: [{ when: /per minute|per second|queries per/, class: "transient" }, { class: "quota_exceeded" }],
    model_not_available: "auth",
  },
  texts: [{ rule: "input-and-output", class: "input_too_large", pattern: /inputs? ?(?:tokens)? ?\+ ?max new tokens/ }],
};
