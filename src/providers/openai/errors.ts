import type { ErrorTable } from "../../classify/index.ts";

/** OpenAI's API, and the Codex backend that ChatGPT plans go through. https://platform.openai.com/docs/guides/error-codes */
export const openaiErrors: ErrorTable = {
  provider: "openai",
  codes: {
    insufficient_quota: "quota_exceeded",
    billing_hard_limit_reached: "quota_exceeded",
    usage_limit_reached: "quota_exceeded",
    usage_not_included: "quota_exceeded",
    billing_not_active: "auth",
    account_deactivated: "auth",
    invalid_api_key: "auth",
    invalid_organization: "auth",
    mismatched_organization: "auth",
    model_not_found: "auth",
    unsupported_country_region_territory: "auth",
    insufficient_permissions: "auth",
    engine_overloaded: "transient",
    connector_rate_limit: "transient",
    context_length_exceeded: "input_too_large",
    max_tokens_per_request: "input_too_large",
    string_above_max_length: "input_too_large",
    // the input of an embedding is an array: too many of anything else is a parameter
    array_above_max_length: [{ when: /\binput\b/, class: "input_too_large" }, { class: "permanent" }],
    invalid_prompt: [{ when: /policy|flagged|safety|violat/, class: "content_safety" }, { class: "permanent" }],
    moderation_blocked: "content_safety",
    content_policy_violation: "content_safety",
    image_content_policy_violation: "content_safety",
    unsupported_parameter: "permanent",
    unsupported_value: "permanent",
    unknown_parameter: "permanent",
    invalid_type: "permanent",
    unknown_url: "permanent",
    previous_response_not_found: "permanent",
  },
  headers: [
    { header: "x-codex-primary-used-percent", value: /^1\d\d(?:\.\d+)?$/, class: "quota_exceeded" },
    { header: "x-codex-secondary-used-percent", value: /^1\d\d(?:\.\d+)?$/, class: "quota_exceeded" },
  ],
};
