import type { ErrorTable } from "../../classify/index.ts";

/** IBM watsonx.ai. */
export const watsonxErrors: ErrorTable = {
  provider: "watsonx",
  codes: {
    token_quota_reached: "quota_exceeded",
    rate_limit_reached_requests: "transient",
    consumption_limit_reached: "transient",
    downstream_request_failed: "transient",
    authentication_token_expired: "auth",
    authentication_token_not_valid: "auth",
    authorization_rejected: "auth",
    no_associated_service_instance_error: "auth",
    model_not_supported: "auth",
    invalid_input_argument: [
      { when: /exceed|too (?:long|large)|number of (?:input )?tokens/, class: "input_too_large" },
      { class: "permanent" },
    ],
  },
};
