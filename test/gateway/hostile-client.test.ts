import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { keys, messages, openGateway } from "./open-gateway.ts";

/** What a client may send, or leave undone, that no good one would. */

const path = "/v1/chat/completions";
const chat = { model: "chat", messages };

/** A connection that says exactly what it is told to. */
async function openConnection(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  return socket;
}

function requestText(body: unknown): string {
  const text = JSON.stringify(body);
  return `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
}

describe("a client that reads nothing of its answer", () => {
  const long = "x".repeat(6 * 1024 * 1024);
  const output = (content: string): string =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;

  it.each([
    ["of a whole one", { "content-type": "application/json" }, JSON.stringify({ choices: [{ text: long }] })],
    ["of a stream that has ended", { "content-type": "text/event-stream" }, `${output(long)}data: [DONE]\n\n`],
    ["of a stream that breaks off", { "content-type": "text/event-stream" }, output(long)],
  ])("%s is closed after idle_timeout, and holds up no drain", async (_, headers, body) => {
    const { port, upstream, log, close } = await openGateway({
      ids: ["primary"],
      model: { idle_timeout: "300ms" },
      gateway: { drain_timeout: "10m" },
    });
    upstream.set(keys.primary, { raw: { status: 200, headers, body } });
    const socket = await openConnection(port);
    socket.write(requestText({ ...chat, stream: headers["content-type"] === "text/event-stream" }));
    await upstream.received(1);
    // The first bytes are there, and no more are wanted.
    await once(socket, "readable");

    await close();

    expect(log()).not.toContain("gateway_error");
  });
});

describe("a path that would lead elsewhere at the upstream", () => {
  it.each([
    ["openai", "/v1/audio/openai/deployments/x/files"],
    ["openai", "/v1/audio/../files"],
    ["openai", "/v1/audio/%2e%2e/files"],
    ["openai", "/v1/chat%2Fcompletions"],
    ["gemini", "/v1beta/models/chat%2F..%2F..%2Ffiles:generateContent"],
    ["gemini", "/v1beta/models/chat:transferOwnership"],
  ] as const)("is no route of %s's: %s", async (api, target) => {
    const { port, upstream } = await openGateway({ api });
    const socket = await openConnection(port);

    socket.write(requestText(chat).replace(path, target));
    const [answer] = (await once(socket, "data")) as [Buffer];

    expect(String(answer)).toMatch(/^HTTP\/1\.1 404 /);
    expect(upstream.requests).toHaveLength(0);
  });
});
