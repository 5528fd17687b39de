import type { ErrorTable } from "../../classify/index.ts";

/** Cohere's API, which answers with sentences alone. https://docs.cohere.com/reference/errors */
export const cohereErrors: ErrorTable = {
  provider: "cohere",
  codes: {},
  texts: [
    {
      rule: "billing",
      class: "quota_exceeded",
      pattern: /maximum billing reached|billing capacity|calls? ?\/ ?month|per month/,
    },
    {
      rule: "trial-rate",
      class: "transient",
      pattern: /trial (?:key|token).{0,120}(?:per minute|\/ ?minute|rate limit)/,
    },
    { rule: "output-cap", class: "permanent", pattern: /max tokens must be less than/ },
    { rule: "batch", class: "input_too_large", pattern: /total number of texts|at most 96|too many tokens/ },
    { rule: "parameter", class: "permanent", pattern: /invalid request: (?!.{0,80}(?:api|token|too))/ },
  ],
  statuses: { 498: "content_safety" },
};
