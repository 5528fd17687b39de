import { createOpenAI } from "@ai-sdk/openai";
import { embed, embedMany, generateText, Output, streamText, tool } from "ai";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { failoverLanguageModel } from "../../src/ai-sdk/index.ts";
import { type Behaviour, failures } from "../../src/testing/fake-provider/index.ts";
import { collected, keys, openChat, openModel, openVectors } from "./open-models.ts";

const prompt = "Who are you?";

/** Long enough for an answer on a busy machine, short enough to wait out a hang. */
const config = { timeout: "1500ms", first_byte_timeout: "1500ms" };

const mishaps: readonly (readonly [string, Behaviour])[] = [
  ["a refused key", failures.openai.invalidKey],
  ["a spent quota", failures.openai.insufficientQuota],
  ["a 429 that states a long wait", failures.openai.rateLimit({ retryAfterS: 20 })],
  ["a server's fault", failures.openai.overloaded],
  ["a hang", { hang: true }],
  ["a hang after the headers", { hangAfterHeaders: true }],
  ["a reset before the answer", { reset: true }],
  ["an error inside a 200", { errorAtHead: failures.openai.insufficientQuota }],
  ["a page of a proxy", { html: 502 }],
];

describe.each(mishaps)("after %s, the AI SDK gets from the next credential", (_, mishap) => {
  it("its text, and learns who served", async () => {
    const { chat, upstream, model } = await openChat({ config });
    upstream.set(keys.primary, mishap);

    const { text, usage, providerMetadata } = await generateText({ model: chat, prompt });

    expect(text).toBe("Answered by second.");
    expect(providerMetadata?.["keyswitch"]).toMatchObject({ model: "chat", credential: "second", attempts: 2 });
    expect(upstream.requests.map(({ key }) => key)).toEqual([keys.primary, keys.second]);
    expect(model.snapshot().usage["second"]).toMatchObject({
      served: 1,
      inputTokens: usage.inputTokens,
      outputTokens: usage.outputTokens,
      unknownUsage: 0,
    });
  });

  it("its stream, in one piece, and learns who served", async () => {
    const { chat, upstream, model } = await openChat({ config });
    upstream.set(keys.primary, mishap);

    const result = streamText({ model: chat, prompt });
    const parts = await collected(result.stream);

    expect(parts.filter(({ type }) => type === "start-step")).toHaveLength(1);
    expect(parts.filter(({ type }) => type === "error")).toEqual([]);
    expect(await result.text).toBe("Answered by second.");
    expect((await result.providerMetadata)?.["keyswitch"]).toMatchObject({ credential: "second", attempts: 2 });
    expect(model.active()).toBe("second");
    expect(model.snapshot().usage["second"]).toMatchObject({
      served: 1,
      inputTokens: (await result.usage).inputTokens,
      unknownUsage: 0,
    });
  });

  it("its vectors, one and many", async () => {
    const { vectors, upstream, model } = await openVectors({ config });
    upstream.set(keys.primary, mishap);

    const one = await embed({ model: vectors, value: "one" });
    const many = await embedMany({ model: vectors, values: ["one", "two", "three"] });

    expect([one.embedding, ...many.embeddings].map(({ length }) => length)).toEqual([8, 8, 8, 8]);
    expect(one.providerMetadata?.["keyswitch"]).toMatchObject({ credential: "second", attempts: 2 });
    expect(many.providerMetadata?.["keyswitch"]).toMatchObject({ credential: "second", attempts: 1 });
    expect(model.snapshot().usage["second"]).toMatchObject({
      served: 2,
      inputTokens: one.usage.tokens + many.usage.tokens,
    });
  });
});

describe("a 429 that states a short wait", () => {
  it("is waited out on the same credential", async () => {
    const { chat, upstream, model } = await openChat({ config: { retry: { max_retries: 1 } } });
    upstream.script(keys.primary, failures.openai.rateLimit({ retryAfterS: 1 }));

    const { text, providerMetadata } = await generateText({ model: chat, prompt });

    expect(text).toBe("Answered by primary.");
    expect(providerMetadata?.["keyswitch"]).toMatchObject({ credential: "primary", attempts: 2 });
    expect(model.snapshot()).toMatchObject({ active: "primary", epoch: 0 });
  });
});

describe("OpenAI's Responses", () => {
  it.each(mishaps)("go on to the next credential after %s, in one piece and as a stream", async (_, mishap) => {
    const { model, upstream } = await openModel({ config });
    const chat = failoverLanguageModel(model, ({ apiKey, apiBase, model }) =>
      createOpenAI({ apiKey: apiKey.reveal(), baseURL: apiBase ?? "" }).responses(model),
    );
    upstream.set(keys.primary, mishap);

    const whole = await generateText({ model: chat, prompt });
    const streamed = streamText({ model: chat, prompt });

    expect([whole.text, await streamed.text]).toEqual(["Answered by second.", "Answered by second."]);
    expect(whole.providerMetadata).toMatchObject({ openai: {}, keyswitch: { credential: "second", attempts: 2 } });
  });
});

describe("an answer of the next credential", () => {
  const look_up = tool({
    inputSchema: z.object({}),
    execute: () => Promise.resolve("It is known."),
  });

  it("carries tool calls, in one piece and as a stream", async () => {
    const { chat, upstream } = await openChat();
    upstream.set(keys.primary, failures.openai.invalidKey);
    const asked = { model: chat, prompt, tools: { look_up }, toolChoice: "required" as const };

    const { toolCalls, toolResults } = await generateText(asked);
    const streamed = streamText(asked);

    expect(toolCalls.map(({ toolName }) => toolName)).toEqual(["look_up"]);
    expect(toolResults.map(({ output }) => output)).toEqual(["It is known."]);
    expect((await streamed.toolCalls).map(({ toolName }) => toolName)).toEqual(["look_up"]);
  });

  it("carries objects, in one piece and as a stream", async () => {
    const { chat, upstream } = await openChat({ provider: { answers: { text: '{"name":"Ada"}' } } });
    upstream.set(keys.primary, failures.openai.insufficientQuota);
    const output = Output.object({ schema: z.object({ name: z.string() }) });

    const whole = await generateText({ model: chat, prompt, output });
    const streamed = streamText({ model: chat, prompt, output });

    expect(whole.output).toEqual({ name: "Ada" });
    expect(await streamed.output).toEqual({ name: "Ada" });
  });
});

describe("fifty calls at once on a key that dies", () => {
  it("are all answered, and the model moves once", async () => {
    const { chat, upstream, model } = await openChat({ ids: ["primary", "second", "third"] });
    const moves: unknown[] = [];
    model.on("failover", (move) => moves.push([move.from, move.to]));
    upstream.set(keys.primary, failures.openai.invalidKey);

    const texts = await Promise.all(
      Array.from({ length: 50 }, async (_, call) =>
        call % 2 === 0
          ? (await generateText({ model: chat, prompt })).text
          : (await collected(streamText({ model: chat, prompt }).textStream)).join(""),
      ),
    );

    expect(new Set(texts)).toEqual(new Set(["Answered by second."]));
    expect(moves).toEqual([["primary", "second"]]);
    expect(model.active()).toBe("second");
    expect(upstream.requests.filter(({ key }) => key === keys.third)).toEqual([]);
  });
});
