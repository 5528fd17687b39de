import type { ErrorTable } from "../../classify/index.ts";

/** OpenRouter, which wraps the provider's own answer in `metadata.raw`. https://openrouter.ai/docs/api-reference/errors */
export const openrouterErrors: ErrorTable = {
  provider: "openrouter",
  codes: {
    openrouter_in_flight_budget: "transient",
    upstream_provider_shared_pool: "transient",
    "finish_reason error": "transient",
    "native_finish_reason error": "transient",
  },
  texts: [
    // 403 with the reasons of its moderation
    { rule: "moderation", class: "content_safety", pattern: /flagged for|requires moderation/ },
    {
      rule: "key-limit",
      class: "quota_exceeded",
      pattern:
        /prompt tokens limit exceeded|can only afford|key limit exceeded|requires? more credits|insufficient credits|free models? per day/,
    },
    {
      rule: "no-endpoint",
      class: "auth",
      pattern:
        /no (?:endpoints|allowed providers|providers)|not a valid model id|data policy|guardrail restrictions|no auth credentials|user not found|no cookie auth/,
    },
  ],
};
