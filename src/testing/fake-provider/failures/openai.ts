import type { Failure, StatedWait } from "./failure.ts";

/** Codes and types: https://platform.openai.com/docs/guides/error-codes; bodies as seen in the issues named below. */
export const openai = {
  /** The key does not exist or was revoked. https://github.com/chatanywhere/GPT_API_free/issues/62 */
  invalidKey: failure(401, {
    message:
      "Incorrect API key provided: sk-fake****************0000. You can find your API key at https://platform.openai.com/account/api-keys.",
    type: "invalid_request_error",
    code: "invalid_api_key",
  }),

  /** The account has no credit left, told as 429. https://github.com/Pythagora-io/gpt-pilot/issues/340 */
  insufficientQuota: failure(429, {
    message: "You exceeded your current quota, please check your plan and billing details.",
    type: "insufficient_quota",
    code: "insufficient_quota",
  }),

  /** The budget that the owner set is used up, told as 400. https://github.com/dfinke/PowerShellAI/issues/127 */
  billingHardLimit: failure(400, {
    message: "Billing hard limit has been reached",
    type: "invalid_request_error",
    code: "billing_hard_limit_reached",
  }),

  /** Too many requests a minute; the bucket that ran out is named in the headers. https://platform.openai.com/docs/guides/rate-limits */
  rateLimit: ({ retryAfterS }: StatedWait): Failure => ({
    ...failure(429, {
      message: `Rate limit reached for gpt-4o-mini in organization org-FAKE on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in ${retryAfterS}s. Visit https://platform.openai.com/account/rate-limits to learn more.`,
      type: "requests",
      code: "rate_limit_exceeded",
    }),
    headers: {
      "retry-after": String(Math.ceil(retryAfterS)),
      "x-ratelimit-limit-requests": "3",
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": `${retryAfterS}s`,
      "x-ratelimit-limit-tokens": "40000",
      "x-ratelimit-remaining-tokens": "39000",
      "x-ratelimit-reset-tokens": "1.5s",
    },
  }),

  /** The prompt is longer than the model's window. https://github.com/conghaonet/hao_chatgpt/issues/4 */
  contextLength: failure(400, {
    message:
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 140015 tokens. Please reduce the length of the messages.",
    type: "invalid_request_error",
    param: "messages",
    code: "context_length_exceeded",
  }),

  /** The prompt was refused by the safety system. https://platform.openai.com/docs/guides/images (moderation) */
  contentPolicy: failure(400, {
    message: "Your request was rejected as a result of our safety system.",
    type: "image_generation_user_error",
    code: "content_policy_violation",
  }),

  /** A parameter that this model does not take. https://github.com/enoch3712/ExtractThinker/issues/327 */
  badRequest: failure(400, {
    message:
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    type: "invalid_request_error",
    param: "max_tokens",
    code: "unsupported_parameter",
  }),

  /** The request's body is no JSON. https://platform.openai.com/docs/guides/error-codes */
  unparsableBody: failure(400, {
    message: "We could not parse the JSON body of your request. The OpenAI API expects a JSON payload.",
    type: "invalid_request_error",
  }),

  /** The model is unknown, or the key has no access to it. https://github.com/Aider-AI/aider/issues/2030 */
  modelNotFound: failure(404, {
    message: "The model `gpt-4o-2024-08-06` does not exist or you do not have access to it.",
    type: "invalid_request_error",
    code: "model_not_found",
  }),

  /** A path that the API does not have. https://platform.openai.com/docs/guides/error-codes */
  unknownUrl: ({ method, path }: { readonly method: string; readonly path: string }): Failure =>
    failure(404, {
      message: `Unknown request URL: ${method} ${path}. Please check the URL for typos.`,
      type: "invalid_request_error",
      code: "unknown_url",
    }),

  /** The egress is in a country that is not served; unwrapped, without `error`. https://github.com/continuedev/continue/issues/11449 */
  unsupportedCountry: {
    status: 403,
    body: {
      code: "unsupported_country_region_territory",
      message: "Country, region, or territory not supported",
      param: null,
      type: "request_forbidden",
    },
  },

  /** The model is busy. https://github.com/waylaidwanderer/node-chatgpt-api/issues/34 */
  overloaded: failure(503, {
    message: "That model is currently overloaded with other requests. You can retry your request.",
    type: "server_error",
  }),

  /** A fault on their side. https://github.com/ai-genie/chatgpt-vscode/issues/100 */
  serverError: failure(500, {
    message: "The server had an error processing your request. Sorry about that! You can retry your request.",
    type: "server_error",
  }),
} as const;

interface OpenAIError {
  readonly message: string;
  readonly type: string;
  readonly param?: string;
  readonly code?: string;
}

function failure(status: number, { message, type, param, code }: OpenAIError): Failure {
  return { status, body: { error: { message, type, param: param ?? null, code: code ?? null } } };
}
