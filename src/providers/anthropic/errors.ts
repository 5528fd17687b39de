import type { ErrorTable } from "../../classify/index.ts";

/** Anthropic's API and its subscriptions. https://docs.claude.com/en/api/errors */
export const anthropicErrors: ErrorTable = {
  provider: "anthropic",
  codes: {
    overloaded_error: "transient",
    request_too_large: "input_too_large",
    billing_error: "quota_exceeded",
  },
  texts: [
    {
      rule: "extra-usage",
      class: "quota_exceeded",
      pattern: /extra usage is required|credit balance is too low|api usage limits/,
    },
    // clients of a subscription: "5-hour limit reached ∙ resets 2am", "usage limit reached|1762952400"
    {
      rule: "plan-window",
      class: "quota_exceeded",
      pattern:
        /(?:usage|hour|weekly|session|opus|sonnet) limit (?:reached|will reset)|limits? will reset at|hit your (?:\w{1,12} )?limit/,
    },
    { rule: "output-blocked", class: "content_safety", pattern: /output blocked by content filtering/ },
  ],
  headers: [{ header: "anthropic-ratelimit-unified-status", value: /^rejected$/, class: "quota_exceeded" }],
};
