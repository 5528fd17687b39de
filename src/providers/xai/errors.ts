import type { ErrorTable } from "../../classify/index.ts";

/** xAI's API, which puts one code about permission on used-up credits and on refused content alike. */
export const xaiErrors: ErrorTable = {
  provider: "xai",
  codes: {},
  texts: [
    { rule: "usage-guidelines", class: "content_safety", pattern: /violates? usage guidelines|safety check/ },
    { rule: "credits", class: "quota_exceeded", pattern: /used all available credits|spending limit|have any credits/ },
    { rule: "team-rate", class: "transient", pattern: /too many (?:tokens|requests) for team/ },
    { rule: "key", class: "auth", pattern: /incorrect api key|api key is (?:blocked|disabled)/ },
  ],
};
