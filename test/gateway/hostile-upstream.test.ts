import { constants, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { drained, keys, messages, type OpenGateway, openGateway, until } from "./open-gateway.ts";
import { openRawUpstream, rawAnswer, type RawAnswer } from "./raw-upstream.ts";

/** What an upstream may send that HTTP, or anyone's good manners, do not allow. */

const path = "/v1/chat/completions";
const chat = { model: "chat", messages };
const good = '{"choices":[{"message":{"role":"assistant","content":"Hi"}}]}';

/** A gateway whose first credential reaches an upstream of raw bytes, and whose second one is in order. */
async function openBehind(answer: RawAnswer, setup: Parameters<typeof openGateway>[0] = {}): Promise<OpenGateway> {
  const raw = await openRawUpstream(answer);
  return openGateway({ ids: ["primary", "second"], ...setup, apiBases: { primary: raw.baseURL } });
}

describe("an answer that is broken fails over", () => {
  const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

  it.each<[string, RawAnswer]>([
    ["with a chunk of no size", `${head}transfer-encoding: chunked\r\n\r\nzz\r\n{}`],
    ["with a negative length", `${head}content-length: -5\r\n\r\n${good}`],
    ["with two lengths", `${head}content-length: 5\r\ncontent-length: 6\r\n\r\n${good}`],
    ["with a status of four digits", rawAnswer(good, { status: "1000 Grand" })],
    ["that has nothing in it", rawAnswer("")],
    ["that is no HTTP", "SSH-2.0-OpenSSH_9.6\r\n"],
    ["that is not compressed as it says", rawAnswer(good, { headers: ["content-encoding: gzip"] })],
    ["that is not compressed as it says, with Brotli", rawAnswer(good, { headers: ["content-encoding: br"] })],
    [
      "that wants to speak something else",
      "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n",
    ],
  ])("%s", async (_, answer) => {
    const { post, log } = await openBehind(answer);

    const reply = await post(path, chat);

    expect(reply.status).toBe(200);
    expect(reply.headers.get("x-keyswitch-credential")).toBe("second");
    expect(log()).toMatch(/"event":"failover".*"cause":"transient"/);
  });
});

describe("an answer says what it likes, and", () => {
  it.each(["constructor", "__proto__", "toString"])(
    "one encoded as %s passes as it came, at once",
    async (encoding) => {
      const { post } = await openBehind(
        rawAnswer(good, { headers: ["content-type: application/json", `content-encoding: ${encoding}`] }),
      );

      const reply = await post(path, chat);

      expect(reply.headers.get("x-keyswitch-credential")).toBe("primary");
      expect(await reply.text()).toBe(good);
    },
  );

  it("what it says of keyswitch, or of its own origin, goes no further", async () => {
    const { post } = await openBehind(
      rawAnswer(good, {
        headers: [
          "content-type: application/json",
          "x-keyswitch-trail: forged",
          "x-keyswitch-failover: forged",
          "x-keyswitch-credential: forged",
          "set-cookie: forged=1",
          "set-cookie: forged=2",
          "strict-transport-security: max-age=1; includeSubDomains; forged",
          'alt-svc: h3="forged:443"',
          "x-ratelimit-remaining-requests: 9",
        ],
      }),
    );

    const { headers } = await post(path, chat);

    expect(JSON.stringify([...headers])).not.toContain("forged");
    expect(headers.get("x-keyswitch-credential")).toBe("primary");
    expect(headers.get("x-ratelimit-remaining-requests")).toBe("9");
  });

  it("no client is sent elsewhere with its key, whatever a redirect says is wrong", async () => {
    const { post } = await openBehind(
      rawAnswer('{"error":{"message":"no","code":"invalid_value"}}', {
        status: "307 Temporary Redirect",
        headers: ["content-type: application/json", "location: http://127.0.0.1:9/elsewhere"],
      }),
    );

    const answer = await post(path, chat, { redirect: "manual" });

    expect(answer.headers.has("location")).toBe(false);
  });

  it("an answer without content has no length, though it says one", async () => {
    const { post } = await openBehind("HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n");

    const answer = await post(path, chat);

    expect(answer.status).toBe(204);
    expect(answer.headers.has("content-length")).toBe(false);
  });

  it("a stream that has said its length may end in an error of another one", async () => {
    const output = 'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\n';
    const error = (key: string): string => `data: {"error":{"message":"Incorrect API key: ${key}"}}\n\n`;
    const { post } = await openBehind(
      rawAnswer(output + error(keys.primary), { headers: ["content-type: text/event-stream"] }),
    );

    const { text } = await drained(await post(path, { ...chat, stream: true }));

    expect(text).toBe(output + error("[redacted]"));
  });
});

it("a compressed stream that fails at its head and then stalls is let go of at once", async () => {
  const events = gzipSync('data: {"error":{"message":"no","code":"invalid_value"}}\n\n', {
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  const head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n\r\n";
  const raw = await openRawUpstream(Buffer.concat([Buffer.from(head), events]));
  const { post } = await openGateway({ ids: ["primary"], apiBases: { primary: raw.baseURL } });

  const answer = await post(path, { ...chat, stream: true });

  expect(await answer.text()).toContain("invalid_value");
  await until(() => raw.openSockets() === 0);
});
