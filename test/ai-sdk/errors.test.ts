import { APICallError, embed, generateText, streamText } from "ai";
import { describe, expect, it } from "vitest";
import { AllCredentialsFailedError, failureOf, StreamInterruptedError } from "../../src/index.ts";
import { failures } from "../../src/testing/fake-provider/index.ts";
import { collected, keys, openChat, openVectors, thrownBy } from "./open-models.ts";

const prompt = "Who are you?";

describe("a request that no key would mend", () => {
  it("ends in the provider's own error after one request, with what is known of it", async () => {
    const { chat, upstream, model } = await openChat();
    upstream.set(keys.primary, failures.openai.badRequest);

    const error = await thrownBy(generateText({ model: chat, prompt }));

    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode: 400 });
    expect(failureOf(error)).toMatchObject({ model: "chat", credential: "primary", class: "permanent" });
    expect(upstream.requests).toHaveLength(1);
    expect(model.snapshot()).toMatchObject({ active: "primary", epoch: 0, cooldowns: {} });
  });

  it("ends a stream in the provider's own error after one request", async () => {
    const { chat, upstream, model } = await openChat();
    upstream.set(keys.primary, failures.openai.badRequest);
    const errors: unknown[] = [];

    const result = streamText({ model: chat, prompt, onError: ({ error }) => void errors.push(error) });
    await collected(result.stream);

    expect(errors.map((error) => APICallError.isInstance(error))).toEqual([true]);
    expect(errors).toMatchObject([{ statusCode: 400 }]);
    expect(upstream.requests).toHaveLength(1);
    expect(model.active()).toBe("primary");
  });
});

describe("with every key dead, and the SDK's own retries on", () => {
  it.each([["primary", "second"] as const, ["primary"] as const])("%j are asked once each", async (...ids) => {
    const { chat, upstream } = await openChat({ ids });
    for (const id of ids) upstream.set(keys[id], failures.openai.overloaded);

    const error = await thrownBy(generateText({ model: chat, prompt }));

    expect(error).toBeInstanceOf(AllCredentialsFailedError);
    expect(error).toMatchObject({ class: "transient", model: "chat" });
    expect((error as AllCredentialsFailedError).retryAfterMs).toBeGreaterThan(0);
    expect((error as AllCredentialsFailedError).errors.map((each) => APICallError.isInstance(each))).toEqual(
      ids.map(() => true),
    );
    expect(upstream.requests.map(({ key }) => key)).toEqual(ids.map((id) => keys[id]));
  });

  it("a stream and a vector of one key are asked for once", async () => {
    const { chat, upstream } = await openChat({ ids: ["primary"] });
    const { vectors, upstream: other } = await openVectors({ ids: ["primary"] });
    for (const each of [upstream, other]) each.set(keys.primary, failures.openai.overloaded);
    const errors: unknown[] = [];

    await collected(streamText({ model: chat, prompt, onError: ({ error }) => void errors.push(error) }).stream);
    const error = await thrownBy(embed({ model: vectors, value: "one" }));

    expect(errors.map((each) => each instanceof AllCredentialsFailedError)).toEqual([true]);
    expect(error).toBeInstanceOf(AllCredentialsFailedError);
    expect([upstream.requests.length, other.requests.length]).toEqual([1, 1]);
  });

  it("tells no key in what it throws of its own", async () => {
    const { chat, upstream } = await openChat();
    for (const key of Object.values(keys)) upstream.set(key, failures.openai.invalidKey);

    const error = await thrownBy(generateText({ model: chat, prompt }));

    expect(`${String(error)}${JSON.stringify(error)}`).not.toMatch(/sk-planted/);
  });
});

describe("a stream that breaks after its first part", () => {
  it.each([
    ["is reset", { resetAfterItems: 1 }],
    ["is cut off in good order", { cutAfterItems: 1 }],
    ["falls silent", { stallAfterItems: 1 }],
    ["tells an error", { errorAfterItems: 1, error: failures.openai.overloaded }],
  ] as const)("because it %s ends in an error, never in a finish, and is not begun again", async (_, behaviour) => {
    const { chat, upstream, model } = await openChat({ config: { idle_timeout: "300ms" } });
    upstream.set(keys.primary, { ...behaviour, items: 4 });

    const { stream } = await chat.doStream({ prompt: [{ role: "user", content: [{ type: "text", text: prompt }] }] });
    const parts = await collected(stream);

    expect(parts.some(({ type }) => type === "text-delta")).toBe(true);
    expect(parts.at(-1)?.type).toBe("error");
    expect(parts.some(({ type }) => type === "finish")).toBe(false);
    expect(upstream.requests.map(({ key }) => key)).toEqual([keys.primary]);
    expect(model.active()).toBe("primary");
  });

  it("is told as interrupted where the provider takes the cut for an end, and by the SDK as an error", async () => {
    const { chat, upstream } = await openChat();
    upstream.set(keys.primary, { cutAfterItems: 1, items: 4 });
    const errors: unknown[] = [];

    const result = streamText({ model: chat, prompt, onError: ({ error }) => void errors.push(error) });
    await collected(result.stream);

    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(StreamInterruptedError);
    expect(errors[0]).toMatchObject({ model: "chat", credential: "primary" });
    expect(await result.finishReason).toBe("error");
  });

  it("moves the model all the same where it tells that the quota is spent", async () => {
    const { chat, upstream, model } = await openChat();
    upstream.set(keys.primary, { errorAfterItems: 1, items: 4, error: failures.openai.insufficientQuota });

    await collected(streamText({ model: chat, prompt, onError: () => undefined }).stream);
    const { text } = await generateText({ model: chat, prompt });

    expect(text).toBe("Answered by second.");
    expect(model.active()).toBe("second");
    expect(upstream.requests.map(({ key }) => key)).toEqual([keys.primary, keys.second]);
  });
});
