import { InternalServerError as AnthropicServerError } from "@anthropic-ai/sdk";
import OpenAI, { BadRequestError, InternalServerError } from "openai";
import { describe, expect, it } from "vitest";
import { failures } from "../../src/testing/fake-provider/index.ts";
import { collected, keys, messages, openDoor } from "./open-door.ts";

const model = "whatever";

describe("OpenAI's own client", () => {
  it("gets its chat answer past a refused key and one that hangs, and learns who served", async () => {
    const { openai, upstream } = await openDoor({ model: { timeout: "500ms" } });
    upstream.set(keys.primary, failures.openai.invalidKey);
    upstream.set(keys.second, { hang: true });

    const { data, response } = await openai.chat.completions.create({ model, messages }).withResponse();

    expect(data.choices[0]?.message.content).toBe("Answered by third.");
    expect(data.model).toBe("upstream-model");
    expect(response.headers.get("x-keyswitch-model")).toBe("chat");
    expect(response.headers.get("x-keyswitch-credential")).toBe("third");
    expect(response.headers.get("x-keyswitch-attempts")).toBe("3");
    expect(response.headers.get("x-keyswitch-call-id")).toMatch(/^\S+$/);
    expect(upstream.requests.map(({ key }) => key)).toEqual([keys.primary, keys.second, keys.third]);
  });

  it("gets its stream past a refused key and one that hangs", async () => {
    const { openai, upstream, engine } = await openDoor({ model: { first_byte_timeout: "500ms" } });
    upstream.set(keys.primary, failures.openai.invalidKey);
    upstream.set(keys.second, { hangAfterHeaders: true });

    const stream = await openai.chat.completions.create({
      model,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await collected(stream);

    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe("Answered by third.");
    const usage = chunks.at(-1)?.usage;
    expect(engine.snapshot().usage["third"]).toMatchObject({
      served: 1,
      inputTokens: usage?.prompt_tokens,
      outputTokens: usage?.completion_tokens,
      unknownUsage: 0,
    });
  });

  it("gets its embeddings past a refused key and one that hangs", async () => {
    const { openai, upstream, engine } = await openDoor({
      model: { kind: "embedding", dimension: 8, timeout: "500ms" },
    });
    upstream.set(keys.primary, failures.openai.invalidKey);
    upstream.set(keys.second, { hang: true });

    const { data, usage } = await openai.embeddings.create({ model, input: ["one", "two"] });

    expect(data.map(({ embedding }) => embedding.length)).toEqual([8, 8]);
    expect(engine.snapshot().usage["third"]).toMatchObject({ inputTokens: usage.prompt_tokens, outputTokens: 0 });
  });

  it("throws its own BadRequestError with the upstream's message after exactly one request", async () => {
    const { openai, upstream } = await openDoor();
    upstream.set(keys.primary, failures.openai.badRequest);

    const error = await openai.chat.completions.create({ model, messages }).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(BadRequestError);
    expect((error as Error).message).toContain("Use 'max_completion_tokens' instead.");
    expect((error as BadRequestError).code).toBe("unsupported_parameter");
    expect(upstream.requests).toHaveLength(1);
  });

  it("throws at once when every credential failed, and asks nobody again", async () => {
    const { openai, upstream } = await openDoor();
    for (const key of Object.values(keys)) upstream.set(key, failures.openai.invalidKey);

    const error = await openai.chat.completions.create({ model, messages }).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(InternalServerError);
    expect(error).toMatchObject({ status: 503, code: "all_credentials_failed" });
    expect((error as Error).message).toContain("primary auth (401), second auth (401), third auth (401)");
    expect(upstream.requests).toHaveLength(3);
  });

  it("gets responses, in one piece and as a stream", async () => {
    const { openai, upstream, engine } = await openDoor({ ids: ["primary", "second"] });
    upstream.set(keys.primary, failures.openai.insufficientQuota);

    const whole = await openai.responses.create({ model, input: "Who are you?" });
    const events = await collected(await openai.responses.create({ model, input: "Who are you?", stream: true }));

    expect(whole.output_text).toBe("Answered by second.");
    expect(events.at(-1)?.type).toBe("response.completed");
    expect(engine.snapshot().usage["second"]).toMatchObject({ served: 2, unknownUsage: 0 });
  });

  it("gets tool calls, in one piece and as a stream", async () => {
    const { openai } = await openDoor();
    const tools = [{ type: "function" as const, function: { name: "look_up", parameters: {} } }];
    const asked = { model, messages, tools, tool_choice: "required" as const };

    const { choices } = await openai.chat.completions.create(asked);
    const chunks = await collected(await openai.chat.completions.create({ ...asked, stream: true }));

    const [call] = choices[0]?.message.tool_calls ?? [];
    expect(call).toMatchObject({ function: { name: "look_up" } });
    const streamed = chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []);
    expect(streamed[0]?.function?.name).toBe("look_up");
  });

  it("gets the list of models, an upload and sound", async () => {
    const { openai, upstream } = await openDoor();
    const file = new File([new Uint8Array([1, 2, 3])], "speech.wav", { type: "audio/wav" });

    const models = await openai.models.list();
    const { text } = await openai.audio.transcriptions.create({ model: "whisper-1", file });
    const sound = await openai.audio.speech.create({ model, voice: "alloy", input: "Hello" });

    expect(models.data.map(({ id }) => id)).toEqual(["fake-model"]);
    expect(text).not.toBe("");
    expect(upstream.requests[1]?.parts.find(({ name }) => name === "file")?.body).toEqual(new Uint8Array([1, 2, 3]));
    expect((await sound.arrayBuffer()).byteLength).toBeGreaterThan(0);
  });

  it("may be configured with any base: what follows the version goes to the credential's own", async () => {
    const { fetch, upstream } = await openDoor();
    const openai = new OpenAI({ apiKey: "unused", baseURL: "https://api.openai.com/v1", fetch });

    await openai.chat.completions.create({ model, messages });

    expect(upstream.requests[0]?.path).toBe("/v1/chat/completions");
  });
});

describe("Anthropic's own client", () => {
  it("gets its message past a refused key and one that hangs", async () => {
    const { anthropic, upstream, engine } = await openDoor({ api: "anthropic", model: { timeout: "500ms" } });
    upstream.set(keys.primary, failures.anthropic.authentication);
    upstream.set(keys.second, { hang: true });

    const message = await anthropic.messages.create({ model, messages, max_tokens: 100 });

    expect(message.content).toMatchObject([{ type: "text", text: "Answered by third." }]);
    expect(upstream.requests.map(({ path }) => path)).toEqual(["/v1/messages", "/v1/messages", "/v1/messages"]);
    expect(engine.snapshot().usage["third"]).toMatchObject({
      inputTokens: message.usage.input_tokens,
      outputTokens: message.usage.output_tokens,
    });
  });

  it("gets its stream past a refused key and one that hangs", async () => {
    const { anthropic, upstream, engine } = await openDoor({
      api: "anthropic",
      model: { first_byte_timeout: "500ms" },
    });
    upstream.set(keys.primary, failures.anthropic.authentication);
    upstream.set(keys.second, { hang: true });

    const message = await anthropic.messages.stream({ model, messages, max_tokens: 100 }).finalMessage();

    expect(message.content).toMatchObject([{ type: "text", text: "Answered by third." }]);
    expect(engine.snapshot().usage["third"]).toMatchObject({
      served: 1,
      inputTokens: message.usage.input_tokens,
      outputTokens: message.usage.output_tokens,
      unknownUsage: 0,
    });
  });

  it("throws its own error when every credential failed, and asks nobody again", async () => {
    const { anthropic, upstream } = await openDoor({ api: "anthropic", ids: ["primary", "second"] });
    upstream.set(keys.primary, failures.anthropic.authentication);
    upstream.set(keys.second, failures.anthropic.overloaded);

    const error = await anthropic.messages
      .create({ model, messages, max_tokens: 100 })
      .catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(AnthropicServerError);
    expect(error).toMatchObject({ status: 503, error: { type: "error", error: { type: "overloaded_error" } } });
    expect(upstream.requests).toHaveLength(2);
  });
});
