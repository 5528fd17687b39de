import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { drained, keys, messages, openGateway } from "./open-gateway.ts";
import { openRawUpstream, rawAnswer } from "./raw-upstream.ts";

const path = "/v1/chat/completions";
const chat = { model: "chat", messages };
const team = "team-planted-0004";
const extra = { ids: ["primary" as const], credential: { extra_headers: { "x-team": team } } };
const content = 'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\n';

it("a client sees no key in an error that comes late in a stream, nor in the stream's headers", async () => {
  const { post, upstream, log } = await openGateway(extra);
  upstream.set(keys.primary, {
    raw: {
      status: 200,
      headers: { "content-type": "text/event-stream", "x-echo": keys.primary },
      body: `${content}data: {"error":{"message":"Incorrect API key provided: ${keys.primary}, of ${team}"}}\n\n`,
    },
  });

  const answer = await post(path, { ...chat, stream: true });
  const { text } = await drained(answer);

  expect(text).toBe(
    `${content}data: {"error":{"message":"Incorrect API key provided: [redacted], of [redacted]"}}\n\n`,
  );
  expect(answer.headers.get("x-echo")).toBe("[redacted]");
  expect(log()).not.toContain("planted");
});

it("a client sees no key in a failure that is handed on, however it is escaped, nor in its headers", async () => {
  const { post, upstream } = await openGateway(extra);
  upstream.set(keys.primary, {
    raw: {
      status: 400,
      headers: { "content-type": "application/json", "x-echo": team },
      body: `{"error":{"message":"sent with ${keys.primary.replace("s", "\\u0073")}","code":"invalid_value"}}`,
    },
  });

  const answer = await post(path, chat);

  expect(answer.headers.get("x-echo")).toBe("[redacted]");
  expect(await answer.json()).toEqual({ error: { message: "sent with [redacted]", code: "invalid_value" } });
});

it("a client sees no key in the headers of a good answer", async () => {
  const { post, upstream } = await openGateway(extra);
  upstream.set(keys.primary, {
    raw: {
      status: 200,
      headers: { "content-type": "application/json", "x-echo": `Bearer ${keys.primary}` },
      body: '{"choices":[]}',
    },
  });

  const answer = await post(path, chat);

  expect(answer.headers.get("x-echo")).toBe("Bearer [redacted]");
  expect(await answer.text()).toBe('{"choices":[]}');
});

it.each(["200 OK", "400 Bad Request"])("a client sees no key in any part of the head of a %s", async (status) => {
  const body = '{"error":{"message":"no","code":"invalid_value"},"choices":[]}';
  const raw = await openRawUpstream(
    rawAnswer(status.startsWith("200") ? '{"choices":[]}' : body, {
      status: `${status} for ${keys.primary}`,
      headers: [
        `content-type: application/json; charset=utf-8; key="${keys.primary}"`,
        `x-${keys.primary.toUpperCase()}: 1`,
        `x-echo: ${team}`,
        `x-echo: https://upstream.example/?key=${encodeURIComponent(keys.primary).replaceAll("-", "%2D")}`,
        "x-plain: stays",
      ],
    }),
  );
  const { post } = await openGateway({ ...extra, apiBases: { primary: raw.baseURL } });

  const answer = await post(path, chat);

  expect(answer.headers.get("x-plain")).toBe("stays");
  expect(answer.headers.get("content-type")).toMatch(/^application\/json; charset=utf-8/);
  expect(`${answer.statusText} ${JSON.stringify([...answer.headers])}`).not.toMatch(/planted/i);
});

it("a client sees no key that was changed between the request and its answer", async () => {
  const folder = mkdtempSync(join(tmpdir(), "keyswitch-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "key");
  writeFileSync(file, keys.primary);
  const failure = rawAnswer(`{"error":{"message":"bad value from ${keys.primary}","code":"invalid_value"}}`, {
    status: "400 Bad Request",
  });
  const raw = await openRawUpstream((socket) => {
    writeFileSync(file, keys.second);
    // Longer than a key file is not looked at for.
    setTimeout(() => socket.write(failure), 1_100);
  });
  const { post } = await openGateway({
    ids: ["primary"],
    credential: { api_key: { file } },
    apiBases: { primary: raw.baseURL },
  });

  const answer = await post(path, chat);

  expect(await answer.text()).toContain("bad value from [redacted]");
});
