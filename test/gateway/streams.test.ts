import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { APIError } from "openai";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Behaviour, failures } from "../../src/testing/fake-provider/index.ts";
import { collected, drained, keys, messages, openGateway, until } from "./open-gateway.ts";

const chat = { model: "chat", messages, stream: true as const };
const path = "/v1/chat/completions";

describe("a stream", () => {
  it("passes byte for byte, whatever pieces it comes in", async () => {
    const { post, upstream } = await openGateway();
    const body = ': ping\r\n\r\ndata: {"choices":[{"delta":{"content":"é…"}}]}\r\n\r\ndata: [DONE]\r\n\r\n';
    upstream.set(keys.primary, { raw: { status: 200, headers: { "content-type": "text/event-stream" }, body } });

    const response = await post(path, chat);

    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(response.headers.get("x-keyswitch-credential")).toBe("primary");
    expect(await response.text()).toBe(body);
  });

  it("arrives whole in slices that heed no event and no character", async () => {
    const { openai, upstream } = await openGateway();
    upstream.set(keys.primary, { slowBody: { sliceBytes: 7, pauseMs: 0 }, text: "Ünïcödé …" });

    const chunks = await collected(await openai.chat.completions.create(chat));

    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe("Ünïcödé …");
  });

  it.each<[string, Behaviour]>([
    ["a reset", { resetAfterItems: 2 }],
    ["a clean end too early", { cutAfterItems: 2 }],
    ["silence past idle_timeout", { stallAfterItems: 2 }],
  ])("that meets %s after its first item ends with an error event and a broken connection", async (_, mishap) => {
    const { post, upstream } = await openGateway({ model: { idle_timeout: "200ms" } });
    upstream.set(keys.primary, mishap);

    const { text, error } = await drained(await post(path, chat));

    const events = text.trimEnd().split("\n\n");
    expect(JSON.parse(events.at(-1)?.replace("data: ", "") ?? "")).toMatchObject({
      error: { code: "stream_interrupted" },
    });
    expect(text).not.toContain("[DONE]");
    expect(error).toBeInstanceOf(TypeError);
    expect(upstream.requests).toHaveLength(1);
  });

  it("that is cut within an event ends with an error event that can be read", async () => {
    const { openai, upstream } = await openGateway();
    upstream.set(keys.primary, { truncatedJson: true, items: 6 });

    const error = await collected(await openai.chat.completions.create(chat)).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(APIError);
    expect((error as APIError).code).toBe("stream_interrupted");
  });

  it("lets go of its upstream when its client has read nothing for idle_timeout", async () => {
    const upstreamGone = Promise.withResolvers<void>();
    const upstream = createServer((_, answer: ServerResponse) => {
      answer.writeHead(200, { "content-type": "text/event-stream" });
      const event = `data: {"choices":[{"delta":{"content":"${"x".repeat(60_000)}"}}]}\n\n`;
      const sending = setInterval(() => answer.write(event), 1);
      answer.once("close", () => {
        clearInterval(sending);
        upstreamGone.resolve();
      });
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void upstream.close());
    await once(upstream, "listening");
    const { port } = upstream.address() as AddressInfo;
    const gateway = await openGateway({
      ids: ["primary"],
      model: { idle_timeout: "300ms" },
      credential: { api_base: `http://127.0.0.1:${port}/v1` },
    });
    const asked = httpRequest(`${gateway.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
    });
    asked.on("error", () => undefined).end(JSON.stringify(chat));
    onTestFinished(() => void asked.destroy());

    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    answer.pause();

    await upstreamGone.promise;
  });

  it("hands on the upstream's own error after its first item, once, and then breaks off", async () => {
    const { post, upstream } = await openGateway();
    upstream.set(keys.primary, { errorAfterItems: 1, error: failures.openai.serverError });

    const { text } = await drained(await post(path, chat));

    expect(text.match(/"error":/g)).toHaveLength(1);
    expect(text).not.toContain("[DONE]");
  });

  it("of responses ends with an error event of its own kind", async () => {
    const { openai, upstream } = await openGateway();
    upstream.set(keys.primary, { cutAfterItems: 1 });

    const stream = await openai.responses.create({ model: "chat", input: "Hi", stream: true });
    const error = await collected(stream).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(APIError);
    expect((error as APIError).code).toBe("stream_interrupted");
  });

  it("that outlasts the call's deadline is stopped, and says so", async () => {
    const { post, upstream } = await openGateway({ model: { deadline: "300ms" } });
    upstream.set(keys.primary, { stallAfterItems: 1 });

    const { text, error } = await drained(await post(path, chat));

    expect(text).toContain('"code":"stream_stopped"');
    expect(error).toBeInstanceOf(TypeError);
  });

  it("comes only as fast as its client reads", async () => {
    const item = `data: {"choices":[{"delta":{"content":"${"x".repeat(64 * 1024)}"}}]}\n\n`;
    const items = 1_000;
    let written = 0;
    const write = async (response: ServerResponse): Promise<void> => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (; written < items; written += 1) if (!response.write(item)) await once(response, "drain");
      response.end("data: [DONE]\n\n");
    };
    const source = await listening((_, response) => void write(response));
    const { port } = await openGateway({ ids: ["primary"], credential: { api_base: `${source}/v1` } });
    const sent = httpRequest({ port, path, method: "POST", headers: { "content-type": "application/json" } });
    sent.end(JSON.stringify(chat));
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(written).toBeLessThan(items / 2);

    let length = 0;
    for await (const piece of answer) length += (piece as Buffer).length;

    expect(length).toBe(item.length * items + "data: [DONE]\n\n".length);
  });
});

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("a client that leaves", () => {
  const leave = async (port: number, body: unknown, when: () => Promise<unknown>): Promise<void> => {
    const sent = httpRequest({ port, path, method: "POST", headers: { "content-type": "application/json" } });
    sent.on("error", () => undefined);
    sent.end(JSON.stringify(body));
    await when();
    sent.destroy();
  };

  it.each<[string, Behaviour, boolean]>([
    ["before the head of its stream", { hang: true }, true],
    ["within the head of its stream", { stallAfterItems: 0 }, true],
    ["in the middle of its stream", { stallAfterItems: 1 }, true],
    ["before its answer", { hang: true }, false],
    ["within its answer", { stallAfterItems: 1 }, false],
  ])("%s closes the upstream at once, a hundred times over", async (_, behaviour, stream) => {
    const { upstream, port, log } = await openGateway({
      ids: ["primary"],
      model: { timeout: "60s", first_byte_timeout: "60s", idle_timeout: "60s" },
    });
    upstream.set(keys.primary, behaviour);

    await Promise.all(
      Array.from({ length: 100 }, () =>
        leave(port, { ...chat, stream }, () =>
          upstream.received(100).then(() => new Promise((go) => setTimeout(go, 20))),
        ),
      ),
    );

    await until(() => upstream.openSockets === 0);
    await until(() => (log().match(/"result":"cancelled"/g) ?? []).length === 100);
  });

  it("during backoff ends the call", async () => {
    const { upstream, port, log } = await openGateway({
      ids: ["primary"],
      model: { retry: { max_retries: 3, base_delay: "60s", max_delay: "60s", jitter: "none" } },
    });
    upstream.set(keys.primary, failures.openai.serverError);

    await leave(port, chat, () => upstream.received(1).then(() => new Promise((go) => setTimeout(go, 50))));

    await until(() => log().includes('"result":"cancelled"'));
    expect(upstream.requests).toHaveLength(1);
  });
});
