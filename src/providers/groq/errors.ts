import type { ErrorTable } from "../../classify/index.ts";

/** Groq's API. https://console.groq.com/docs/errors */
export const groqErrors: ErrorTable = {
  provider: "groq",
  codes: {
    tool_use_failed: "permanent",
    json_validate_failed: "permanent",
    model_decommissioned: "auth",
    model_not_active: "auth",
    model_terms_required: "auth",
    organization_restricted: "auth",
    blocked_api_access: "quota_exceeded",
    spend_limit_reached: "quota_exceeded",
    context_length_exceeded: "input_too_large",
  },
  // over the capacity of the flex tier
  statuses: { 498: "transient" },
};
