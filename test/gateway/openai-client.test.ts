import { BadRequestError, InternalServerError, RateLimitError, toFile } from "openai";
import { describe, expect, it } from "vitest";
import { type Behaviour, failures } from "../../src/testing/fake-provider/index.ts";
import { collected, keys, messages, openGateway } from "./open-gateway.ts";

const model = "chat";

/** What befalls the first credential, after which the second is to serve as if nothing had been. */
const mishaps: readonly (readonly [string, Behaviour])[] = [
  ["a refused key", failures.openai.invalidKey],
  ["a 429 that states a wait", failures.openai.rateLimit({ retryAfterS: 20 })],
  ["an exhausted quota", failures.openai.insufficientQuota],
  ["a hang", { hang: true }],
  ["a reset before the answer", { reset: true }],
  ["an error inside a 200", { errorAtHead: failures.openai.insufficientQuota }],
];

const limits = { timeout: "1500ms", first_byte_timeout: "1500ms" };

describe.each(mishaps)("after %s, OpenAI's own client gets from the next credential", (_, mishap) => {
  const open = async (kind: "chat" | "embedding" | "audio" = "chat") => {
    const gateway = await openGateway({
      ids: ["primary", "second"],
      model: { kind, ...limits, ...(kind === "embedding" && { dimension: 8 }) },
    });
    gateway.upstream.set(keys.primary, mishap);
    return gateway;
  };

  it("its chat answer, and who served it", async () => {
    const { openai } = await open();

    const { data, response } = await openai.chat.completions.create({ model, messages }).withResponse();

    expect(data.choices[0]?.message.content).toBe("Answered by second.");
    expect(data.model).toBe("upstream-model");
    expect(response.headers.get("x-keyswitch-model")).toBe("chat");
    expect(response.headers.get("x-keyswitch-credential")).toBe("second");
    expect(response.headers.get("x-keyswitch-attempts")).toBe("2");
    expect(response.headers.get("x-keyswitch-call-id")).toMatch(/^\S+$/);
  });

  it("its stream", async () => {
    const { openai } = await open();

    const stream = await openai.chat.completions.create({ model, messages, stream: true });
    const chunks = await collected(stream);

    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe("Answered by second.");
  });

  it("its response, and one that streams", async () => {
    const { openai, upstream } = await open();

    const whole = await openai.responses.create({ model, input: "Who are you?" });
    upstream.script(keys.second, "healthy");
    const stream = await openai.responses.create({ model, input: "Who are you?", stream: true });
    const events = await collected(stream);

    expect(whole.output_text).toBe("Answered by second.");
    expect(events.at(-1)?.type).toBe("response.completed");
  });

  it("its embeddings", async () => {
    const { openai } = await open("embedding");

    const { data } = await openai.embeddings.create({ model, input: ["one", "two"] });

    expect(data.map(({ embedding }) => embedding.length)).toEqual([8, 8]);
  });

  it("its tool calls", async () => {
    const { openai } = await open();

    const { choices } = await openai.chat.completions.create({
      model,
      messages,
      tool_choice: "required",
      tools: [{ type: "function", function: { name: "lookup", parameters: { type: "object", properties: {} } } }],
    });

    expect(choices[0]?.message.tool_calls?.[0]).toMatchObject({ type: "function", function: { name: "lookup" } });
  });

  it("the transcription of a file that it uploads whole again", async () => {
    const { openai, upstream } = await open("audio");
    const sound = Uint8Array.from({ length: 5_000 }, (_, index) => index % 256);

    const { text } = await openai.audio.transcriptions.create({ model, file: await toFile(sound, "a.mp3") });

    expect(text).toBe("Answered by second.");
    const { parts } = upstream.requests.at(-1) ?? {};
    expect(parts?.find(({ name }) => name === "model")?.body.toString()).toBe("upstream-model");
    expect(Buffer.from(parts?.find(({ name }) => name === "file")?.body ?? "").equals(Buffer.from(sound))).toBe(true);
  });

  it("speech, byte for byte", async () => {
    const { openai } = await open("audio");

    const answer = await openai.audio.speech.create({ model, input: "Hello", voice: "alloy" });

    expect(answer.headers.get("content-type")).toBe("audio/mpeg");
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(
      Buffer.from(Array.from({ length: 1024 }, (_, i) => i % 256)),
    );
  });
});

describe("OpenAI's own client", () => {
  it("throws its own BadRequestError with the upstream's words and request id, after one request", async () => {
    const { openai, upstream } = await openGateway();
    upstream.set(keys.primary, failures.openai.badRequest);

    const error = await openai.chat.completions.create({ model, messages }).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(BadRequestError);
    expect((error as BadRequestError).code).toBe("unsupported_parameter");
    expect((error as BadRequestError).requestID).toMatch(/^req_/);
    expect(upstream.requests).toHaveLength(1);
  });

  it("throws at once when every credential failed, and asks nobody again", async () => {
    const { openai, upstream } = await openGateway();
    for (const key of Object.values(keys)) upstream.set(key, failures.openai.invalidKey);

    const error = await openai.chat.completions.create({ model, messages }).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(InternalServerError);
    expect((error as InternalServerError).status).toBe(503);
    expect(upstream.requests).toHaveLength(3);
  });

  it("throws its RateLimitError when every credential is out of allowance", async () => {
    const { openai, upstream } = await openGateway({ ids: ["primary"] });
    upstream.set(keys.primary, failures.openai.rateLimit({ retryAfterS: 20 }));

    const error = await openai.chat.completions.create({ model, messages }).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(RateLimitError);
    expect(upstream.requests).toHaveLength(1);
  });

  it("lists the models that are configured, and shows one", async () => {
    const { openai } = await openGateway({ models: { "team/fast": {}, functions: { api: "any" } } });

    expect((await collected(openai.models.list())).map(({ id }) => id)).toEqual(["chat", "team/fast"]);
    expect((await openai.models.retrieve("team/fast")).id).toBe("team/fast");
  });
});
