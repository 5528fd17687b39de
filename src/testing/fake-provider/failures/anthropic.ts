import type { Failure, StatedWait } from "./failure.ts";

/** Types and statuses: https://docs.claude.com/en/api/errors; bodies as seen in the issues named below. */
export const anthropic = {
  /** The key is wrong. https://docs.claude.com/en/api/errors */
  authentication: failure(401, "authentication_error", "invalid x-api-key"),

  /** The key may not do this. https://github.com/can1357/oh-my-pi/issues/38 */
  permission: failure(403, "permission_error", "Your API key does not have permission to use the specified resource."),

  /** No credit left, told as an invalid request. https://github.com/anthropics/claude-quickstarts/issues/83 */
  creditBalance: failure(
    400,
    "invalid_request_error",
    "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
  ),

  /** Too many tokens a minute. https://github.com/BoltAI/BoltAI/issues/338, https://docs.claude.com/en/api/rate-limits */
  rateLimit: ({ retryAfterS }: StatedWait): Failure => {
    const limited = failure(
      429,
      "rate_limit_error",
      "This request would exceed the rate limit for your organization of 40,000 input tokens per minute. For details, refer to: https://docs.anthropic.com/en/api/rate-limits.",
    );
    return { ...limited, headers: { ...limited.headers, "retry-after": String(Math.ceil(retryAfterS)) } };
  },

  /** The service is busy; their own status. https://github.com/anthropics/anthropic-sdk-typescript/issues/616 */
  overloaded: failure(529, "overloaded_error", "Overloaded", { "x-should-retry": "true" }),

  /** A fault on their side. https://github.com/anthropics/claude-code/issues/91800 */
  apiError: failure(500, "api_error", "Internal server error"),

  /** The prompt is longer than the model's window. https://github.com/anthropics/claude-code/issues/12186 */
  promptTooLong: failure(400, "invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum"),

  /** The answer was withheld. https://github.com/anthropics/claude-code/issues/43487 */
  contentFilter: failure(400, "invalid_request_error", "Output blocked by content filtering policy"),

  /** A malformed message. https://github.com/anthropics/claude-code/issues/59812 */
  badRequest: failure(400, "invalid_request_error", "messages: text content blocks must be non-empty"),

  /** A model or path that does not exist. https://docs.claude.com/en/api/errors */
  notFound: failure(404, "not_found_error", "Not found"),
} as const;

function failure(status: number, type: string, message: string, headers?: Record<string, string>): Failure {
  const requestId = "req_011CFakeProvider00000000";
  return {
    status,
    headers: { ...headers, "request-id": requestId },
    body: { type: "error", error: { type, message }, request_id: requestId },
  };
}
