import type { ErrorTable } from "../../classify/index.ts";

/** The LiteLLM proxy: budgets of its own, and the provider's error in its message. https://docs.litellm.ai/docs/exception_mapping */
export const litellmErrors: ErrorTable = {
  provider: "litellm",
  codes: {
    budget_exceeded: "quota_exceeded",
    ExceededBudget: "quota_exceeded",
    ContentPolicyViolationError: "content_safety",
    ContextWindowExceededError: "input_too_large",
    token_not_found_in_db: "auth",
    key_model_access_denied: "auth",
    team_model_access_denied: "auth",
    expired_key: "auth",
  },
  texts: [
    {
      rule: "budget",
      class: "quota_exceeded",
      pattern: /exceeded ?budget|budget has been exceeded|crossed budget|max budget/,
    },
    { rule: "no-deployment", class: "transient", pattern: /no deployments available/ },
  ],
};
