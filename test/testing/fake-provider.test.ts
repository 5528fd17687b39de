import Anthropic, { AuthenticationError as AnthropicAuthenticationError } from "@anthropic-ai/sdk";
import OpenAI, { AuthenticationError as OpenAIAuthenticationError, RateLimitError, toFile } from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Behaviour,
  createFakeProvider,
  type Failure,
  failures,
  type FakeProvider,
} from "../../src/testing/fake-provider/index.ts";

const key = "sk-test-0001";
const messages = [{ role: "user" as const, content: "Who are you?" }];

let upstream: FakeProvider;
beforeEach(async () => {
  upstream = await createFakeProvider({ labels: { [key]: "primary" }, models: ["gpt-4o-mini"] });
});
afterEach(() => upstream.close());

function openai(apiKey = key): OpenAI {
  return new OpenAI({ apiKey, baseURL: upstream.baseURL, maxRetries: 0 });
}

function anthropic(): Anthropic {
  return new Anthropic({ apiKey: key, baseURL: upstream.url, maxRetries: 0 });
}

function post(path: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return fetch(`${upstream.url}${path}`, { method: "POST", headers, body: JSON.stringify(body), ...init });
}

function chat(stream = false, init?: RequestInit): Promise<Response> {
  return post("/v1/chat/completions", { model: "gpt-4o-mini", messages, stream }, init);
}

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** The `data:` of each event, and how the stream ended. */
async function eventsOf(response: Response): Promise<{ events: string[]; ended: "well" | "broken" }> {
  const decoder = new TextDecoder();
  let text = "";
  let ended: "well" | "broken" = "well";
  try {
    for await (const bytes of response.body ?? []) text += decoder.decode(bytes, { stream: true });
  } catch {
    ended = "broken";
  }
  return { events: [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => data ?? ""), ended };
}

function contentsOf(events: readonly string[]): string[] {
  const contents = events.map((event) => /"content":"([^"]+)"/.exec(event)?.[1]);
  return contents.filter((content) => content !== undefined);
}

describe("to OpenAI's own client", () => {
  it("answers a chat and names the credential that served, never its key", async () => {
    const { data, response } = await openai()
      .chat.completions.create({ model: "gpt-4o-mini", messages })
      .withResponse();

    expect(data.choices[0]?.message.content).toBe("Answered by primary.");
    expect(data.usage?.total_tokens).toBeGreaterThan(1);
    expect(response.headers.get("x-request-id")).toBe("req_fake000001");
    expect(response.headers.get("x-served-by")).toBe("primary");
    expect(JSON.stringify(data)).not.toContain(key);
  });

  it("streams a chat: role, content, finish, then the usage that was asked for", async () => {
    const stream = await openai().chat.completions.create({
      model: "gpt-4o-mini",
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await collected(stream);

    expect(chunks[0]?.choices[0]?.delta).toMatchObject({ role: "assistant", content: "" });
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toBe("Answered by primary.");
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("stop");
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 5 } });
  });

  it("calls the tool that it is given, streamed or not, and answers once it has the result", async () => {
    const tools = [{ type: "function" as const, function: { name: "weather", parameters: { type: "object" } } }];
    const ask = { model: "gpt-4o-mini", messages, tools };
    const called = await openai().chat.completions.create(ask);
    const streamed = await openai().chat.completions.stream(ask).finalChatCompletion();
    const [call] = called.choices[0]?.message.tool_calls ?? [];
    const result = { role: "tool" as const, tool_call_id: call?.id ?? "", content: "rain" };
    const assistant = { role: "assistant" as const, tool_calls: call ? [call] : [] };
    const answered = await openai().chat.completions.create({ ...ask, messages: [...messages, assistant, result] });

    expect(call).toMatchObject({ function: { name: "weather", arguments: '{"text":"Answered by primary."}' } });
    expect(called.choices[0]?.finish_reason).toBe("tool_calls");
    expect(streamed.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: call?.type === "function" ? call.function : {},
    });
    expect(answered.choices[0]?.message.content).toBe("Answered by primary.");
  });

  it("answers responses, whole and as events", async () => {
    const ask = { model: "gpt-4o-mini", input: "Who are you?" };
    const whole = await openai().responses.create(ask);
    const events = await collected(await openai().responses.create({ ...ask, stream: true }));

    expect(whole.output_text).toBe("Answered by primary.");
    expect(events[0]?.type).toBe("response.created");
    expect(events.at(-1)).toMatchObject({ type: "response.completed", response: { status: "completed" } });
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index));
  });

  it("embeds one text or many, as floats or base64, in the dimension asked for, always alike", async () => {
    const ask = { model: "text-embedding-3-small", dimensions: 5 };
    const decoded = await openai().embeddings.create({ ...ask, input: ["a", "b"] });
    const floats = await openai("sk-other").embeddings.create({ ...ask, input: "a", encoding_format: "float" });

    expect(decoded.data).toHaveLength(2);
    expect(decoded.data[0]?.embedding).toHaveLength(5);
    expect(decoded.data[0]?.embedding).not.toEqual(decoded.data[1]?.embedding);
    expect(Math.hypot(...(floats.data[0]?.embedding ?? []))).toBeCloseTo(1);
    for (const [index, value] of floats.data[0]!.embedding.entries()) {
      expect(decoded.data[0]?.embedding[index]).toBeCloseTo(value, 6);
    }
  });

  it("answers the older completions, images and the list of models", async () => {
    const completion = await openai().completions.create({ model: "davinci", prompt: "Who?" });
    const streamed = await collected(
      await openai().completions.create({ model: "davinci", prompt: "Who?", stream: true }),
    );
    const images = await openai().images.generate({ model: "gpt-image-1", prompt: "a key", n: 2 });
    const models = await collected(openai().models.list());

    expect(completion.choices[0]?.text).toBe("Answered by primary.");
    expect(streamed.map((chunk) => chunk.choices[0]?.text).join("")).toBe("Answered by primary.");
    expect(images.data?.map((image) => image.b64_json?.slice(0, 4))).toEqual(["iVBO", "iVBO"]);
    expect(models.map((model) => model.id)).toEqual(["gpt-4o-mini"]);
  });

  it("hears audio, records the parts of the upload, and speaks bytes that are no text", async () => {
    const file = await toFile(Buffer.from([0, 255, 10]), "voice.wav", { type: "audio/wav" });
    const heard = await openai().audio.transcriptions.create({ model: "whisper-1", file });
    const spoken = await openai().audio.speech.create({ model: "tts-1", voice: "alloy", input: "hello" });

    expect(heard.text).toBe("Answered by primary.");
    expect(upstream.requests[0]?.model).toBe("whisper-1");
    expect(upstream.requests[0]?.parts.find((part) => part.name === "file")).toEqual({
      name: "file",
      filename: "voice.wav",
      contentType: "audio/wav",
      body: Uint8Array.of(0, 255, 10),
    });
    expect(new Uint8Array(await spoken.arrayBuffer())[255]).toBe(255);
  });

  it("refuses as OpenAI does, so that the client throws its own errors", async () => {
    upstream.script(key, failures.openai.invalidKey, failures.openai.rateLimit({ retryAfterS: 20 }));
    const ask = { model: "gpt-4o-mini", messages };

    await expect(openai().chat.completions.create(ask)).rejects.toBeInstanceOf(OpenAIAuthenticationError);
    await expect(openai().chat.completions.create(ask)).rejects.toBeInstanceOf(RateLimitError);
  });

  it("puts an error into a stream where the client throws it", async () => {
    upstream.set(key, { errorAfterItems: 1, error: failures.openai.serverError });
    const chatStream = await openai().chat.completions.create({ model: "gpt-4o-mini", messages, stream: true });
    const responses = await openai().responses.create({ model: "gpt-4o-mini", input: "Who?", stream: true });

    await expect(collected(chatStream)).rejects.toThrow("The server had an error");
    await expect(collected(responses)).rejects.toThrow("The server had an error");
  });
});

describe("to Anthropic's own client", () => {
  const ask = { model: "claude-sonnet", max_tokens: 100, messages };

  it("answers a message and counts tokens", async () => {
    const { data, response } = await anthropic().messages.create(ask).withResponse();
    const counted = await anthropic().messages.countTokens({ model: "claude-sonnet", messages });

    expect(data.content).toMatchObject([{ type: "text", text: "Answered by primary." }]);
    expect(data.stop_reason).toBe("end_turn");
    expect(response.headers.get("request-id")).toBe("req_fake000001");
    expect(counted.input_tokens).toBe(data.usage.input_tokens);
  });

  it("streams a message in Anthropic's events, a ping before the first output", async () => {
    const message = await anthropic().messages.stream(ask).finalMessage();
    const response = await post("/v1/messages", { ...ask, stream: true });
    const names = [...(await response.text()).matchAll(/^event: (.*)$/gm)].map(([, name]) => name);

    expect(message.content).toMatchObject([{ type: "text", text: "Answered by primary." }]);
    expect(names).toEqual([
      "message_start",
      "content_block_start",
      "ping",
      ...Array.from({ length: 3 }, () => "content_block_delta"),
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
  });

  it("uses the tool that it is given", async () => {
    const tools = [{ name: "weather", input_schema: { type: "object" as const } }];
    const whole = await anthropic().messages.create({ ...ask, tools });
    const streamed = await anthropic()
      .messages.stream({ ...ask, tools })
      .finalMessage();

    expect(whole.stop_reason).toBe("tool_use");
    for (const { content } of [whole, streamed]) {
      expect(content).toMatchObject([{ type: "tool_use", name: "weather", input: { text: "Answered by primary." } }]);
    }
  });

  it("refuses as Anthropic does, before and inside a stream", async () => {
    upstream.script(key, failures.anthropic.authentication, { errorAtHead: failures.anthropic.overloaded });

    await expect(anthropic().messages.create(ask)).rejects.toBeInstanceOf(AnthropicAuthenticationError);
    await expect(anthropic().messages.stream(ask).finalMessage()).rejects.toThrow("Overloaded");
  });
});

describe("in the dialects of Gemini, Azure and the compatible", () => {
  it("generates content, streams and embeds for Gemini", async () => {
    const headers = { "x-goog-api-key": key };
    const contents = [{ parts: [{ text: "Who?" }] }];
    const path = "/v1beta/models/gemini-2.5-flash";
    const whole = await post(`${path}:generateContent`, { contents }, { headers });
    const stream = await post(`${path}:streamGenerateContent?alt=sse`, { contents }, { headers });
    const array = await post(`${path}:streamGenerateContent`, { contents }, { headers });
    const embedded = await post(`${path}:embedContent`, { content: "a", outputDimensionality: 4 }, { headers });
    const batch = await post(`${path}:batchEmbedContents`, { requests: [{ content: "a" }, {}] }, { headers });

    expect(await whole.json()).toMatchObject({
      candidates: [{ content: { parts: [{ text: "Answered by primary." }] }, finishReason: "STOP" }],
      modelVersion: "gemini-2.5-flash",
    });
    expect((await eventsOf(stream)).events).toHaveLength(4);
    expect(await array.json()).toHaveLength(4);
    expect(await embedded.json()).toMatchObject({ embedding: { values: { length: 4 } } });
    expect(await batch.json()).toMatchObject({ embeddings: { length: 2 } });
  });

  it("answers Azure's deployments, whose streams open with an event that has no choice", async () => {
    const path = "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21";
    const response = await post(path, { messages, stream: true }, { headers: { "api-key": key } });
    const { events } = await eventsOf(response);

    expect(JSON.parse(events[0] ?? "")).toMatchObject({ choices: [], prompt_filter_results: [{}] });
    expect(contentsOf(events).join("")).toBe("Answered by primary.");
    expect(response.headers.get("apim-request-id")).not.toBeNull();
    expect(upstream.requests[0]).toMatchObject({ model: "my-gpt", key, query: { "api-version": "2024-10-21" } });
  });

  it.each(["/api/v3/chat/completions", "/compatible-mode/v1/chat/completions", "/v1beta/openai/chat/completions"])(
    "answers in OpenAI's dialect under %s",
    async (path) => {
      expect(await (await post(path, { model: "m", messages })).json()).toMatchObject({ object: "chat.completion" });
    },
  );

  it("reranks", async () => {
    const response = await post("/v1/rerank", { model: "rerank", query: "q", documents: ["a", "b", "c"], top_n: 2 });

    expect(await response.json()).toMatchObject({ results: [{ index: 0, relevance_score: 1 }, { index: 1 }] });
  });

  it.each([
    ["/v1/nowhere", {}, "unknown_url"],
    ["/v1/nowhere", { "anthropic-version": "2023-06-01" }, "not_found_error"],
    ["/v1beta/models/m:nothing", {}, "NOT_FOUND"],
    ["/openai/deployments/m/nothing", {}, "DeploymentNotFound"],
  ])("says in the dialect's words that it has no %s (%o)", async (path, headers, word) => {
    const response = await post(path, {}, { headers });

    expect(response.status).toBe(404);
    expect(await response.text()).toContain(word);
  });

  it("says so when a body is no JSON", async () => {
    const response = await post("/v1/chat/completions", {}, { body: "{", headers: {} });

    expect(response.status).toBe(400);
    expect(await response.text()).toContain("could not parse the JSON body");
  });
});

describe("chooses by the key", () => {
  it("plays a key's script in order, then its standing behaviour, and no other key's", async () => {
    upstream.set(key, failures.openai.overloaded);
    upstream.script(key, failures.openai.insufficientQuota, "healthy");
    const statuses = [await chat(), await chat(), await chat(), await chat()].map((response) => response.status);
    const other = await chat(false, { headers: { authorization: "Bearer sk-other" } });

    expect(statuses).toEqual([429, 200, 503, 503]);
    expect(await other.text()).toContain("Answered by key-1.");
  });

  it.each([
    ["authorization", `Bearer ${key}`],
    ["x-api-key", key],
    ["api-key", key],
    ["x-goog-api-key", key],
  ])("finds it in %s", async (name, value) => {
    await chat(false, { headers: { [name]: value } });

    expect(upstream.requests[0]?.key).toBe(key);
  });

  it("refuses keys that it does not know when it is strict, each dialect in its way", async () => {
    await using strict = await createFakeProvider({ strictKeys: true, labels: { [key]: "primary" } });
    const status = async (path: string, headers: Record<string, string>): Promise<number> => {
      const response = await fetch(`${strict.url}${path}`, { method: "POST", headers, body: "{}" });
      return response.status;
    };

    expect(await status("/v1/chat/completions", { authorization: `Bearer ${key}` })).toBe(200);
    expect(await status("/v1/chat/completions", { authorization: "Bearer sk-stranger" })).toBe(401);
    expect(await status("/v1/chat/completions", {})).toBe(401);
    expect(await status("/v1/messages", { "x-api-key": "sk-stranger" })).toBe(401);
    expect(await status("/v1beta/models/m:generateContent", { "x-goog-api-key": "AIza-stranger" })).toBe(400);
  });

  it("forgets scripts and requests on reset", async () => {
    upstream.set(key, { html: 502 });
    await chat();
    upstream.reset();

    expect(upstream.requests).toEqual([]);
    expect((await chat()).status).toBe(200);
  });
});

describe("fails on the wire", () => {
  it("sends a real provider's status, headers and body", async () => {
    upstream.script(key, failures.openai.rateLimit({ retryAfterS: 1.5 }), failures.dashscope.arrearage);
    const limited = await chat();
    const arrears = await chat();

    expect(limited.headers.get("retry-after")).toBe("2");
    expect(limited.headers.get("x-ratelimit-reset-requests")).toBe("1.5s");
    expect(await arrears.json()).toMatchObject({ code: "Arrearage" });
  });

  it("hangs until the client leaves, and records that it left", async () => {
    upstream.set(key, { hang: true });
    const client = new AbortController();
    const pending = chat(false, { signal: client.signal });
    await upstream.received(1);
    const [request] = upstream.requests;
    expect(request?.aborted).toBe(false);
    client.abort();

    await expect(pending).rejects.toMatchObject({ name: "AbortError" });
    await request?.finished;
    expect(request?.aborted).toBe(true);
    expect(request?.abortedAt).toBeGreaterThanOrEqual(request?.at ?? Infinity);
  });

  it("hangs after its headers, or after some items, and drops what was still to come when the client leaves", async () => {
    upstream.script(key, { hangAfterHeaders: true }, { stallAfterItems: 1 }, { itemDelayMs: 60_000 });
    for (const count of [1, 2, 3]) {
      const client = new AbortController();
      const response = await chat(true, { signal: client.signal });
      expect(response.status).toBe(200);
      client.abort();
      await upstream.requests[count - 1]?.finished;
      expect(upstream.requests[count - 1]?.aborted).toBe(true);
    }
  });

  it("resets the connection, at once or within the answer, and takes that for no abort", async () => {
    upstream.script(key, { reset: true }, { resetAfterItems: 2 }, { resetAfterItems: 1 });
    await expect(chat()).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
    const { events, ended } = await eventsOf(await chat(true));
    const whole = await chat();

    expect(contentsOf(events)).toHaveLength(2);
    expect(ended).toBe("broken");
    await expect(whole.json()).rejects.toThrow();
    expect(upstream.requests.map((request) => request.aborted)).toEqual([false, false, false]);
  });

  it("cuts a stream in good order, without finish and without [DONE]", async () => {
    upstream.set(key, { cutAfterItems: 5 });
    const { events, ended } = await eventsOf(await chat(true));

    expect(contentsOf(events)).toHaveLength(5);
    expect(ended).toBe("well");
    expect(events.join()).not.toContain("DONE");
    expect(events.join()).not.toContain('"stop"');
  });

  it("puts an error after some items, or in front of all", async () => {
    upstream.script(
      key,
      { errorAfterItems: 2, error: failures.openai.overloaded },
      { errorAtHead: failures.openai.insufficientQuota },
    );
    const late = await eventsOf(await chat(true));
    const early = await eventsOf(await chat(true));

    expect(contentsOf(late.events)).toHaveLength(2);
    expect(late.events.at(-1)).toContain("currently overloaded");
    expect(early.events).toHaveLength(1);
    expect(early.events[0]).toContain("insufficient_quota");
  });

  it("gives the error under status 200 where the answer is in one piece", async () => {
    upstream.set(key, { errorAtHead: failures.openrouter.upstreamRateLimit });
    const response = await chat();

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(failures.openrouter.upstreamRateLimit.body);
  });

  it("truncates JSON under a proper end", async () => {
    upstream.set(key, { truncatedJson: true });

    await expect((await chat()).json()).rejects.toBeInstanceOf(SyntaxError);
  });

  it("answers as a proxy would: a page, or a redirect", async () => {
    upstream.script(key, { html: 502 }, { redirect: "https://example.com/" });
    const page = await chat();
    const redirect = await chat(false, { redirect: "manual" });

    expect(page.status).toBe(502);
    expect(await page.text()).toContain("<h1>502 Bad Gateway</h1>");
    expect([redirect.status, redirect.headers.get("location")]).toEqual([307, "https://example.com/"]);
  });

  it("sends raw bytes with no header of its own", async () => {
    upstream.set(key, { raw: { status: 418, headers: { "x-pot": "tea" }, body: Uint8Array.of(0xff, 0xfe) } });
    const response = await chat();

    expect(response.status).toBe(418);
    expect(response.headers.get("x-pot")).toBe("tea");
    expect(response.headers.get("x-request-id")).toBeNull();
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(Uint8Array.of(0xff, 0xfe));
  });

  it("waits before it does something else, and not longer than the client does", async () => {
    upstream.script(key, { delayMs: 1, next: { delayMs: 1, next: failures.openai.overloaded } }, { delayMs: 60_000 });
    expect((await chat()).status).toBe(503);
    const client = new AbortController();
    const pending = chat(false, { signal: client.signal });
    await upstream.received(2);
    client.abort();

    await expect(pending).rejects.toMatchObject({ name: "AbortError" });
    await upstream.requests[1]?.finished;
    expect(upstream.requests[1]?.aborted).toBe(true);
  });
});

describe("shapes healthy answers", () => {
  it.each(["gzip", "br"] as const)("compresses them with %s, streams event by event", async (contentEncoding) => {
    upstream.script(key, { contentEncoding }, { contentEncoding, items: 6 }, { contentEncoding, stallAfterItems: 1 });
    const whole = await chat();
    const stream = await eventsOf(await chat(true));
    const client = new AbortController();
    const stalled = await chat(true, { signal: client.signal });
    const reader = stalled.body?.getReader();

    expect(whole.headers.get("content-encoding")).toBe(contentEncoding);
    expect(await whole.text()).toContain("Answered by primary.");
    expect(contentsOf(stream.events)).toHaveLength(6);
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain("assistant");
    client.abort();
  });

  it("hands them out in slices that heed no boundary", async () => {
    upstream.set(key, { slowBody: { sliceBytes: 7, pauseMs: 0 }, text: "你好，世界", items: 2 });
    const { events } = await eventsOf(await chat(true));

    expect(contentsOf(events).join("")).toBe("你好，世界");
  });

  it("has exactly as many items as asked for, however short the text", async () => {
    upstream.set(key, { items: 40, text: "hi" });
    const { events } = await eventsOf(await chat(true));

    expect(contentsOf(events)).toHaveLength(40);
  });
});

describe("is easy to run", () => {
  it("records what it received", async () => {
    await post("/v1/chat/completions?trace=1", { model: "gpt-4o-mini", messages });

    expect(upstream.requests[0]).toMatchObject({
      method: "POST",
      path: "/v1/chat/completions",
      query: { trace: "1" },
      headers: { "content-type": "application/json" },
      json: { model: "gpt-4o-mini" },
      model: "gpt-4o-mini",
      aborted: false,
    });
    expect(Buffer.from(upstream.requests[0]!.body).toString()).toBe(JSON.stringify({ model: "gpt-4o-mini", messages }));
  });

  it("ends at once when it is closed, also what hangs, and may be closed again", async () => {
    upstream.set(key, { hang: true });
    const pending = chat();
    await upstream.received(1);
    expect(upstream.openSockets).toBe(1);
    const outcome = expect(pending).rejects.toThrow("fetch failed");
    await Promise.all([upstream.close(), upstream.close()]);
    await outcome;

    expect(upstream.openSockets).toBe(0);
    expect(upstream.requests[0]?.aborted).toBe(false);
    await expect(chat()).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
    await expect(upstream.received(2)).rejects.toMatchObject({ name: "AbortError" });
  });

  it("says so when it is itself at fault, so that nobody takes that for a scripted failure", async () => {
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    const response = await post("/v1/audio/transcriptions", {}, { headers, body: "no parts" });

    expect(response.status).toBe(500);
    expect(await response.text()).toMatch(/^The fake provider itself failed: /);
  });

  it("forgets a request whose client left while sending it", async () => {
    const client = new AbortController();
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode("{")) });
    const pending = chat(false, { body, duplex: "half", signal: client.signal });
    const outcome = expect(pending).rejects.toMatchObject({ name: "AbortError" });
    client.abort();
    await outcome;
    await chat();

    expect(upstream.requests).toHaveLength(1);
  });

  it("serves many at the same time", async () => {
    const responses = await Promise.all(Array.from({ length: 50 }, () => chat()));
    const ids = new Set(responses.map((response) => response.headers.get("x-request-id")));

    expect(ids.size).toBe(50);
    expect(upstream.requests).toHaveLength(50);
  });

  it.each<[unknown, string]>([
    ["sick", 'Unknown behaviour sick: expected "healthy" or an object'],
    [{ hnag: true }, 'Unknown behaviour key "hnag"'],
    [{ hang: true, items: 3 }, 'Unknown behaviour key "items": expected none here'],
    [{ hang: true, reset: true }, "A behaviour is one thing, and this is several: hang, reset"],
    [{ cutAfterItems: -1 }, "cutAfterItems must be an integer of 0 or more, not -1"],
    [{ cutAfterItems: 3, items: 3 }, "cutAfterItems must be less than items"],
    [{ delayMs: 5, next: "sick" }, "Unknown behaviour sick"],
  ])("refuses %o where it is scripted", (behaviour, message) => {
    expect(() => upstream.script(key, behaviour as Behaviour)).toThrow(message);
    expect(() => upstream.set(key, behaviour as Behaviour)).toThrow(TypeError);
  });
});

describe("the failures", () => {
  const all = Object.entries(failures).flatMap(([provider, named]) =>
    Object.entries(named).map(([name, given]) => [`${provider}.${name}`, built(given)] as const),
  );

  it.each(all)("%s is an answer that can be scripted", async (_name, failure) => {
    upstream.set(key, failure);
    const response = await chat();

    expect(response.status).toBe(failure.status);
    expect(await response.json()).toEqual(failure.body);
  });

  it("states a reset in China's time where the provider does", () => {
    const failure = failures.zhipu.fiveHourLimit({ resetAt: new Date("2026-05-07T21:32:56Z") });

    expect(JSON.stringify(failure.body)).toContain("2026-05-08 05:32:56");
  });

  function built(given: unknown): Failure {
    if (typeof given !== "function") return given as Failure;
    const details = { retryAfterS: 20, resetAt: new Date(0), method: "POST", path: "/v1/nowhere" };
    return (given as (details: unknown) => Failure)(details);
  }
});
