import { createOpenAI } from "@ai-sdk/openai";
import { GoogleGenAI } from "@google/genai";
import { embed, generateText, streamText } from "ai";
import { describe, expect, it } from "vitest";
import { type Behaviour, failures } from "../../src/testing/fake-provider/index.ts";
import { collected, keys, messages, openGateway } from "./open-gateway.ts";

const limits = { timeout: "1500ms", first_byte_timeout: "1500ms" };

describe.each<[string, Behaviour]>([
  ["a refused key", failures.gemini.invalidKey],
  ["a 429 that states a wait", failures.gemini.rateLimit({ retryAfterS: 20 })],
  ["a hang", { hang: true }],
  ["a reset before the answer", { reset: true }],
  ["an error inside a 200", { errorAtHead: failures.gemini.overloaded }],
])("after %s, Google's own client gets from the next credential", (_, mishap) => {
  const open = async () => {
    const gateway = await openGateway({ ids: ["primary", "second"], api: "gemini", model: limits });
    gateway.upstream.set(keys.primary, mishap);
    const google = new GoogleGenAI({ apiKey: "unused", httpOptions: { baseUrl: gateway.url } });
    return { ...gateway, google };
  };

  it("its content, of the model that the credential names", async () => {
    const { google, upstream } = await open();

    const { text } = await google.models.generateContent({ model: "chat", contents: "Who are you?" });

    expect(text).toBe("Answered by second.");
    expect(upstream.requests.at(-1)?.path).toContain("/models/upstream-model:generateContent");
  });

  it("its stream", async () => {
    const { google } = await open();

    const stream = await google.models.generateContentStream({ model: "chat", contents: "Who are you?" });

    expect((await collected(stream)).map(({ text }) => text ?? "").join("")).toBe("Answered by second.");
  });
});

describe.each<[string, Behaviour]>([
  ["a refused key", failures.openai.invalidKey],
  ["a 429 that states a wait", failures.openai.rateLimit({ retryAfterS: 20 })],
  ["a hang", { hang: true }],
  ["a reset before the answer", { reset: true }],
  ["an error inside a 200", { errorAtHead: failures.openai.insufficientQuota }],
])("after %s, the AI SDK gets from the next credential", (_, mishap) => {
  const open = async (kind: "chat" | "embedding" = "chat") => {
    const gateway = await openGateway({
      ids: ["primary", "second"],
      model: { kind, ...limits, ...(kind === "embedding" && { dimension: 8 }) },
    });
    gateway.upstream.set(keys.primary, mishap);
    return createOpenAI({ apiKey: "unused", baseURL: `${gateway.url}/v1` });
  };

  it("its text", async () => {
    const openai = await open();

    expect((await generateText({ model: openai.chat("chat"), messages })).text).toBe("Answered by second.");
  });

  it("its stream", async () => {
    const openai = await open();

    const pieces = await collected(streamText({ model: openai.responses("chat"), messages }).textStream);

    expect(pieces.join("")).toBe("Answered by second.");
  });

  it("its embedding", async () => {
    const openai = await open("embedding");

    expect((await embed({ model: openai.embedding("chat"), value: "one" })).embedding).toHaveLength(8);
  });
});

describe("what no other key would mend", () => {
  it("reaches Google's own client as the upstream said it, after one request", async () => {
    const { upstream, url } = await openGateway({ api: "gemini" });
    upstream.set(keys.primary, failures.gemini.badRequest);
    const google = new GoogleGenAI({ apiKey: "unused", httpOptions: { baseUrl: url } });

    const asked = google.models.generateContent({ model: "chat", contents: "Hi" });

    await expect(asked).rejects.toMatchObject({ name: "ApiError", status: 400 });
    expect(upstream.requests).toHaveLength(1);
  });

  it("reaches the AI SDK as the upstream said it, after one request", async () => {
    const { upstream, url } = await openGateway();
    upstream.set(keys.primary, failures.openai.badRequest);
    const openai = createOpenAI({ apiKey: "unused", baseURL: `${url}/v1` });

    const asked = generateText({ model: openai.chat("chat"), messages });

    await expect(asked).rejects.toMatchObject({ name: "AI_APICallError", statusCode: 400 });
    expect(upstream.requests).toHaveLength(1);
  });
});

describe.each<[string, Behaviour]>([
  ["a reset", { resetAfterItems: 1 }],
  ["a clean end too early", { cutAfterItems: 1 }],
])("a stream that meets %s after its first item", (_, mishap) => {
  it("fails in Google's own client, after one request", async () => {
    const { url, upstream } = await openGateway({ ids: ["primary", "second"], api: "gemini", model: limits });
    upstream.set(keys.primary, mishap);
    const google = new GoogleGenAI({ apiKey: "unused", httpOptions: { baseUrl: url } });

    const stream = await google.models.generateContentStream({ model: "chat", contents: "Who are you?" });

    await expect(collected(stream)).rejects.toThrow();
    expect(upstream.requests).toHaveLength(1);
  });

  it.each(["chat", "responses"] as const)("ends in an error in the AI SDK's %s, after one request", async (route) => {
    const { url, upstream } = await openGateway({ ids: ["primary", "second"], model: limits });
    upstream.set(keys.primary, mishap);
    const openai = createOpenAI({ apiKey: "unused", baseURL: `${url}/v1` });
    const errors: unknown[] = [];

    const { fullStream } = streamText({
      model: openai[route]("chat"),
      messages,
      onError: ({ error }) => void errors.push(error),
    });
    const parts = await collected(fullStream).catch((error: unknown) => [{ type: "error", error }]);

    expect(parts.some(({ type }) => type === "error")).toBe(true);
    expect(upstream.requests).toHaveLength(1);
  });
});
