import { describe, expect, it } from "vitest";
import { messages, type OpenGateway, openGateway } from "./open-gateway.ts";
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
});
