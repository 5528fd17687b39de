import type { ErrorTable } from "../../classify/index.ts";

/** Mistral's API. https://docs.mistral.ai/api */
export const mistralErrors: ErrorTable = {
  provider: "mistral",
  codes: {
    "1300": "transient",
    rate_limited: "transient",
    service_tier_capacity_exceeded: "transient",
    "3505": "transient",
    "1500": "permanent",
    invalid_model: "auth",
    extra_forbidden: "permanent",
    invalid_request_message_order: "permanent",
  },
  texts: [
    { rule: "batch-tokens", class: "input_too_large", pattern: /too many tokens in batch|too many inputs in request/ },
  ],
};
