import type { ErrorClass } from "../../machines/events.ts";

/**
 * Codes that mean one thing whoever says them: the vocabulary of OpenAI's dialect, of AWS, Google and Cloudflare, which their
 * compatibles and gateways speak as well. They decide before any sentence is read.
 */
export const decisiveCodes: ReadonlyMap<string, ErrorClass> = classByCode({
  quota_exceeded: [
    "insufficient_quota", "insufficient_user_quota", "insufficient_balance", "insufficient_credits", "insufficient_funds",
    "billing_hard_limit_reached", "billing_error", "budget_exceeded", "quota_exhausted", "usage_limit_reached",
    "usage_limit_exceeded", "usage_not_included", "exceeded_current_quota_error", "pre_consume_token_quota_failed",
    "payment_required", "credits_exhausted", "spend_limit_exceeded", "out_of_credits", "ServiceQuotaExceededException",
  ],
  auth: [
    "invalid_api_key", "incorrect_api_key", "missing_api_key", "expired_api_key", "api_key_invalid", "api_key_expired",
    "invalid_organization", "invalid_authentication_error", "account_deactivated", "billing_not_active",
    "unsupported_country_region_territory", "model_not_found", "deploymentnotfound", "deployment_not_found", "model_not_available",
    "service_disabled", "consumer_suspended", "consumer_invalid", "iam_permission_denied", "validation_required",
    "api_key_service_blocked", "api_key_ip_address_blocked", "api_key_http_referrer_blocked", "access_token_expired", "account_state_invalid",
    "user_project_denied", "project_denied", "accessdeniedexception", "unrecognizedclientexception", "expiredtokenexception", "expiredtoken",
    "invalidsignatureexception", "signaturedoesnotmatch", "incompletesignature", "missingauthenticationtokenexception", "optinrequired",
    "invalid_token", "token_expired", "invalid_access_token", "invalid_client_token_id", "invalidclienttokenid", "not_authenticated",
    "organization_restricted", "model_terms_required", "terms_of_service_not_accepted", "model_permission_blocked_org", "model_permission_blocked_project",
  ],
  transient: [
    "engine_overloaded_error", "engine_overloaded", "overloaded_error", "server_overloaded", "model_overloaded", "slow_down", "connector_rate_limit",
    "model_capacity_exhausted", "capacity_exceeded", "modelnotreadyexception", "modeltimeoutexception",
    "serviceunavailableexception", "internalserverexception", "modelstreamerrorexception", "modelerrorexception", "dependencyfailedexception",
    "provisionedthroughputexceededexception", "model_loading", "request_timeout",
  ],
  input_too_large: [
    "context_length_exceeded", "context_window_exceeded", "exceed_context_size_error", "string_above_max_length",
    "max_tokens_per_request", "request_too_large", "input_too_large", "prompt_too_long", "tokens_limit_reached", "payload_too_large",
    "image_too_large", "file_too_large", "request_entity_too_large", "contextwindowexceedederror",
  ],
  content_safety: [
    "content_filter", "content_filtered", "content_policy_violation", "responsibleaipolicyviolation", "moderation_blocked",
    "cyber_policy", "cyber_policy_violation", "hooks_failed", "guardrail_intervened", "guardrail_violation", "sensitive_words_detected",
    "data_inspection_failed", "datainspectionfailed", "prompt_blocked", "prohibited_content", "content_moderation", "contentpolicyviolationerror", "safety_violation",
  ],
  permanent: [
    "unsupported_parameter", "unknown_parameter", "invalid_type", "missing_required_parameter", "unknown_url", "unsupported_value",
    "tool_use_failed", "json_validate_failed", "invalid_image", "invalid_image_format", "invalid_image_url", "image_parse_error",
    "invalid_json", "extra_forbidden", "unsupported_content_type", "invalid_function_parameters", "integer_below_min_value", "decimal_above_max_value",
  ],
}); // prettier-ignore

/**
 * Codes that hint only: they are put on too many different things to outweigh a sentence, but say more than a wrapper's status.
 * Kept from the sentences too, so that `PERMISSION_DENIED` over "used all available credits" is not read as words about permission.
 */
export const hintingCodes: ReadonlyMap<string, ErrorClass> = classByCode({
  transient: [
    "rate_limit_error", "rate_limit_exceeded", "rate_limited", "rate_limit", "rate limit reached error", "too_many_requests", "toomanyrequests", "too many requests",
    "throttlingexception", "throttling", "throttled", "toomanyrequestsexception", "resource_exhausted", "resourceexhausted", "requests", "tokens", "limitation",
    "unavailable", "service_unavailable", "serviceunavailable", "service_unavailable_error", "service unavailable", "timeout", "timeout_error",
    "deadline_exceeded", "upstreamunavailable", "overloaded", "unhealthy", "nocapacity",
  ],
  auth: [
    "authentication_error", "authenticationerror", "auth_error", "authorization_error", "unauthorized", "unauthenticated", "permission_error", "permission_denied",
    "permissiondenied", "forbidden", "request_forbidden", "access_denied", "accessdenied", "401", "403", "not_found_error", "resourcenotfoundexception", "invalid_model",
  ],
  quota_exceeded: ["credit_limit", "quota_exceeded", "quotaexceeded"],
}); // prettier-ignore

/** Codes that blame the request in general; a decisive sentence or a telling status comes first. */
export const requestCodes: ReadonlyMap<string, ErrorClass> = classByCode({
  permanent: [
    "invalid_request_error", "invalid_request", "invalidrequest", "invalid_argument", "invalidargument", "bad_request", "badrequest", "bad request",
    "badrequesterror", "validationexception", "validation_error", "validation", "unprocessable_entity", "invalidparameter", "invalid_parameter",
    "invalid_parameter_error", "invalid_params", "invalid_value", "failed_precondition", "out_of_range", "unimplemented",
  ],
}); // prettier-ignore

/** Codes that blame the server in general: less than any status. */
export const serverCodes: ReadonlyMap<string, ErrorClass> = classByCode({
  transient: [
    "server_error", "internal_error", "internal_server_error", "internalservererror", "internalerror", "api_error", "internal", "bad_gateway", "gateway_timeout",
    "upstream_error", "aborted", "backend", "faileddependency", "network_error", "data_loss",
  ],
}); // prettier-ignore

/** Codes that say nothing at all, not even as words. */
const emptyCodes: ReadonlySet<string> = new Set([
  "error",
  "result",
  "notfound",
  "not_found",
  "not found",
  "upstream",
  "payment required",
  "none",
  "null",
  "unknown",
]);

/** Whether a code may also be read as the words that it is made of. */
export function readsAsWords(code: string): boolean {
  const name = code.toLowerCase();
  return (
    !hintingCodes.has(name) &&
    !requestCodes.has(name) &&
    !serverCodes.has(name) &&
    !emptyCodes.has(name) &&
    !name.startsWith("the caller does not have permission")
  );
}

function classByCode(codesByClass: Partial<Record<ErrorClass, readonly string[]>>): ReadonlyMap<string, ErrorClass> {
  const classes = new Map<string, ErrorClass>();
  for (const [errorClass, codes] of Object.entries(codesByClass)) {
    for (const code of codes) classes.set(code.toLowerCase(), errorClass as ErrorClass);
  }
  return classes;
}
