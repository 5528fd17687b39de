import type { Failure, StatedWait } from "./failure.ts";

const quotaHelp = {
  "@type": "type.googleapis.com/google.rpc.Help",
  links: [
    { description: "Learn more about Gemini API quotas", url: "https://ai.google.dev/gemini-api/docs/rate-limits" },
  ],
};

const quotaText =
  "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.";

/** Statuses: https://ai.google.dev/gemini-api/docs/troubleshooting; bodies as seen in the issues named below. */
export const gemini = {
  /** A wrong key is told as 400. https://github.com/google-gemini/gemini-cli/issues/25198 */
  invalidKey: failure(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [
    {
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      reason: "API_KEY_INVALID",
      domain: "googleapis.com",
      metadata: { service: "generativelanguage.googleapis.com" },
    },
  ]),

  /** The minute's requests are used up. https://github.com/google-gemini/gemini-cli/blob/main/packages/core/src/utils/googleQuotaErrors.test.ts */
  rateLimit: ({ retryAfterS }: StatedWait): Failure =>
    failure(429, "RESOURCE_EXHAUSTED", `${quotaText}\nPlease retry in ${retryAfterS}s.`, [
      quotaFailure("GenerateRequestsPerMinutePerProjectPerModel-FreeTier"),
      quotaHelp,
      { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${retryAfterS}s` },
    ]),

  /** The day's requests are used up; the same sentence, another quota id. https://github.com/langgenius/dify/issues/19838 */
  dailyQuota: failure(429, "RESOURCE_EXHAUSTED", quotaText, [
    quotaFailure("GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
    quotaHelp,
  ]),

  /** The model is busy. https://github.com/google-gemini/gemini-cli/issues/7392 */
  overloaded: failure(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),

  /** A field that does not exist. https://github.com/fishjar/kiss-translator/issues/256 */
  badRequest: failure(
    400,
    "INVALID_ARGUMENT",
    'Invalid JSON payload received. Unknown name "system_instruction": Cannot find field.',
  ),

  /** The request is larger than the API takes. https://github.com/quarkiverse/quarkus-langchain4j/issues/1705 */
  payloadTooLarge: failure(400, "INVALID_ARGUMENT", "Request payload size exceeds the limit: 4194304 bytes."),

  /** The egress is in a country that is not served, told as 400. https://github.com/poenl/gemini-api/issues/4 */
  unsupportedLocation: failure(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),

  /** A model or method that does not exist. https://ai.google.dev/gemini-api/docs/troubleshooting */
  notFound: failure(404, "NOT_FOUND", "Requested entity was not found."),
} as const;

function failure(code: number, status: string, message: string, details?: readonly unknown[]): Failure {
  return { status: code, body: { error: { code, message, status, ...(details && { details }) } } };
}

function quotaFailure(quotaId: string): unknown {
  return {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    violations: [{ quotaMetric: "generativelanguage.googleapis.com/generate_content_free_tier_requests", quotaId }],
  };
}
