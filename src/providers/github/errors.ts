import type { ErrorTable } from "../../classify/index.ts";

/** GitHub Models and Copilot. */
export const githubErrors: ErrorTable = {
  provider: "github",
  codes: {
    tokens_limit_reached: "input_too_large",
    RateLimitReached: [
      { when: /per 86400s|per day|userbymodelbyday/, class: "quota_exceeded" },
      { class: "transient" },
    ],
    rate_limited: "transient",
    user_global_rate_limited: "transient",
    user_weekly_rate_limited: "quota_exceeded",
    quota_exceeded: "quota_exceeded",
    off_topic: "content_safety",
    no_access: "auth",
    unknown_model: "auth",
    model_not_supported: "auth",
    unauthorized: "auth",
  },
};
