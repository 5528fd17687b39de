import { describe, expect, it } from "vitest";
import type { ErrorClass } from "../../machines/events.ts";
import { classifyFailure, type FailureFacts } from "../../src/classify/index.ts";
import { errorTableFor } from "../../src/providers/error-tables.ts";

/** Answers in the words and shapes of many providers, most of them without a table: what the general rules must carry. */
const answers: readonly [ErrorClass, FailureFacts & { readonly alt?: readonly ErrorClass[] }][] = [
  [
    "quota_exceeded",
    {
      status: 402,
      body: {
        error: {
          message:
            "This request requires more credits, or fewer max_tokens. You requested up to 32000 tokens, but can only afford 12000.",
          code: 402,
        },
      },
    },
  ],
  [
    "quota_exceeded",
    { status: 403, body: { code: "403", message: "NOT_ENOUGH_BALANCE", reason: "NOT_ENOUGH_BALANCE" } },
  ],
  ["auth", { status: 403, body: { code: 403, reason: "INVALID_API_KEY", message: "fail to authenticate" } }],
  ["transient", { status: 429, body: { code: 429, reason: "RATE_LIMIT_EXCEEDED", message: "Too many requests" } }],
  ["auth", { status: 401, body: { detail: "Unauthorized" } }],
  [
    "quota_exceeded",
    {
      status: 402,
      body: {
        title: "Insufficient credit",
        detail:
          "You have insufficient credit to run this model. Go to https://replicate.com/account/billing#billing to purchase credit.",
        status: 402,
      },
    },
  ],
  [
    "transient",
    {
      status: 429,
      body: {
        detail:
          "Request was throttled. Your rate limit for creating predictions is reduced to 6 requests per minute with a burst of 1 requests while you have less than $5.0 in credit. Your rate limit resets in ~10s.",
        status: 429,
      },
    },
  ],
  ["auth", { status: 404, body: { error: "Model not found" } }],
  ["auth", { status: 404, body: { detail: "Model 'foo' not found." } }],
  [
    "quota_exceeded",
    {
      status: 429,
      body: { error: { message: "You have exceeded the free tier limit for today", type: "rate_limit" } },
    },
  ],
  ["auth", { status: 401, body: { error: { message: "No cookie auth credentials found", code: 401 } } }],
  [
    "content_safety",
    {
      status: 400,
      body: {
        error: {
          message: "The response was filtered due to the prompt triggering Microsoft's content management policy",
          code: "content_filter",
        },
      },
    },
  ],
  [
    "content_safety",
    {
      status: 403,
      body: {
        error: {
          message: 'openai/gpt-4o requires moderation on OpenRouter. Your input was flagged for "violence".',
          code: 403,
          metadata: { reasons: ["violence"], flagged_input: "429 rate limit..." },
        },
      },
    },
  ],
  [
    "input_too_large",
    {
      status: 400,
      body: {
        message: "This model's maximum context length is 4096 tokens. However, your messages resulted in 5000 tokens.",
        code: 400,
      },
    },
  ],
  [
    "input_too_large",
    {
      status: 413,
      body: {
        error: "Input validation error: `inputs` must have less than 512 tokens. Given: 1234",
        error_type: "Validation",
      },
    },
  ],
  [
    "input_too_large",
    {
      status: 422,
      body: {
        error:
          "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 100 `max_new_tokens`",
        error_type: "validation",
      },
    },
  ],
  ["transient", { status: 429, body: { error: "Model is overloaded", error_type: "overloaded" } }],
  [
    "transient",
    { status: 503, body: { error: "Model meta-llama/Llama-2-7b is currently loading", estimated_time: 20.5 } },
  ],
  [
    "auth",
    {
      status: 403,
      body: {
        error:
          "Access to model meta-llama/Llama-3 is restricted and you are not in the authorized list. Visit to ask for access.",
      },
    },
  ],
  ["auth", { status: 400, body: { error: "The model is not supported by provider hf-inference" } }],
  [
    "quota_exceeded",
    {
      status: 402,
      body: {
        error:
          "You have exceeded your monthly included credits for Inference Providers. Subscribe to PRO to get 20x more monthly included credits.",
      },
    },
  ],
  ["auth", { message: "(#401) Invalid API-key provided." }],
  [
    "transient",
    { status: 503, body: { error: { message: "The server is overloaded or not ready yet.", type: "server_error" } } },
  ],
  ["quota_exceeded", { status: 429, body: { error: { message: "您的账户已达到本月消费限额", type: "limit" } } }],
  [
    "quota_exceeded",
    { status: 403, body: { error: { message: "用户额度不足, 剩余额度: ＄-0.12", type: "new_api_error" } } },
  ],
  ["auth", { status: 401, body: { error: { message: "该令牌状态不可用" } } }],
  ["auth", { status: 401, body: { error: { message: "该令牌已过期" } } }],
  [
    "quota_exceeded",
    {
      status: 401,
      body: { error: { message: "[sk-abc***xyz] 该令牌额度已用尽 !token.UnlimitedQuota && token.RemainQuota = -2" } },
    },
  ],
  ["transient", { status: 429, body: { error: { message: "当前请求过多，请稍后再试" } } }],
  ["auth", { status: 403, body: { error: { message: "This token has no access to model gpt-4o" } } }],
  ["content_safety", { status: 400, body: { error: { message: "输入内容包含违规信息", code: "x" } } }],
  ["input_too_large", { status: 400, body: { error: { message: "输入的tokens超过模型最大上下文长度" } } }],
  [
    "auth",
    {
      status: 400,
      body: {
        Response: {
          Error: { Code: "AuthFailure.SignatureExpire", Message: "The signature has expired" },
          RequestId: "x",
        },
      },
      provider: "hunyuan",
    },
  ],
  [
    "transient",
    {
      status: 200,
      body: { Response: { Error: { Code: "LimitExceeded", Message: "请求的次数超过了频率限制" }, RequestId: "x" } },
    },
  ],
  [
    "transient",
    {
      status: 200,
      body: { header: { code: 11202, message: "AppIdQpsOverFlow OR ConcurrencyOverflow", sid: "x" } },
      provider: "spark",
    },
  ],
  [
    "content_safety",
    { status: 200, body: { header: { code: 10013, message: "input content audit failed" } }, provider: "spark" },
  ],
  ["auth", { status: 200, body: { header: { code: 11200, message: "AppIdNoAuthError" } }, provider: "spark" }],
  ["auth", { status: 403, body: { message: "HMAC signature does not match" } }],
  ["transient", { status: 500, body: { error: { message: "Internal Server Error", type: "internal_server_error" } } }],
  ["transient", { status: 529, body: { type: "error", error: { type: "overloaded_error", message: "Overloaded" } } }],
  [
    "quota_exceeded",
    {
      status: 400,
      body: {
        type: "error",
        error: {
          type: "invalid_request_error",
          message: "Your credit balance is too low to access the Anthropic API.",
        },
      },
    },
  ],
  ["quota_exceeded", { status: 429, body: { error: { message: "You have reached your monthly spending limit." } } }],
  [
    "permanent",
    {
      status: 400,
      body: {
        error: {
          message:
            "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
          code: "unsupported_value",
          type: "invalid_request_error",
          param: "temperature",
        },
      },
    },
  ],
  [
    "permanent",
    {
      status: 400,
      body: {
        error: {
          message:
            "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
          type: "invalid_request_error",
        },
      },
    },
  ],
  [
    "permanent",
    {
      status: 400,
      body: {
        type: "error",
        error: {
          type: "invalid_request_error",
          message: "messages.1.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_01",
        },
      },
    },
  ],
  [
    "permanent",
    {
      status: 400,
      body: {
        type: "error",
        error: {
          type: "invalid_request_error",
          message:
            "max_tokens: 64000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-sonnet-20241022",
        },
      },
    },
  ],
  [
    "input_too_large",
    {
      status: 400,
      body: {
        type: "error",
        error: { type: "invalid_request_error", message: "prompt is too long: 210000 tokens > 200000 maximum" },
      },
    },
  ],
  [
    "input_too_large",
    {
      status: 400,
      body: {
        type: "error",
        error: {
          type: "invalid_request_error",
          message: "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
        },
      },
    },
  ],
  [
    "input_too_large",
    {
      status: 400,
      body: {
        type: "error",
        error: {
          type: "invalid_request_error",
          message:
            "messages.0.content.1.image.source.base64: image exceeds 5 MB maximum: 6000000 bytes > 5242880 bytes",
        },
      },
    },
  ],
  [
    "permanent",
    {
      status: 400,
      body: {
        type: "error",
        error: { type: "invalid_request_error", message: "messages: at least one message is required" },
      },
    },
  ],
  [
    "permanent",
    {
      status: 400,
      body: {
        type: "error",
        error: {
          type: "invalid_request_error",
          message: 'messages: roles must alternate between "user" and "assistant"',
        },
      },
    },
  ],
  [
    "permanent",
    {
      status: 400,
      body: { type: "error", error: { type: "invalid_request_error", message: "Could not process image" } },
    },
  ],
  [
    "auth",
    {
      status: 403,
      body: {
        type: "error",
        error: {
          type: "permission_error",
          message: "Your API key does not have permission to use the specified resource.",
        },
      },
    },
  ],
  [
    "auth",
    {
      status: 401,
      body: {
        type: "error",
        error: {
          type: "authentication_error",
          message: "OAuth token has expired. Please obtain a new token or refresh your existing token.",
        },
      },
    },
  ],
  [
    "auth",
    {
      status: 400,
      body: {
        type: "error",
        error: { type: "invalid_request_error", message: "This organization has been disabled." },
      },
    },
  ],
  [
    "auth",
    {
      status: 404,
      body: {
        error: {
          message: "The model `gpt-5` does not exist or you do not have access to it.",
          code: "model_not_found",
          type: "invalid_request_error",
        },
      },
    },
  ],
  [
    "transient",
    {
      status: 429,
      body: {
        error: {
          message:
            "Rate limit reached for gpt-4 in organization org-x on tokens per min (TPM): Limit 10000, Used 9500, Requested 800. Please try again in 1.8s.",
          code: "rate_limit_exceeded",
          type: "tokens",
        },
      },
    },
  ],
  ["transient", { status: 502, body: "<html><head><title>502 Bad Gateway</title></head><body>...</body></html>" }],
  [
    "auth",
    {
      status: 403,
      body: "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head><body><h1>Sorry, you have been blocked</h1></body></html>",
    },
  ],
  ["transient", { status: 524, body: "error code: 524" }],
  [
    "quota_exceeded",
    {
      status: 429,
      body: {
        error: {
          code: 429,
          status: "RESOURCE_EXHAUSTED",
          message: "You exceeded your current quota",
          details: [
            {
              "@type": "type.googleapis.com/google.rpc.QuotaFailure",
              violations: [{ quotaId: "GenerateRequestsPerDayPerProjectPerModel-FreeTier", quotaValue: "25" }],
            },
            { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "36s" },
          ],
        },
      },
      provider: "gemini",
    },
  ],
  [
    "transient",
    {
      status: 400,
      body: { throttlingException: { message: "Too many requests, please wait before trying again." } },
      provider: "bedrock",
    },
  ],
  [
    "auth",
    {
      status: 400,
      body: {
        __type: "com.amazon.coral.service#UnrecognizedClientException",
        message: "The security token included in the request is invalid.",
      },
    },
  ],
  [
    "input_too_large",
    {
      status: 400,
      body: { message: "Input is too long for requested model." },
      headers: { "x-amzn-errortype": "ValidationException:http://internal.amazon.com/" },
    },
  ],
  [
    "permanent",
    {
      status: 400,
      body: {
        message:
          "The model returned the following errors: messages: final assistant content cannot end with trailing whitespace",
      },
    },
  ],
  ["content_safety", { status: 200, body: { candidates: [{ finishReason: "SAFETY" }] } }],
  ["content_safety", { status: 200, body: { promptFeedback: { blockReason: "PROHIBITED_CONTENT" } } }],
  [
    "transient",
    {
      status: 200,
      body: { choices: [{ finish_reason: "error", error: { code: 502, message: "Provider returned error" } }] },
    },
  ],
  [
    "permanent",
    {
      status: 404,
      body: { error: { message: "Invalid URL (POST /v1/chat/completion)", type: "invalid_request_error" } },
    },
  ],
  ["permanent", { status: 405, body: { detail: "Method Not Allowed" } }],
  [
    "permanent",
    {
      status: 422,
      body: {
        detail: [
          {
            type: "missing",
            loc: ["body", "messages"],
            msg: "Field required",
            input: { prompt: "rate limit exceeded 429 insufficient quota" },
          },
        ],
      },
    },
  ],
  ["transient", { status: 500, body: { error: "CUDA out of memory. Tried to allocate 2.00 GiB" } }],
  ["input_too_large", { status: 500, body: { error: "the input length exceeds the context length" } }],
  ["permanent", { status: 400, body: { error: "registry.ollama.ai/library/x does not support tools" } }],
  ["auth", { status: 401, body: { error: "unauthorized" } }],
  [
    "quota_exceeded",
    {
      status: 429,
      body: {
        error: "you (user) have reached your weekly usage limit, upgrade for higher limits: https://ollama.com/upgrade",
      },
    },
  ],
  ["transient", { status: 503, body: { error: { message: "no available server" } } }],
  ["transient", { status: 429, body: { message: "API rate limit exceeded for 1.2.3.4" } }],
  [
    "auth",
    {
      status: 403,
      body: {
        message:
          "User is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock... because no identity-based policy allows the bedrock:InvokeModel action",
      },
    },
  ],
  ["auth", { status: 403, body: { message: "You have been banned" } }],
  [
    "auth",
    {
      status: 403,
      body: { error: { code: "AuthorizationFailed", message: "The principal lacks the required data action" } },
    },
  ],
  ["transient", { status: 409, body: { error: { message: "Conflict" } } }],
  [
    "quota_exceeded",
    {
      status: 403,
      body: {
        error: {
          message: "Key limit exceeded (daily limit). Manage it using https://openrouter.ai/settings/keys",
          code: 403,
        },
      },
    },
  ],
  [
    "quota_exceeded",
    { status: 429, body: { error: { message: "Your account has hit its usage cap for this month" } } },
  ],
  ["quota_exceeded", { message: "Error: You've reached your usage limit for this month. Upgrade to continue." }],
  ["auth", { message: "API key not configured" }],
  ["auth", { message: "OPENAI_API_KEY environment variable is missing or empty" }],
  [
    "auth",
    {
      message:
        "OpenAI API key is missing. Pass it using the 'apiKey' parameter or the OPENAI_API_KEY environment variable.",
    },
  ],
  [
    "transient",
    { message: "upstream connect error or disconnect/reset before headers. reset reason: connection termination" },
  ],
  [
    "transient",
    { status: 503, body: "upstream connect error or disconnect/reset before headers. reset reason: overflow" },
  ],
  ["transient", { message: "HTTPSConnectionPool(host='api.x.ai', port=443): Read timed out. (read timeout=600)" }],
  ["transient", { message: "Connection error." }],
  ["transient", { message: "Request timed out." }],
  ["transient", { message: "peer closed connection without sending complete message body (incomplete chunked read)" }],
  ["unknown", { message: "Request was aborted." }],
  ["unknown", { message: "context canceled" }],
  ["transient", { message: "The operation was aborted due to timeout" }],
  ["auth", { message: "unable to verify the first certificate" }],
  ["transient", { message: "net::ERR_CONNECTION_RESET" }],
  ["transient", { status: null, message: "Server disconnected without sending a response." }],
  [
    "permanent",
    {
      status: 400,
      body: {
        error: {
          message:
            "Invalid 'messages[0].content': string too long. Expected a string with maximum length 10485760, but got a string with length 20000000 instead.",
          code: "x",
        },
      },
      alt: ["input_too_large"],
    },
  ],
  [
    "permanent",
    {
      status: 400,
      body: {
        error: { message: "'$.input' is invalid. Please check the API reference", type: "invalid_request_error" },
      },
    },
  ],
  [
    "input_too_large",
    {
      status: 400,
      body: { error: { message: "'$.input' has too many items: 3000, max 2048", type: "invalid_request_error" } },
    },
  ],
  [
    "input_too_large",
    {
      status: 400,
      body: {
        detail:
          "Request to model 'voyage-3' failed. The max allowed tokens per submitted batch is 120000. Your batch has 200000 tokens after truncation. Please lower the number of tokens in the batch.",
      },
    },
  ],
  ["auth", { status: 401, body: { detail: "Provided API key is invalid." } }],
  [
    "transient",
    {
      status: 429,
      body: {
        detail:
          "You have not yet added your payment method in the billing page and will have reduced rate limits of 3 RPM and 10K TPM.",
      },
    },
  ],
  [
    "quota_exceeded",
    { status: 429, body: { message: "You are using a Trial key, which is limited to 1000 API calls / month." } },
  ],
  [
    "transient",
    { status: 429, body: { message: "You are using a Trial key, which is limited to 40 API calls / minute." } },
  ],
  [
    "content_safety",
    { status: 400, body: { message: "Content was blocked: blocked output. please reformulate" }, alt: ["permanent"] },
  ],
  [
    "permanent",
    {
      status: 400,
      body: { error: { message: "Tool choice is not supported by this model", type: "BadRequestError" } },
    },
  ],
  [
    "transient",
    {
      status: 500,
      body: {
        object: "error",
        message: "EngineCore encountered an issue. See stack trace (above) for the root cause.",
        type: "InternalServerError",
        code: 500,
      },
    },
  ],
  [
    "auth",
    {
      status: 404,
      body: { object: "error", message: "The model `foo` does not exist.", type: "NotFoundError", code: 404 },
    },
  ],
  [
    "permanent",
    {
      status: 400,
      body: {
        object: "error",
        message: "1 validation error for ChatCompletionRequest\nmessages Field required",
        type: "BadRequestError",
        code: 400,
      },
    },
  ],
  [
    "auth",
    {
      status: 403,
      body: {
        error_code: "PERMISSION_DENIED",
        message: "PERMISSION_DENIED: You do not have permission to query endpoint",
      },
      provider: "databricks",
    },
  ],
  [
    "transient",
    {
      status: 429,
      body: {
        error_code: "REQUEST_LIMIT_EXCEEDED",
        message: "REQUEST_LIMIT_EXCEEDED: Exceeded workspace output tokens per minute rate limit",
      },
      provider: "databricks",
    },
  ],
  ["auth", { status: 401, body: { errors: [{ code: 10000, message: "Authentication error" }], success: false } }],
  [
    "transient",
    {
      status: 429,
      body: {
        errors: [{ message: "AiError: Capacity temporarily exceeded, please try again.", code: 3040 }],
        success: false,
      },
    },
  ],
  [
    "quota_exceeded",
    {
      status: 429,
      body: {
        error: {
          message:
            "Rate limit of 250000 per 86400s exceeded for UserByModelByDay. Please wait 40000 seconds before retrying.",
          code: "RateLimitReached",
        },
      },
    },
  ],
  [
    "auth",
    {
      status: 400,
      body: {
        error: {
          message: "The requested model is not supported.",
          code: "model_not_supported",
          type: "invalid_request_error",
        },
      },
    },
  ],
  ["auth", { status: 410, body: { error: { message: "The model has been deprecated" } } }],
  [
    "quota_exceeded",
    { status: 429, body: { error: { message: "You have run out of credits. Please purchase more." } } },
  ],
  ["quota_exceeded", { status: 402, body: {} }],
  ["auth", { status: 401, body: "" }],
  ["input_too_large", { status: 413, body: "" }],
  [
    "transient",
    {
      status: 429,
      body: {
        error: {
          type: "rate_limit_error",
          message: "Number of request tokens has exceeded your per-minute rate limit",
        },
      },
    },
  ],
  [
    "transient",
    {
      status: 429,
      body: {
        error: {
          type: "rate_limit_error",
          message: "This request would exceed your account's rate limit. Please try again later.",
        },
      },
    },
  ],
  [
    "transient",
    { status: 429, body: { error: { message: "Number of concurrent connections has exceeded your rate limit" } } },
  ],
  [
    "quota_exceeded",
    {
      status: 429,
      body: {
        error: {
          type: "rate_limit_error",
          message:
            "You have reached your specified API usage limits. You will regain access on 2026-04-01 at 00:00 UTC.",
        },
      },
    },
  ],
  [
    "content_safety",
    { status: 400, body: { error: { message: "Your request was flagged by our safety classifiers" } } },
  ],
  ["content_safety", { status: 422, body: { error: { message: "NSFW content detected" } } }],
  ["content_safety", { status: 400, body: { error: { message: "Sensitive words detected in prompt" } } }],
  [
    "content_safety",
    {
      status: 451,
      body: {
        error: { message: "The content you provided or machine outputted is blocked.", type: "censorship_blocked" },
      },
    },
  ],
  [
    "transient",
    {
      status: 429,
      body: { error: { message: "Concurrency limit exceeded for account, please retry later", type: "rate_limit" } },
    },
  ],
  [
    "transient",
    {
      status: 429,
      body: {
        error: {
          message: "You've exceeded the rate limit, please slow down and try again after 0.07 seconds later.",
          type: "rate_limit_reached_error",
        },
      },
    },
  ],
  ["transient", { status: 500, body: { error: { message: "Error in model execution" } } }],
  [
    "auth",
    {
      status: 400,
      body: {
        error: {
          message: "Invalid model name passed in model=gpt-9. Call `/v1/models` to view available models for your key.",
        },
      },
    },
  ],
  [
    "auth",
    {
      status: 401,
      body: {
        error: {
          message:
            "Authentication Error, Invalid proxy server token passed. Received API Key = sk-...abcd, Key Hash (Token) =xyz. Unable to find token in cache or `LiteLLM_VerificationTable`",
          type: "token_not_found_in_db",
          code: "401",
        },
      },
    },
  ],
  [
    "transient",
    {
      status: 429,
      body: {
        error: {
          message: "Max parallel request limit reached. Limit resets at: 2026-01-01 10:00:00",
          type: "None",
          code: "429",
        },
      },
    },
  ],
  ["auth", { status: 403, body: { error: { message: "Your account has been suspended. Contact support." } } }],
  ["auth", { status: 403, body: { error: "Forbidden" } }],
  [
    "auth",
    {
      status: 403,
      body: {
        error: {
          message: "Generative Language API has not been used in project 123 before or it is disabled.",
          status: "PERMISSION_DENIED",
          details: [{ reason: "SERVICE_DISABLED" }],
        },
      },
    },
  ],
  [
    "auth",
    {
      status: 400,
      body: {
        error: {
          message: "Gemini API free tier is not available in your country. Please enable billing on your project",
          status: "FAILED_PRECONDITION",
        },
      },
    },
  ],
  [
    "permanent",
    {
      status: 400,
      body: { error: { message: "Request contains an invalid argument.", status: "INVALID_ARGUMENT", code: 400 } },
    },
  ],
  [
    "permanent",
    {
      status: 400,
      body: {
        error: {
          message: 'Invalid JSON payload received. Unknown name "foo": Cannot find field.',
          status: "INVALID_ARGUMENT",
        },
      },
    },
  ],
  [
    "input_too_large",
    {
      status: 400,
      body: {
        error: {
          message: "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
          status: "INVALID_ARGUMENT",
        },
      },
    },
  ],
  [
    "transient",
    {
      status: 500,
      body: {
        error: {
          message:
            "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting",
          status: "INTERNAL",
        },
      },
    },
  ],
  [
    "quota_exceeded",
    {
      status: 429,
      body: { error: { message: "Your prepayment credits are depleted.", status: "RESOURCE_EXHAUSTED" } },
    },
  ],
  ["transient", { status: null, message: "Stream ended without finish_reason" }],
  ["transient", { message: "stream error: stream ID 1; INTERNAL_ERROR; received from peer" }],
  ["transient", { message: "rpc error: code = Unavailable desc = transport is closing" }],
  ["transient", { message: "rpc error: code = DeadlineExceeded desc = context deadline exceeded" }],
  ["auth", { message: "rpc error: code = Unauthenticated desc = invalid credentials" }],
  ["quota_exceeded", { message: "rpc error: code = ResourceExhausted desc = quota exceeded for tokens per day" }],
  ["auth", { status: 403, body: { error: { message: "Country not supported" } } }],
  ["auth", { message: "Unsupported region: your location is blocked" }],
  ["permanent", { status: 400, body: { error: { message: "image_url is not a valid URL" } } }],
  [
    "permanent",
    {
      status: 400,
      body: {
        error: { message: "Invalid image: unsupported format. Please use PNG or JPEG", code: "invalid_image_format" },
      },
    },
  ],
  ["input_too_large", { status: 400, body: { error: { message: "Image size exceeds 20MB" } } }],
  ["permanent", { status: 400, body: { error: { message: "This model does not support image input" } } }],
  ["permanent", { status: 400, body: { error: { message: "dimensions is not supported by this model" } } }],
  ["permanent", { status: 400, body: { error: { message: "Model bge-m3 is not an embedding model" } }, alt: ["auth"] }],
  ["permanent", { status: 500, body: { error: { message: "Value error, Role must be in [user, assistant]" } } }],
  [
    "transient",
    {
      status: 503,
      body: {
        error: {
          message: "No available channel for model gpt-4 under group default (distributor)",
          type: "new_api_error",
          code: "model_not_found",
        },
      },
      provider: "new-api relay",
      alt: ["auth"],
    },
  ],
  ["transient", { status: 429, body: { error: { message: "当前分组上游负载已饱和，请稍后再试" } } }],
  ["transient", { message: "服务器繁忙，请稍后再试" }],
  ["quota_exceeded", { message: "您的账户余额不足，请充值" }],
  ["auth", { message: "API密钥无效" }],
  ["permanent", { message: "参数错误：temperature 取值范围为 0-1" }],
  ["content_safety", { message: "您输入的内容包含敏感信息，请修改后重试" }],
  ["auth", { message: "模型不存在或无权限" }],
  ["transient", { message: "请求超时" }],
  ["unknown", { message: "Something" }],

  ["auth", { message: "API key 无效或已过期" }],
  ["auth", { message: "鉴权失败" }],
  ["auth", { message: "该令牌无权访问模型 gpt-4" }],
  ["auth", { message: "当前 API Key 未绑定 IP 白名单" }],
  ["transient", { message: "您的账户已达到速率限制，请您控制请求频率" }],
  ["transient", { message: "当前API请求过多，请稍后重试。" }],
  ["transient", { message: "模型当前访问量过大" }],
  ["transient", { message: "上游负载已饱和" }],
  ["transient", { message: "网络错误，错误id：xxx，请稍后重试" }],
  ["transient", { message: "系统繁忙" }],
  ["quota_exceeded", { message: "账户欠费，额度已用完" }],
  ["quota_exceeded", { message: "您的账户可用额度不足" }],
  ["quota_exceeded", { message: "今日免费次数已用完" }],
  ["quota_exceeded", { message: "套餐已用完，请购买" }],
  ["quota_exceeded", { message: "令牌额度已耗尽" }],
  ["quota_exceeded", { message: "每日请求次数超限" }],
  ["quota_exceeded", { message: "您已超出当前额度，请检查您的套餐和账单" }],
  ["auth", { message: "您的账户已欠费，请充值后重试", alt: ["quota_exceeded"] }],
  ["auth", { message: "账号已被封禁" }],
  ["auth", { message: "未实名认证" }],
  ["auth", { message: "模型未开通服务" }],
  ["input_too_large", { message: "输入长度超过模型限制" }],
  ["input_too_large", { message: "prompt tokens 超过最大限制 8192" }],
  ["input_too_large", { message: "上传图片过大" }],
  ["input_too_large", { message: "文本长度超出限制" }],
  ["content_safety", { message: "内容涉及违规" }],
  ["content_safety", { message: "提示词中包含敏感词" }],
  [
    "content_safety",
    { message: "系统检测到输入或生成内容可能包含不安全或敏感内容，请您避免输入易产生敏感内容的提示语" },
  ],
  ["content_safety", { message: "response content was filtered" }],
  ["permanent", { message: "请求参数有误" }],
  ["permanent", { message: "messages 参数非法" }],
  ["permanent", { message: "缺少必填参数 model" }],
  ["permanent", { message: "不支持的图片格式" }],
  ["permanent", { message: "tools字段格式错误" }],
  ["permanent", { message: "Invalid request: text content is empty" }],
  ["permanent", { status: 400, message: "Input cannot be empty" }],
  ["permanent", { message: "messages 中 role 必须为 user" }],
  [
    "permanent",
    { status: 400, body: { code: "InvalidParameter", message: "The image length and width must be larger than 10" } },
  ],
  [
    "input_too_large",
    { status: 400, body: { error: { message: "Total tokens of image and text exceed max message tokens" } } },
  ],
  ["input_too_large", { status: 400, body: { error: { message: "The number of images exceeds the limit" } } }],
  ["input_too_large", { status: 400, body: { message: "total number of tokens in batch exceeded" } }],
  [
    "input_too_large",
    { status: 400, body: { error: "batch size 64 > maximum allowed batch size 32", type: "Validation" } },
  ],
  ["input_too_large", { status: 413, body: { error: "`inputs` must have less than 8192 tokens. Given: 9000" } }],
  ["input_too_large", { message: "The request was too long for the model's context" }],
  ["input_too_large", { message: "Requested tokens (5000) exceed context window of 4096" }],
  [
    "input_too_large",
    { message: "The number of tokens to keep from the initial prompt is greater than the context length" },
  ],
  [
    "input_too_large",
    {
      message:
        "Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens",
    },
  ],
  [
    "input_too_large",
    { message: "This model's maximum prompt length is 131072 but the request contains 200000 tokens." },
  ],
  ["input_too_large", { message: "Please reduce the length of the messages or completion." }],
  ["input_too_large", { message: "Input validation error: `inputs` must have less than 4096 tokens" }],
  ["input_too_large", { message: "The input (5000 tokens) is longer than the model's context length (4096 tokens)." }],
  ["input_too_large", { message: "token count exceeds the model's limit" }],
  [
    "input_too_large",
    {
      message:
        "Prompt contains 200000 tokens and 0 draft tokens, too large for model with 131072 maximum context length",
    },
  ],
  ["input_too_large", { message: "invalid params, context window exceeds limit (2013)" }],
  ["input_too_large", { message: "prompt length 5000 exceeds limit" }],
  ["input_too_large", { message: "Text length exceeds max 2048" }],
  [
    "transient",
    { message: "ModelNotReadyException: Model is not ready for inference. Please wait and try your request again." },
  ],
  ["transient", { message: "Bedrock is unable to process your request." }],
  ["transient", { message: "The model is currently overloaded. Please try again later" }],
  ["transient", { message: "We're experiencing high traffic right now" }],
  ["transient", { message: "Server is busy, please try again later" }],
  ["transient", { message: "Upstream error from Chutes: No instances available" }],
  ["transient", { message: "provider returned 429" }],
  ["transient", { status: 429, message: "Provisioned Managed Deployment capacity exceeded" }],
  ["transient", { message: "Request rate limit exceeded for model" }],
  ["transient", { message: "llm request queue full" }],
  ["transient", { message: "All upstreams failed" }],
  ["transient", { message: "ReadTimeout: HTTPSConnectionPool" }],
  ["transient", { message: "[Errno -3] Temporary failure in name resolution" }],
  ["transient", { message: "OSError: [Errno 101] Network is unreachable" }],
  ["transient", { message: "[Errno 104] Connection reset by peer" }],
  ["transient", { message: "httpcore.ConnectError: All connection attempts failed" }],
  ["transient", { message: "ClientPayloadError: Response payload is not completed" }],
  ["transient", { message: "read ECONNRESET" }],
  ["transient", { message: "error sending request for url (https://x)" }],
  ["transient", { message: "error decoding response body" }],
  ["transient", { message: "operation timed out" }],
  ["transient", { message: "idle timeout waiting for SSE" }],
  ["transient", { message: "http2: server sent GOAWAY and closed the connection" }],
  ["transient", { message: "tls: handshake timeout" }],
  ["transient", { message: "lookup api.openai.com: no such host" }],
  ["transient", { message: "curl: (28) Operation timed out" }],
  ["transient", { message: "curl: (7) Failed to connect" }],
  ["transient", { message: "Premature close" }],
  ["transient", { message: "Network connection lost." }],
  ["transient", { message: "Client network socket disconnected before secure TLS connection was established" }],
  ["auth", { message: "SSL: CERTIFICATE_VERIFY_FAILED" }],
  ["auth", { message: "SSL certificate problem: unable to get local issuer certificate" }],
  ["auth", { message: "x509: certificate signed by unknown authority" }],
  ["auth", { message: "Hostname/IP does not match certificate's altnames" }],
  [
    "auth",
    {
      message:
        "The api_key client option must be set either by passing api_key to the client or by setting the OPENAI_API_KEY environment variable",
    },
  ],
  ["auth", { message: "Could not load credentials from any providers" }],
  ["auth", { message: "Unable to locate credentials" }],
  ["auth", { message: "NoCredentialsError: Unable to locate credentials" }],
  ["auth", { message: "The security token included in the request is expired" }],
  ["auth", { message: "google.auth.exceptions.DefaultCredentialsError: Your default credentials were not found" }],
  ["auth", { message: "invalid_grant: Bad Request" }],
  ["auth", { message: "Token has been expired or revoked." }],
  ["auth", { message: "token is unusable" }],
  ["auth", { message: "Error: 403 Your request was blocked." }],
  ["auth", { status: 403, message: "You do not have the required permissions for this operation" }],
  ["auth", { message: "Your organization must be verified to stream this model" }],
  ["auth", { message: "Operation not allowed" }],
  ["auth", { status: 400, message: "Operation not allowed" }],
  ["auth", { message: "Model access is denied" }],
  ["auth", { message: "Legacy model: access denied. This model is marked by provider as Legacy" }],
  ["auth", { status: 404, message: "This model version has reached the end of its life." }],
  ["auth", { message: "The project you are requesting has been archived" }],
  ["auth", { message: "You must be a member of an organization to use the API" }],
  ["auth", { message: "Your API key was disabled by your organization owner" }],
  [
    "quota_exceeded",
    { status: 429, message: "You exceeded your current quota, please check your plan and billing details." },
  ],
  ["quota_exceeded", { message: "Free usage limit reached, subscribe to continue" }],
  ["quota_exceeded", { message: "monthly usage limit reached" }],
  ["quota_exceeded", { message: "You have no credits left" }],
  ["quota_exceeded", { message: "Your trial has expired, add billing" }],
  ["quota_exceeded", { message: "Insufficient Balance" }],
  ["quota_exceeded", { message: "Arrears: insufficient balance" }],
  [
    "quota_exceeded",
    { message: "Quota exceeded for quota metric 'Generate requests' and limit 'requests per day per project'" },
  ],
  [
    "transient",
    {
      message:
        "Quota exceeded for quota metric 'Generate Content API requests per minute' and limit 'GenerateContent request limit per minute'",
    },
  ],
  ["quota_exceeded", { status: 403, message: "The account has exceeded its spending cap" }],
  ["quota_exceeded", { message: "You've used up your points" }],
  ["quota_exceeded", { message: "5 hour usage limit reached. Resets in 2 hours" }],
  ["quota_exceeded", { message: "Rate limit reached for requests per day (RPD)" }],
  ["content_safety", { message: "The model's response was blocked by the content filter" }],
  ["content_safety", { message: "Claude's response was blocked by our content filtering policy" }],
  ["content_safety", { message: "Request blocked by guardrail" }],
  ["content_safety", { message: "Your prompt violates our content policy" }],
  ["content_safety", { message: "This content may violate our usage policies" }],
  ["content_safety", { message: "Prompt was blocked by Gemini: SAFETY" }],
  ["content_safety", { message: "Image generation blocked: contains potentially unsafe content" }],
  ["content_safety", { message: "Input data may contain inappropriate content." }],
  ["content_safety", { message: "The input text contains sensitive information" }],
  ["permanent", { message: "json: cannot unmarshal string into Go struct field" }],
  ["permanent", { message: "temperature must be between 0 and 2" }],
  ["permanent", { message: "Unrecognized request argument supplied: foo" }],
  ["permanent", { status: 400, message: "Only base64 images supported" }],
  ["permanent", { message: "Invalid base64 image_url" }],
  ["permanent", { status: 400, message: "Provided image is not valid." }],
  ["permanent", { status: 400, message: "logprobs is not supported" }],
  ["permanent", { status: 400, message: "[{'msg':'x','type':'y'}]" }],
  ["permanent", { message: "failed to decode image" }],
  ["permanent", { status: 422, message: "Unprocessable Entity" }],
  ["unknown", { message: "[object Object]" }],
  ["unknown", { message: "null" }],
  ["unknown", { message: "The user aborted a request" }],
  ["unknown", { status: 499, message: "" }],
];

describe("an answer of any provider", () => {
  it.each(answers)("is %s: %j", (expected, { alt = [], ...facts }) => {
    const { class: errorClass } = classifyFailure(facts, { table: errorTableFor(facts.provider), now: 0 });
    expect([expected, ...alt]).toContain(errorClass);
  });
});
