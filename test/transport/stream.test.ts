import { createServer, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { constants, gzipSync } from "node:zlib";
import { APIError } from "openai";
import { describe, expect, it, onTestFinished } from "vitest";
import { failureOf } from "../../src/engine/failure-report.ts";
import { AttemptTimeoutError, DeadlineExceededError, StreamInterruptedError } from "../../src/errors.ts";
import { type Behaviour, failures } from "../../src/testing/fake-provider/index.ts";
import { collected, drained, keys, messages, openDoor, until } from "./open-door.ts";

const chat = { model: "whatever", messages, stream: true as const };
const path = "/chat/completions";

const sse = (...events: readonly string[]): Behaviour => ({
  raw: {
    status: 200,
    headers: { "content-type": "text/event-stream" },
    body: events.map((event) => `${event}\n\n`).join(""),
  },
});
const role = 'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}';
const content = 'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}';
const finish = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}';
const done = "data: [DONE]";
const outOfQuota = 'data: {"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}';

describe("a stream goes on to the next credential", () => {
  it.each<[string, Behaviour]>([
    ["a reset before its head", { reset: true }],
    ["a reset within its head", { resetAfterItems: 0 }],
    ["a clean end within its head", { cutAfterItems: 0 }],
    ["an error as its first event", { errorAtHead: failures.openai.insufficientQuota }],
    ["an error after its role", { errorAfterItems: 0, error: failures.openai.serverError }],
    [
      "an error after Azure's empty event, pings and comments",
      sse('data: {"choices":[],"prompt_filter_results":[]}', ": ping", role, outOfQuota),
    ],
    ["an error with a name and no key of its own", sse(role, 'event: error\ndata: {"message":"overloaded"}')],
    ["an end without any event", sse()],
    ["an end mark without any output", sse(role, done)],
    ["an error that is no event at all", sse('{"error":{"code":"insufficient_quota","message":"no credit"}}')],
    ["an event cut in the middle", sse(role, 'data: {"choices":[{"index":0,"del')],
    ["an error in one piece", rawError()],
  ])("after %s, without a trace of it", async (_, behaviour) => {
    const { post, upstream } = await openDoor({ ids: ["primary", "second"] });
    upstream.set(keys.primary, behaviour);

    const response = await post(path, chat);
    const { text, error } = await drained(response);

    expect(response.headers.get("x-keyswitch-credential")).toBe("second");
    expect(text).toMatch(/^data: .*"role":"assistant"/);
    expect(text.match(/"role"/g)).toHaveLength(1);
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(error).toBeUndefined();
  });

  it("after a head that takes longer than first_byte_timeout, pings or not", async () => {
    const { post, upstream } = await openDoor({ ids: ["primary", "second"], model: { first_byte_timeout: "100ms" } });
    upstream.set(keys.primary, { stallAfterItems: 0 });

    const response = await post(path, chat);

    expect(response.headers.get("x-keyswitch-credential")).toBe("second");
    await until(() => upstream.requests[0]?.aborted === true);
  });

  it("in Anthropic's dialect, after an error behind message_start and ping", async () => {
    const { anthropic, upstream } = await openDoor({ api: "anthropic", ids: ["primary", "second"] });
    upstream.set(keys.primary, { errorAfterItems: 0, error: failures.anthropic.overloaded });

    const message = await anthropic.messages.stream({ model: "m", messages, max_tokens: 9 }).finalMessage();

    expect(message.content).toMatchObject([{ text: "Answered by second." }]);
  });

  it("of responses, after an error behind response.created", async () => {
    const { openai, upstream } = await openDoor({ ids: ["primary", "second"] });
    upstream.set(keys.primary, { errorAfterItems: 0, error: failures.openai.insufficientQuota });

    const events = await collected(await openai.responses.create({ model: "m", input: "hi", stream: true }));

    expect(events.filter(({ type }) => type === "response.created")).toHaveLength(1);
    expect(events.at(-1)?.type).toBe("response.completed");
  });

  it("not after 64 events without output: what was held back is handed on then", async () => {
    const { fetch, baseURL } = await openDoorAt(
      await serverThat((response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(`${role}\n\n`.repeat(64));
      }),
    );

    const response = await fetch(`${baseURL}${path}`, { method: "POST", body: JSON.stringify(chat) });

    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  it("not for a request that no key would mend: the upstream's stream comes through as it is", async () => {
    const { openai, upstream } = await openDoor();
    upstream.set(keys.primary, { errorAtHead: failures.openai.contextLength });

    const stream = await openai.chat.completions.create(chat);

    await expect(collected(stream)).rejects.toBeInstanceOf(APIError);
    expect(upstream.requests).toHaveLength(1);
  });
});

/** What a compressor has let out when its connection breaks. */
function compressedWithoutEnd(): Behaviour {
  const body = gzipSync(`${role}\n\n${content}\n\n`, { finishFlush: constants.Z_SYNC_FLUSH });
  return { raw: { status: 200, headers: { "content-type": "text/event-stream", "content-encoding": "gzip" }, body } };
}

function rawError(): Behaviour {
  return {
    raw: {
      status: 200,
      headers: { "content-type": "application/json" },
      body: '{"error":{"code":"insufficient_quota"}}',
    },
  };
}

describe("once its first output is handed on, a stream", () => {
  it("comes through byte for byte, however it is cut into pieces", async () => {
    const { post, upstream } = await openDoor();
    const odd = `\uFEFF: hello\r\n\r\n${role}\r\n\r\nid: 7\rretry: 10\rdata: {"choices":\rdata: [{"delta":{"content":"日本"}}]}\r\r${finish}\n\n${done}`;
    upstream.set(keys.primary, { raw: { status: 200, headers: { "content-type": "text/event-stream" }, body: odd } });

    const response = await post(path, chat);

    expect(Buffer.from(await response.arrayBuffer()).toString("utf8")).toBe(odd);
  });

  it("survives slices that heed no boundary", async () => {
    const { openai, upstream, settled } = await openDoor();
    upstream.set(keys.primary, { slowBody: { sliceBytes: 7, pauseMs: 0 }, text: "Grüße aus 東京" });

    const chunks = await collected(await openai.chat.completions.create(chat));

    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe("Grüße aus 東京");
    expect(settled).toMatchObject([{ result: "served" }]);
  });

  it.each<[string, Behaviour]>([
    ["a reset", { resetAfterItems: 1 }],
    ["an end in good order before its time", { cutAfterItems: 1 }],
    ["an event cut in the middle", sse(role, content, 'data: {"choices":[{"finish_reason":"stop"')],
    ["a compressed body cut short", compressedWithoutEnd()],
  ])("fails after %s, never ends as if it were whole", async (_, behaviour) => {
    const { post, upstream, settled } = await openDoor();
    upstream.set(keys.primary, behaviour);

    const { text, error } = await drained(await post(path, chat));

    expect(text).toContain('"content":"');
    expect(error).toBeInstanceOf(StreamInterruptedError);
    expect(error).toMatchObject({ model: "chat", credential: "primary" });
    expect(failureOf(error)).toMatchObject({ class: "transient", credential: "primary" });
    expect(settled).toMatchObject([{ result: "interrupted" }]);
    expect(upstream.requests).toHaveLength(1);
  });

  it("fails when it falls silent for longer than idle_timeout, and leaves the upstream", async () => {
    const { post, upstream } = await openDoor({ model: { idle_timeout: "80ms" } });
    upstream.set(keys.primary, { stallAfterItems: 1 });

    const { error } = await drained(await post(path, chat));

    expect(error).toBeInstanceOf(StreamInterruptedError);
    expect((error as StreamInterruptedError).cause).toBeInstanceOf(AttemptTimeoutError);
    await until(() => upstream.requests[0]?.aborted === true);
  });

  it("hands on a late error as it came, and the model remembers what it says of the key", async () => {
    const { openai, upstream, engine, settled } = await openDoor();
    upstream.set(keys.primary, { errorAfterItems: 1, error: failures.openai.insufficientQuota });

    const stream = await openai.chat.completions.create(chat);

    await expect(collected(stream)).rejects.toThrow("You exceeded your current quota");
    expect(engine.active()).toBe("second");
    await until(() => settled.length > 0);
    expect(settled).toMatchObject([{ result: "interrupted" }]);
  });

  it("fails after a late error too, for whoever does not look at events", async () => {
    const { post, upstream } = await openDoor();
    upstream.set(keys.primary, { errorAfterItems: 1, error: failures.openai.insufficientQuota });

    const { text, error } = await drained(await post(path, chat));

    expect(text).toMatch(/"code":"insufficient_quota".*\n\n$/);
    expect(error).toBeInstanceOf(StreamInterruptedError);
    expect(failureOf(error)).toMatchObject({ class: "quota_exceeded", credential: "primary" });
  });

  it("may end without [DONE] once its choice has finished", async () => {
    const { post, upstream, settled } = await openDoor();
    upstream.set(keys.primary, sse(role, content, finish));

    const { error } = await drained(await post(path, chat));

    expect(error).toBeUndefined();
    expect(settled).toMatchObject([{ result: "served" }]);
  });

  it("ends at its own end, even if the connection breaks right after", async () => {
    const body = [role, content, finish, done].map((event) => `${event}\n\n`).join("");
    const { fetch, baseURL } = await openDoorAt(
      await serverThat((response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(body, () => setTimeout(() => response.socket?.resetAndDestroy(), 20));
      }),
    );

    const { text, error } = await drained(
      await fetch(`${baseURL}${path}`, { method: "POST", body: JSON.stringify(chat) }),
    );

    expect(text).toBe(body);
    expect(error).toBeUndefined();
  });

  it("is closed at its upstream at once when the caller aborts, read or not", async () => {
    const { post, upstream, settled } = await openDoor();
    upstream.set(keys.primary, { stallAfterItems: 1 });
    const controller = new AbortController();
    const reason = new Error("changed my mind");

    const response = await post(path, chat, { signal: controller.signal });
    controller.abort(reason);

    await until(() => upstream.requests[0]?.aborted === true);
    expect((await drained(response)).error).toBe(reason);
    expect(settled).toMatchObject([{ result: "cancelled" }]);
  });

  it("is closed at its upstream when the caller stops reading early, and counts as served", async () => {
    const { post, upstream, settled } = await openDoor();
    upstream.set(keys.primary, { stallAfterItems: 2 });

    const response = await post(path, chat);
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();

    await until(() => upstream.requests[0]?.aborted === true);
    expect(settled).toMatchObject([{ result: "served", credential: "primary" }]);
  });

  it("is closed at its upstream when a client breaks off its loop", async () => {
    const { openai, upstream } = await openDoor();
    upstream.set(keys.primary, { stallAfterItems: 2 });

    for await (const chunk of await openai.chat.completions.create(chat)) {
      if (chunk.choices[0]?.delta.content) break;
    }

    await until(() => upstream.requests[0]?.aborted === true);
  });

  it("ends in DeadlineExceededError when the whole call takes too long", async () => {
    const { post, upstream, settled } = await openDoor({ model: { deadline: "200ms" } });
    upstream.set(keys.primary, { stallAfterItems: 1 });

    const { error } = await drained(await post(path, chat));

    expect(error).toBeInstanceOf(DeadlineExceededError);
    expect(settled).toMatchObject([{ result: "timed_out" }]);
    await until(() => upstream.requests[0]?.aborted === true);
  });

  it("is read only as fast as its reader reads", async () => {
    let sentBytes = 0;
    const event = `data: {"choices":[{"delta":{"content":"${"x".repeat(64 * 1024)}"}}]}\n\n`;
    const origin = await serverThat((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const send = (): void => {
        while (!response.destroyed && sentBytes < 256 * 1024 * 1024) {
          sentBytes += event.length;
          if (!response.write(event)) return void response.once("drain", send);
        }
      };
      send();
    });
    const { fetch, baseURL } = await openDoorAt(origin);

    const response = await fetch(`${baseURL}${path}`, { method: "POST", body: JSON.stringify(chat) });
    await new Promise((resolve) => setTimeout(resolve, 300));

    expect(sentBytes).toBeLessThan(32 * 1024 * 1024);
    await response.body?.cancel();
  });

  it("holds up close() until it is over", async () => {
    const { post, upstream, engine } = await openDoor();
    upstream.set(keys.primary, { itemDelayMs: 20 });
    const response = await post(path, chat);
    let isClosed = false;
    const closing = engine.close().then(() => (isClosed = true));

    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isClosed).toBe(false);
    await drained(response);
    await closing;
    expect(isClosed).toBe(true);
  });

  it("does not hold it up for ever when nobody reads it: it ends after idle_timeout, and its upstream is left", async () => {
    const { post, upstream, engine, settled } = await openDoor({ model: { idle_timeout: "200ms" } });
    upstream.set(keys.primary, { stallAfterItems: 1 });
    const response = await post(path, chat);

    await engine.close();

    const { text, error } = await drained(response);
    expect(text).toBe("");
    expect(error).toBeInstanceOf(StreamInterruptedError);
    expect(settled[0]).toMatchObject({ result: "cancelled", credential: "primary", failures: [] });
    await upstream.requests[0]?.finished;
    expect(upstream.requests[0]?.aborted).toBe(true);
  });

  it("may be read as slowly as its reader likes, once that has begun", async () => {
    const { post, upstream } = await openDoor({ model: { idle_timeout: "500ms" } });
    upstream.set(keys.primary, { items: 3, itemDelayMs: 10 });
    const response = await post(path, chat);
    const reader = response.body?.getReader();
    await reader?.read();
    reader?.releaseLock();

    await new Promise((resolve) => setTimeout(resolve, 700));

    expect(await drained(response)).toMatchObject({ text: expect.stringContaining("[DONE]"), error: undefined });
  });
});

describe("sound", () => {
  it("is handed on while it comes", async () => {
    const { fetch, baseURL } = await openDoorAt(
      await serverThat((response) => {
        response.writeHead(200, { "content-type": "audio/mpeg" });
        response.write("ID3");
      }),
    );

    const response = await fetch(`${baseURL}/audio/speech`, { method: "POST", body: '{"model":"tts","input":"Hi"}' });
    const reader = response.body?.getReader();
    const first = await reader?.read();

    expect(Buffer.from(first?.value ?? []).toString()).toBe("ID3");
    await reader?.cancel();
  });
});

async function serverThat(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().once("end", () => answer(response));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

function openDoorAt(api_base: string): ReturnType<typeof openDoor> {
  return openDoor({ ids: ["primary"], credential: { api_base } });
}
