import { generateText, streamText } from "ai";
import { expect, it } from "vitest";
import { failures } from "../../src/testing/fake-provider/index.ts";
import { collected, keys, openChat, thrownBy } from "./open-models.ts";

const prompt = "Who are you?";

it("the caller's abort ends a call, closes its upstream and blames nobody", async () => {
  const { chat, upstream, model } = await openChat();
  upstream.set(keys.primary, { hang: true });
  const caller = new AbortController();

  const answer = thrownBy(generateText({ model: chat, prompt, abortSignal: caller.signal }));
  await upstream.received(1);
  caller.abort();

  expect(await answer).toMatchObject({ name: "AbortError" });
  await expect.poll(() => upstream.openSockets).toBe(0);
  expect(upstream.requests.map(({ key }) => key)).toEqual([keys.primary]);
  expect(model.snapshot()).toMatchObject({ active: "primary", cooldowns: {} });
});

it("the caller's abort ends a stream that has begun, and closes its upstream", async () => {
  const { chat, upstream, model } = await openChat();
  upstream.set(keys.primary, { stallAfterItems: 1, items: 4 });
  const caller = new AbortController();

  const parts: string[] = [];
  for await (const { type } of streamText({ model: chat, prompt, abortSignal: caller.signal }).stream) {
    parts.push(type);
    if (type === "text-delta") caller.abort();
  }

  expect(parts.at(-1)).toBe("abort");
  await expect.poll(() => upstream.openSockets).toBe(0);
  expect(model.snapshot()).toMatchObject({ active: "primary", cooldowns: {} });
});

it("a reader that stops while it waits closes the upstream, without a signal of its own", async () => {
  const { chat, upstream, model } = await openChat();
  upstream.set(keys.primary, { stallAfterItems: 1, items: 4 });
  const { stream } = await chat.doStream({ prompt: [{ role: "user", content: [{ type: "text", text: prompt }] }] });
  const reader = stream.getReader();
  while ((await reader.read()).value?.type !== "text-delta") continue;

  const waiting = reader.read();
  await reader.cancel();

  expect(await waiting).toEqual({ done: true, value: undefined });
  await expect.poll(() => upstream.openSockets).toBe(0);
  expect(model.active()).toBe("primary");
  await expect(model.close()).resolves.toBeUndefined();
});

it("a deadline of the model bounds a call over all its keys", async () => {
  const { chat, upstream } = await openChat({ config: { deadline: "300ms" } });
  for (const key of [keys.primary, keys.second]) upstream.set(key, { hang: true });

  expect(await thrownBy(generateText({ model: chat, prompt }))).toMatchObject({ code: "KS_ERR_DEADLINE_EXCEEDED" });
});

it("the model's retries happen once, and not the SDK's besides", async () => {
  const { chat, upstream } = await openChat({ config: { retry: { max_retries: 1, base_delay: "1ms" } } });
  for (const key of [keys.primary, keys.second]) upstream.set(key, failures.openai.overloaded);

  await thrownBy(generateText({ model: chat, prompt }));

  expect(upstream.requests.map(({ key }) => key)).toEqual([keys.primary, keys.primary, keys.second, keys.second]);
});

it("fifty streams that are read at once end with fifty answers, and nothing stays open", async () => {
  const { chat, model } = await openChat();

  const texts = await Promise.all(
    Array.from({ length: 50 }, async () => (await collected(streamText({ model: chat, prompt }).textStream)).join("")),
  );

  expect(new Set(texts)).toEqual(new Set(["Answered by primary."]));
  expect(model.snapshot().usage["primary"]).toMatchObject({ served: 50, unknownUsage: 0 });
  await expect(model.close()).resolves.toBeUndefined();
});
