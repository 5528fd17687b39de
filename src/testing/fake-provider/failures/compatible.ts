import type { Failure } from "./failure.ts";

/** https://api-docs.deepseek.com/quick_start/error_codes */
export const deepseek = {
  /** https://github.com/continuedev/continue/issues/9368 */
  insufficientBalance: failure(402, {
    message: "Insufficient Balance",
    type: "unknown_error",
    param: null,
    code: "invalid_request_error",
  }),

  /** Their error table; the masked key stands in the text. */
  invalidKey: failure(401, {
    message: "Authentication Fails, Your api key: ****0000 is invalid",
    type: "authentication_error",
    param: null,
    code: "invalid_request_error",
  }),

  /** The prompt was filtered, told with a generic code. */
  contentRisk: failure(400, {
    message: "Content Exists Risk",
    type: "invalid_request_error",
    param: null,
    code: "invalid_request_error",
  }),
} as const;

/** https://docs.z.ai/api-reference/api-code */
export const zhipu = {
  /** Code 1000. */
  authentication: failure(401, { code: "1000", message: "Authentication Failed" }),

  /** Code 1113: no balance and no resource package. */
  insufficientBalance: failure(429, { code: "1113", message: "余额不足或无可用资源包,请充值。" }),

  /** Code 1302: too many requests at the same time. https://github.com/anomalyco/opencode/issues/9789 */
  concurrency: failure(429, {
    code: "1302",
    message: "您当前使用该API的并发数过高，请降低并发，或联系客服增加限额。",
  }),

  /** Code 1305: the model is busy. */
  overloaded: failure(429, { code: "1305", message: "该模型当前访问量过大，请您稍后再试" }),

  /** Code 1308: the plan's five hours are used up; the reset is stated in Chinese, in China's time. */
  fiveHourLimit: ({ resetAt }: { readonly resetAt: Date }): Failure =>
    failure(429, { code: "1308", message: `已达到 5 小时的使用上限。您的限额将在 ${chinaTime(resetAt)} 重置。` }),

  /** Code 1261. */
  contextLength: failure(400, {
    code: "1261",
    message: "The input exceeds the maximum context length supported by the model.",
  }),

  /** Code 1300. */
  blockedByPolicy: failure(400, { code: "1300", message: "API call blocked by policy" }),
} as const;

/** Unwrapped bodies, without `error`. https://help.aliyun.com/zh/model-studio/developer-reference/error-code */
export const dashscope = {
  arrearage: unwrapped(400, "Arrearage", "Access denied, please make sure your account is in good standing."),
  freeTierOnly: unwrapped(
    403,
    "AllocationQuota.FreeTierOnly",
    'The free tier of the model has been exhausted. If you want to continue access the model on a paid basis, please disable the "use free tier only" mode.',
  ),
  throttling: unwrapped(429, "Throttling.RateQuota", "Requests rate limit exceeded, try again later."),
  dataInspection: unwrapped(400, "DataInspectionFailed", "Input or output data may contain inappropriate content."),
  inputLength: unwrapped(400, "InvalidParameter", "Range of input length should be [1, 129024]"),
} as const;

/** https://www.volcengine.com/docs/82379/1299023 */
export const volcengine = {
  authentication: ark(
    401,
    "AuthenticationError",
    "Unauthorized",
    "The API key or AK/SK in the request is missing or invalid.",
  ),
  accountOverdue: ark(
    403,
    "AccountOverdueError",
    "Forbidden",
    "The request failed because your account has an overdue balance.",
  ),
  endpointRateLimit: ark(
    429,
    "RateLimitExceeded.EndpointRPMExceeded",
    "TooManyRequests",
    "The Requests Per Minute (RPM) limit of the associated endpoint for your account has been exceeded.",
  ),
  limitReached: ark(
    429,
    "SetLimitExceeded",
    "TooManyRequests",
    "Your account [2100000000] has reached the set inference limit for the [doubao] model, and the model service has been paused.",
  ),
  endpointNotFound: ark(
    404,
    "InvalidEndpointOrModel.NotFound",
    "NotFound",
    "The model or endpoint ep-fake does not exist or you do not have access to it.",
  ),
  sensitiveContent: ark(
    400,
    "SensitiveContentDetected",
    "BadRequest",
    "The request failed because the input text may contain sensitive information.",
  ),
} as const;

/** https://platform.moonshot.ai/docs/api/chat#error-response */
export const moonshot = {
  /** https://github.com/MoonshotAI/Kimi-K2/issues/5 */
  quotaExceeded: failure(403, {
    message:
      "Your account is not active, organization exceeded current quota, please check your plan and billing details",
    type: "exceeded_current_quota_error",
  }),
  engineOverloaded: failure(429, {
    type: "engine_overloaded_error",
    message: "The engine is currently overloaded, please try again later",
  }),
} as const;

/** Errors come with status 200. https://platform.minimax.io/docs/api-reference/errorcode */
export const minimax = {
  insufficientBalance: baseResponse(1008, "insufficient balance"),
  sensitiveInput: baseResponse(1026, "input new_sensitive"),
} as const;

/** https://openrouter.ai/docs/api-reference/errors */
export const openrouter = {
  /** https://github.com/musistudio/claude-code-router/issues/227 */
  noCredentials: failure(401, { message: "No auth credentials found", code: 401 }),

  /** https://github.com/QwenLM/qwen-code/issues/73 */
  moreCredits: failure(402, {
    message:
      "This request requires more credits, or fewer max_tokens. You requested up to 225702 tokens, but can only afford 92985.",
    code: 402,
  }),

  /** The upstream of the upstream is busy. https://github.com/open-webui/computer/issues/293 */
  upstreamRateLimit: failure(429, {
    message: "Provider returned error",
    code: 429,
    metadata: {
      raw: "z-ai/glm-5.3-flash is temporarily rate-limited upstream. Please retry shortly, or add your own key to accumulate your rate limits",
      provider_name: "BaseTen",
    },
  }),
} as const;

function failure(status: number, error: Readonly<Record<string, unknown>>): Failure {
  return { status, body: { error } };
}

function unwrapped(status: number, code: string, message: string): Failure {
  return { status, body: { code, message, request_id: "00000000-0000-0000-0000-000000000000" } };
}

function ark(status: number, code: string, type: string, message: string): Failure {
  return failure(status, { code, message, param: "", type });
}

function baseResponse(statusCode: number, message: string): Failure {
  return { status: 200, body: { base_resp: { status_code: statusCode, status_msg: message } } };
}

function chinaTime(date: Date): string {
  const eightHoursMs = 8 * 60 * 60 * 1000;
  return new Date(date.getTime() + eightHoursMs).toISOString().slice(0, 19).replace("T", " ");
}
