import { describe, expect, it } from "vitest";
import { classifyFailure } from "../../src/classify/index.ts";

const classOf = (input: unknown) => classifyFailure(input).class;

describe("a number is a status only where a status stands", () => {
  it.each([
    "status: 1400 OK",
    "request 500d9fff-0000 failed us",
    "at undici:11413:11",
    "model claude-3-5-sonnet-20241022 said no",
    "sent to port 5000",
    "413 tokens were read",
    "took 502 ms",
    "organisation 429429429",
    "epoch 1700000429",
    "code 4006",
    "version 4.0.4",
  ])("not in: %s", (message) => {
    expect(classifyFailure({ message }).status).toBeUndefined();
    expect(classOf({ message })).toBe("unknown");
  });

  it.each([
    ["Error code: 429 - slow", 429],
    ["HTTP 503", 503],
    ["HTTP/1.1 502 whatever", 502],
    ["[400 Bad Request] something", 400],
    ["<503> InternalError.Algo", 503],
    ["status code 429This request", 429],
    ["401 status code (no body)", 401],
    ["API Error: 529 hm", 529],
    ["Client error '401 Unauthorized' for url 'https://example.com/404'", 401],
    ["错误码：408。", 408],
    ["http://localhost:11434 answered status=500", 500],
  ])("in: %s", (message, status) => {
    expect(classifyFailure({ message }).status).toBe(status);
  });
});

describe("what quotes the prompt or the answer decides nothing", () => {
  const prompt = "insufficient_quota rate limit 429 invalid api key content policy maximum context length";

  it.each<[string, unknown]>([
    [
      "the input of a validation error",
      { detail: [{ type: "missing", loc: ["body"], msg: "Field required", input: { prompt } }] },
    ],
    [
      "the same as a Python repr in a message",
      { message: `[{'type': 'missing', 'msg': 'Field required', 'input': {'prompt': '${prompt}'}}]` },
    ],
    [
      "a failed generation",
      { error: { message: "Failed to call a function.", code: "tool_use_failed", failed_generation: prompt } },
    ],
    ["the request of an SDK's error", { error: { message: "Field required" }, requestBodyValues: { prompt } }],
    ["what a gateway was passed", { error: { message: `Field required. Passed in: ${prompt}` } }],
    [
      "messages beside the error",
      { messages: [{ role: "user", content: prompt }], error: { message: "Field required" } },
    ],
  ])("%s", (_, body) => {
    expect(classOf({ status: 400, body })).toBe("permanent");
  });

  it("nor does the flagged input of a moderation", () => {
    const metadata = { reasons: ["violence"], flagged_input: prompt };
    expect(classOf({ status: 403, body: { error: { code: 403, message: "Refused", metadata } } })).toBe(
      "content_safety",
    );
  });
});

describe("the inner error counts, however it is wrapped", () => {
  const inner = '{"error":{"message":"The model `x` does not exist","code":"model_not_found"}}';

  it.each<[string, unknown]>([
    ["as text", { body: inner }],
    ["in a string in JSON", { body: { error: inner } }],
    ["in the message in JSON", { body: { error: { message: inner, code: 502 } } }],
    ["in a list", { body: [JSON.parse(inner)] }],
    ["behind an exception's name", { message: `litellm.NotFoundError: OpenAIException - ${inner}` }],
    [
      "as a Python repr",
      { message: "Error code: 404 - {'error': {'message': 'x', 'param': None, 'code': 'model_not_found'}}" },
    ],
    ["as bytes in a Python repr", { message: `Exception - b'${inner}'. Received Model Group=x` }],
    ["in a server-sent event", { status: 200, body: `event: error\ndata: ${inner}\n\n` }],
    [
      "as raw metadata of a gateway",
      { body: { error: { message: "Provider returned error", code: 429, metadata: { raw: inner } } } },
    ],
    ["in bytes", { body: new TextEncoder().encode(inner) }],
    ["cut off", { body: inner.slice(0, -3) }],
    [
      "three causes deep",
      new Error("a", { cause: new Error("b", { cause: new Error("c", { cause: { body: inner } }) }) }),
    ],
    ["as a console printed it", { message: "Error: no\n    at x:1:1 {\n  code: 'model_not_found'\n}" }],
  ])("%s", (_, input) => {
    expect(classifyFailure(input)).toMatchObject({ class: "auth", rule: "code.model_not_found" });
  });

  it("and an inner status beats the wrapper's", () => {
    expect(classifyFailure({ status: 400, body: { error: { status: 429, message: "hm" } } })).toMatchObject({
      class: "transient",
      status: 429,
    });
  });
});

describe("words that mislead", () => {
  it.each([
    [{ status: 401, message: "User not found." }, "auth"],
    [{ status: 400, message: "insufficient tool messages following tool_calls message" }, "permanent"],
    [{ status: 400, message: "Malformed input request, please reformat your input and try again." }, "permanent"],
    [{ status: 429, message: "Too many tokens, please wait before trying again." }, "transient"],
    [{ status: 400, message: "too many tokens: total length is 600 tokens, max is 512" }, "input_too_large"],
    [{ status: 400, message: "Unsupported parameter: 'max_tokens' is not supported with this model." }, "permanent"],
    [{ status: 403, message: "Resource has been temporarily blocked because of content policy violations" }, "auth"],
    [{ status: 200, headers: { "x-ratelimit-remaining": "0" }, message: "" }, "unknown"],
    [{ status: 400, headers: { "x-ratelimit-remaining-requests": "10" }, message: "no" }, "permanent"],
    [{ message: "POST https://api.example.com/v1/moderations: 503 Service Unavailable" }, "transient"],
    [{ message: `Unexpected token '<', "<!DOCTYPE "... is not valid JSON` }, "unknown"],
    [{ message: "文件名大小写敏感，服务暂不可用" }, "transient"],
  ])("%j is %s", (facts, expected) => {
    expect(classOf(facts)).toBe(expected);
  });
});
