import type { ErrorTable } from "../../classify/index.ts";

/** Perplexity's API. */
export const perplexityErrors: ErrorTable = {
  provider: "perplexity",
  codes: { invalid_model: "auth", insufficient_quota: "quota_exceeded" },
  texts: [{ rule: "roles", class: "permanent", pattern: /should alternate|last message must/ }],
};
