import { createServer, get } from "node:http";
import { type AddressInfo, createServer as createConnectionServer } from "node:net";
import * as anthropic from "@anthropic-ai/sdk";
import { APICallError, RetryError } from "ai";
import * as openai from "openai";
import { request } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import { classifyFailure } from "../../src/classify/index.ts";

const noHeaders = new Headers();

/** What a rejected promise rejects with. */
async function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it was expected to throw");
}

/** As `node:http` asks: every byte of the answer is read. */
function readByHttp(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, (answer) => void answer.on("error", reject).on("end", resolve).resume()).on("error", reject);
  });
}

describe("errors of the openai package", () => {
  it("tell a minute's limit and the wait from their headers", () => {
    const body = {
      error: {
        message: "Rate limit reached on tokens per min (TPM): Limit 10, Used 9, Requested 2.",
        type: "tokens",
        code: "rate_limit_exceeded",
      },
    };
    const error = openai.APIError.generate(429, body, undefined, new Headers({ "retry-after": "2" }));
    expect(classifyFailure(error)).toEqual({
      class: "transient",
      rule: "text.window.short",
      retryAfterMs: 2000,
      status: 429,
    });
  });

  it("tell an empty account by its code", () => {
    const body = {
      error: { message: "You exceeded your current quota", type: "insufficient_quota", code: "insufficient_quota" },
    };
    const error = openai.APIError.generate(429, body, undefined, noHeaders);
    expect(classifyFailure(error)).toEqual({ class: "quota_exceeded", rule: "code.insufficient_quota", status: 429 });
  });

  it("tell a status without a body", () => {
    expect(classifyFailure(openai.APIError.generate(500, undefined, "", noHeaders))).toMatchObject({
      class: "transient",
      rule: "status.500",
    });
    expect(classifyFailure(openai.APIError.generate(404, undefined, "", noHeaders))).toMatchObject({
      class: "permanent",
      rule: "status.404",
    });
  });

  it("tell a connection's failure by its innermost cause", () => {
    const failed = (code: string) =>
      new openai.APIConnectionError({
        cause: new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code }) }),
      });
    expect(classifyFailure(failed("ECONNREFUSED"))).toEqual({ class: "transient", rule: "transport.ECONNREFUSED" });
    expect(classifyFailure(failed("CERT_HAS_EXPIRED"))).toEqual({ class: "auth", rule: "transport.CERT_HAS_EXPIRED" });
    expect(classifyFailure(new openai.APIConnectionTimeoutError()).class).toBe("transient");
    expect(classifyFailure(new openai.APIUserAbortError()).class).toBe("unknown");
  });
});

describe("errors of the Anthropic package", () => {
  it.each([
    [529, "overloaded_error", "Overloaded", "transient"],
    [400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum", "input_too_large"],
    [400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.", "quota_exceeded"],
    [401, "authentication_error", "invalid x-api-key", "auth"],
    [404, "not_found_error", "model: claude-9", "auth"],
  ] as const)("%i %s: %s is %s", (status, type, message, expected) => {
    const error = anthropic.APIError.generate(
      status,
      { type: "error", error: { type, message } },
      undefined,
      noHeaders,
    );
    expect(classifyFailure(error)).toMatchObject({ class: expected, status });
  });
});

describe("errors of the AI SDK", () => {
  const callError = (statusCode: number, responseBody: string, responseHeaders: Record<string, string> = {}) =>
    new APICallError({
      message: "Request failed",
      url: "https://example.com/429",
      requestBodyValues: { messages: [{ content: "insufficient_quota: invalid api key, rate limit" }] },
      statusCode,
      responseHeaders,
      responseBody,
    });

  it("tell what the response says, and nothing of what the request said", () => {
    const error = callError(429, '{"error":{"message":"Please slow down"}}', { "retry-after": "7" });
    expect(classifyFailure(error)).toEqual({ class: "transient", rule: "text.rate", retryAfterMs: 7000, status: 429 });
    expect(classifyFailure(callError(503, "{}"))).toMatchObject({ class: "transient", rule: "status.503" });
  });

  it.each([
    ['{"error":{"message":"Spent","code":"insufficient_quota"}}', "quota_exceeded", "code.insufficient_quota"],
    ['{"error":{"message":"Missing required parameter"}}', "permanent", "text.request.parameter"],
    ['{"choices":[{"message":{"content":"Rate limit reached, invalid api key', "unknown", "unknown"],
    ["{}", "unknown", "unknown"],
    [`{"error":{"code":"insufficient_quota","padding":"${"x".repeat(70_000)}"}}`, "unknown", "unknown"],
  ])(
    "tell of an answer that the SDK could not read what it says, not what was missed in it: %.60s",
    (body, ...told) => {
      const missed = Object.assign(new Error("Invalid input: expected array"), { code: "invalid_type" });
      const error = new APICallError({
        message: "Invalid JSON response",
        url: "https://api.openai.com/v1/chat/completions",
        requestBodyValues: {},
        statusCode: 200,
        responseBody: body,
        cause: missed,
      });
      const verdict = classifyFailure(error);
      expect([verdict.class, verdict.rule]).toEqual(told);
    },
  );

  it("tell of an answer that broke off what broke it", () => {
    const cause = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    const error = new APICallError({
      message: "Failed to process successful response",
      url: "https://api.openai.com/v1/chat/completions",
      requestBodyValues: {},
      statusCode: 200,
      cause,
    });
    expect(classifyFailure(error)).toMatchObject({ class: "transient", rule: "transport.ECONNRESET" });
  });

  it("count by the last attempt of a RetryError", () => {
    const last = callError(401, '{"error":{"message":"wrong","code":"invalid_api_key"}}');
    const error = new RetryError({
      message: "Failed after 2 attempts",
      reason: "maxRetriesExceeded",
      errors: [callError(503, ""), last],
    });
    expect(classifyFailure(error)).toMatchObject({ class: "auth", rule: "code.invalid_api_key" });
  });
});

describe("errors of a connection", () => {
  it("are told apart as fetch and undici throw them", async () => {
    const server = createServer((incoming) => incoming.socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(classifyFailure(await thrownBy(fetch(url)))).toMatchObject({
      class: "transient",
      rule: "transport.UND_ERR_SOCKET",
    });
    expect(classifyFailure(await thrownBy(request(url)))).toMatchObject({
      class: "transient",
      rule: "transport.UND_ERR_SOCKET",
    });
    await new Promise((resolve) => server.close(resolve));
    expect(classifyFailure(await thrownBy(fetch(url)))).toMatchObject({
      class: "transient",
      rule: "transport.ECONNREFUSED",
    });
  });

  const head = "HTTP/1.1 200 OK\r\nconnection: close\r\n";
  it.each([
    ["no HTTP", "SSH-2.0-OpenSSH_9.6\r\n"],
    ["a chunk of no size", `${head}transfer-encoding: chunked\r\n\r\nzz\r\n{}`],
    ["not compressed as they say, with gzip", `${head}content-encoding: gzip\r\n\r\n{"choices":[]}`],
    ["not compressed as they say, with Brotli", `${head}content-encoding: br\r\n\r\n{"choices":[]}`],
  ])("whose answers are %s are the upstream's, not the request's", async (_, answer) => {
    const server = createConnectionServer((socket) => void socket.once("data", () => socket.end(answer)));
    await new Promise<void>((resolve) => server.listen(0, resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const broken = { class: "transient", rule: expect.stringMatching(/^transport\./) as string };

    expect(classifyFailure(await thrownBy(fetch(url).then((response) => response.text())))).toMatchObject(broken);
    if (answer.includes("content-encoding")) return;
    expect(classifyFailure(await thrownBy(request(url).then(({ body }) => body.text())))).toMatchObject(broken);
    expect(classifyFailure(await thrownBy(readByHttp(url)))).toMatchObject(broken);
  });

  it("that was aborted say nothing of a credential; that ran out of time, they do", async () => {
    expect(classifyFailure(await thrownBy(fetch("http://127.0.0.1:9", { signal: AbortSignal.abort() })))).toMatchObject(
      { class: "unknown" },
    );
    expect(classifyFailure(new DOMException("The operation was aborted due to timeout", "TimeoutError"))).toMatchObject(
      { class: "transient" },
    );
  });
});

describe("several errors in one", () => {
  const answered = (status: number) => Object.assign(new Error("failed"), { status });

  it.each([
    [[401, 503], "transient"],
    [[401, 402], "quota_exceeded"],
    [[401, 403], "auth"],
    [[401, 400], "unknown"],
  ] as const)("of %j are %s", (statuses, expected) => {
    expect(classifyFailure(new AggregateError(statuses.map(answered), "All failed")).class).toBe(expected);
  });

  it("are one where Node tried the addresses of one connection", () => {
    const refused = Object.assign(new Error("connect ECONNREFUSED ::1:1"), { code: "ECONNREFUSED" });
    const error = Object.assign(new AggregateError([refused]), { code: "ECONNREFUSED" });
    expect(classifyFailure(error)).toEqual({ class: "transient", rule: "transport.ECONNREFUSED" });
  });
});
