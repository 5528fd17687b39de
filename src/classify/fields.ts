/**
 * The fields that are read, by what they hold. Everything else in an error is left alone, above all what quotes the prompt, the
 * model's output or the rejected key (`input`, `flagged_input`, `failed_generation`, `requestBodyValues`, `param`).
 *
 * Fields are asked for by name, never enumerated: the size of a body does not matter.
 */

/** Sentences, or objects that hold more of the same. */
export const contentFields = [
  "message", "Message", "msg", "errorMessage", "error_message", "ErrorMessage", "error_msg", "errmsg", "err_msg", "errMsg",
  "status_msg", "statusMessage", "title", "description", "error_description", "detail", "details", "Detail",
  "error", "Error", "errors", "innererror", "inner_error", "err", "fault", "faultstring",
  "body", "data", "response", "Response", "responseBody", "result", "raw", "metadata", "base_resp", "header",
  "ResponseMetadata", "$metadata", "$response", "violations", "promptFeedback", "candidates", "choices", "output",
  "throttlingException", "serviceUnavailableException", "internalServerException", "modelStreamErrorException",
  "modelTimeoutException", "validationException",
  "cause", "[cause]",
] as const; // prettier-ignore

/** Words made for machines. */
export const codeFields = [
  "code", "Code", "error_code", "errorCode", "ErrorCode", "err_code", "errcode", "ret_code", "errno",
  "type", "error_type", "errorType", "__type", "status", "Status", "status_code", "error", "reason",
  "quotaId", "quotaMetric", "quota_limit", "limit_source",
] as const; // prettier-ignore

/** Codes that mean nothing without the name of their field: `SAFETY` as a `blockReason`. */
export const namedCodeFields = [
  "blockReason",
  "finishReason",
  "finish_reason",
  "native_finish_reason",
  "stopReason",
  "quota_limit_value",
  "quotaValue",
  "amazon-bedrock-guardrailAction",
] as const;

/** Where an HTTP status stands. */
export const statusFields = [
  "status",
  "Status",
  "statusCode",
  "status_code",
  "httpStatusCode",
  "HTTPStatusCode",
  "http_status",
  "http_code",
  "code",
  "Code",
] as const;

/** Where a wait stands in a body. */
export const waitFields = [
  "retry_after_ms", "retryAfterMs", "retryDelay", "quotaResetDelay", "quotaResetTimeStamp", "resets_in_seconds", "resets_at",
  "retry_after", "retryAfter", "retry_after_seconds", "retryAfterSeconds", "reset_after", "reset_at", "resetAt", "reset_time", "estimated_time",
] as const; // prettier-ignore

/** Where the headers of an answer stand. */
export const headerFields = ["headers", "responseHeaders"] as const;

/** Keys of an AWS event stream whose name is the error's code. */
export const eventFields: readonly string[] = contentFields.filter((field) => field.endsWith("Exception"));
