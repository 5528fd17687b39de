import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { Secret } from "../../src/secret.ts";
import { bytesWithoutKey, headWithoutKey, withoutKey } from "../../src/transport/without-key.ts";
import { drained, keys, messages, openDoor } from "./open-door.ts";

const path = "/chat/completions";
const chat = { model: "whatever", messages };
const streamed = { ...chat, stream: true };
const team = "team-planted-0004";
const content = 'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\n';
const late = `data: {"error":{"message":"Incorrect API key provided: ${keys.primary}, of ${team}"}}`;
const redactedLate = 'data: {"error":{"message":"Incorrect API key provided: [redacted], of [redacted]"}}';

/** A model whose upstream sends a stream in exactly these pieces. */
async function openStreamOf(
  pieces: readonly string[],
  api: "openai" | "gemini" = "openai",
): ReturnType<typeof openDoor> {
  const server = createServer((_, outgoing) => {
    outgoing.writeHead(200, { "content-type": api === "openai" ? "text/event-stream" : "application/json" });
    void writeApart(outgoing, pieces);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const api_base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return openDoor({ api, ids: ["primary"], credential: { api_base, extra_headers: { "x-team": team } } });
}

async function writeApart(outgoing: ServerResponse, pieces: readonly string[]): Promise<void> {
  for (const piece of pieces) {
    outgoing.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  outgoing.end();
}

describe("an error event in a stream shows no key", () => {
  it.each<[string, readonly string[]]>([
    ["in a piece of its own", [content, `${late}\n\n`]],
    ["in one piece with output", [`${content}${late}\n\n`]],
    ["in pieces that cut the key", [content, ...(`${late}\n\n`.match(/.{1,70}|\n+/g) ?? [])]],
  ])("that comes %s", async (_, pieces) => {
    const { post } = await openStreamOf(pieces);

    const { text } = await drained(await post(path, streamed));

    expect(text).toBe(`${content}${redactedLate}\n\n`);
  });

  it("that the end of the stream completes", async () => {
    const { post } = await openStreamOf([content, late]);

    const { text } = await drained(await post(path, streamed));

    expect(text).toBe(content + redactedLate);
  });

  it("in pieces, as an item of a JSON array", async () => {
    const output = { candidates: [{ content: { parts: [{ text: "Hi" }] } }] };
    const error = (key: string) => ({ error: { code: 400, message: `API key ${key} not valid`, status: "INVALID" } });
    const written = JSON.stringify([output, error(keys.primary)], null, 2);
    const { fetch, baseURL } = await openStreamOf(written.match(/.{1,30}|\n+/g) ?? [], "gemini");

    const response = await fetch(`${baseURL}/v1beta/models/chat:streamGenerateContent`, {
      method: "POST",
      body: JSON.stringify({ contents: [] }),
    });

    expect((await drained(response)).text).toContain(
      JSON.stringify([output, error("[redacted]")], null, 2).slice(0, -2),
    );
  });

  it("at its head, where no other key would mend it", async () => {
    const error = { message: `bad value, sent with ${keys.primary}`, code: "context_length_exceeded" };
    const { post } = await openStreamOf([`data: ${JSON.stringify({ error })}\n\n`]);

    expect(await (await post(path, streamed)).text()).toContain("sent with [redacted]");
  });
});

it("output comes through byte for byte, whatever it looks like", async () => {
  const quoting = content.replace("Hi", keys.primary);
  const { post } = await openStreamOf([quoting, "data: [DONE]\n\n"]);

  expect(await (await post(path, streamed)).text()).toBe(`${quoting}data: [DONE]\n\n`);
});

it.each([chat, streamed])("headers of a good answer show neither key nor extra header", async (body) => {
  const { post, upstream } = await openDoor({ ids: ["primary"], credential: { extra_headers: { "x-team": team } } });
  upstream.set(keys.primary, {
    raw: {
      status: 200,
      headers: {
        "content-type": body === chat ? "application/json" : "text/event-stream",
        "x-echo": `Bearer ${keys.primary}`,
        "x-echo-team": team,
        "x-plain": "stays",
      },
      body: body === chat ? '{"choices":[]}' : `${content}data: [DONE]\n\n`,
    },
  });

  const { headers } = await post(path, body);

  expect(headers.get("x-echo")).toBe("Bearer [redacted]");
  expect(headers.get("x-echo-team")).toBe("[redacted]");
  expect(headers.get("x-plain")).toBe("stays");
});

describe("a key", () => {
  const apiKey = Secret.of('sk/pl"an\\ted-^]0001');
  const noKeys = { apiKey: Secret.empty, ak: Secret.empty, sk: Secret.empty, headers: {} };
  const held = { ...noKeys, apiKey };
  const inJson = JSON.stringify(apiKey.reveal()).slice(1, -1);

  it.each([
    ["as it is", apiKey.reveal()],
    ["in JSON", inJson],
    ["in JSON within JSON", JSON.stringify(inJson).slice(1, -1)],
    ["with its slashes escaped", inJson.replace("/", "\\/")],
    ["with its first letter as a code", inJson.replace("s", "\\u0073")],
    [
      "in codes throughout",
      Array.from(apiKey.reveal(), (char) => `\\u00${char.charCodeAt(0).toString(16).toUpperCase()}`).join(""),
    ],
    ["in capitals", apiKey.reveal().toUpperCase().replaceAll(/["\\]/g, "\\$&")],
    ["as a part of a URL", encodeURIComponent(apiKey.reveal())],
  ])("is found %s", (_, written) => {
    expect(bytesWithoutKey(Buffer.from(`{"a":"é ${written}."}`), held).toString()).toBe('{"a":"é [redacted]."}');
  });

  it.each(["ak", "sk"] as const)("is found where it is the %s of a pair", (name) => {
    const pair = { ...noKeys, [name]: Secret.of("AKplanted0006") };

    expect(bytesWithoutKey(Buffer.from("no AKplanted0006 here"), pair).toString()).toBe("no [redacted] here");
  });

  it("is found without the scheme that stands before it in a header", () => {
    const headers = { authorization: Secret.of("Bearer sk-planted-0005") };

    expect(bytesWithoutKey(Buffer.from("not sk-planted-0005"), { ...noKeys, headers }).toString()).toBe(
      "not [redacted]",
    );
  });

  it("of less than eight characters is none, and changes nothing", () => {
    const short = { ...noKeys, apiKey: Secret.of("beta") };
    const answer = { status: 400, statusText: "", headers: { "x-a": "beta" }, body: Buffer.from("beta") };

    expect(withoutKey(answer, short)).toEqual(answer);
  });

  it("never takes away what tells how to read the body", () => {
    const headers = { accept: Secret.of("text/event-stream") };
    const plain = { "content-type": "text/event-stream" };

    expect(headWithoutKey({ statusText: "", headers: plain }, { ...noKeys, headers }).headers).toBe(plain);
  });
});
