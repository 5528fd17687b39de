import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Behaviour, failures } from "../../src/testing/fake-provider/index.ts";
import { drained, keys, messages, openGateway } from "./open-gateway.ts";

const path = "/v1/chat/completions";
const chat = { model: "chat", messages };

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

describe("an answer in one piece", () => {
  it.each<[string, Behaviour]>([
    ["a reset within it", { resetAfterItems: 1 }],
    ["an end in good order, but too early", { truncatedJson: true }],
    ["a stall within it", { stallAfterItems: 1 }],
    ["a page in its place", { html: 200 }],
  ])("comes whole from the next credential after %s", async (_, behaviour) => {
    const { post, upstream } = await openGateway({ ids: ["primary", "second"], model: { timeout: "1500ms" } });
    upstream.set(keys.primary, behaviour);

    const answer = await post(path, chat);

    expect(answer.headers.get("x-keyswitch-credential")).toBe("second");
    expect(await answer.json()).toMatchObject({ choices: [{ message: { content: "Answered by second." } }] });
  });

  it.each(["gzip", "br"] as const)(
    "that is compressed with %s is counted, and arrives as its client can read it",
    async (contentEncoding) => {
      const { post, upstream, url } = await openGateway();
      upstream.set(keys.primary, { contentEncoding });

      const answer = await post(path, chat);

      expect(await answer.json()).toMatchObject({ choices: [{ message: { content: "Answered by primary." } }] });
      expect(await (await fetch(`${url}/metrics`)).text()).toMatch(
        /keyswitch_tokens_total\{model="chat",credential="primary",direction="output"\} [1-9]/,
      );
    },
  );

  it("that is long is handed on while it comes, whole, and counted", async () => {
    const vector = `[${"0.125,".repeat(1535)}0.125]`;
    const items = Array.from(
      { length: 2_000 },
      (_, index) => `{"object":"embedding","index":${index},"embedding":${vector}}`,
    );
    const body = `{"object":"list","data":[${items.join(",")}],"usage":{"prompt_tokens":7,"total_tokens":7}}`;
    const source = await listening((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(body);
    });
    const { post, url } = await openGateway({
      ids: ["primary"],
      model: { kind: "embedding", dimension: 1536 },
      credential: { api_base: source },
    });

    const answer = await post("/v1/embeddings", { model: "chat", input: "one" });

    expect((await answer.text()) === body).toBe(true);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('credential="primary",direction="input"} 7');
  });

  it.each(["breaks off", "ends in good order, but too early"])(
    "that is long and %s is never taken for the whole",
    async (how) => {
      const source = await listening((_, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write(`{"data":"${"x".repeat(12 * 1024 * 1024)}`, () => {
          if (how === "breaks off") response.destroy();
          else response.end();
        });
      });
      const { post, log } = await openGateway({ ids: ["primary"], credential: { api_base: source } });

      const { error } = await drained(await post(path, chat));

      expect(error).toBeInstanceOf(TypeError);
      expect(log()).toContain('"result":"interrupted"');
    },
  );

  it("keeps a status, a reason and headers of the upstream's, but none of its connection", async () => {
    const { post, upstream } = await openGateway();
    upstream.set(keys.primary, {
      raw: {
        status: 203,
        headers: { "content-type": "application/json", "x-ratelimit-remaining-tokens": "5", "keep-alive": "timeout=1" },
        body: '{"choices":[]}',
      },
    });

    const answer = await post(path, chat);

    expect(answer.status).toBe(203);
    expect(answer.headers.get("x-ratelimit-remaining-tokens")).toBe("5");
    expect(answer.headers.get("keep-alive")).not.toBe("timeout=1");
  });

  it("that comes past the call's deadline is a 504 that says so", async () => {
    const { post, upstream } = await openGateway({ ids: ["primary"], model: { deadline: "200ms" } });
    upstream.set(keys.primary, { hang: true });

    const answer = await post(path, chat);

    expect(answer.status).toBe(504);
    expect(answer.headers.get("x-keyswitch-model")).toBe("chat");
    expect(answer.headers.get("x-keyswitch-call-id")).toMatch(/\S/);
    expect(await answer.json()).toMatchObject({ error: { code: "deadline_exceeded" } });
  });
});

describe("when every credential failed", () => {
  it.each([
    [
      "anthropic",
      "/v1/messages",
      failures.anthropic.authentication,
      { type: "error", error: { type: "overloaded_error" } },
    ],
    ["gemini", "/v1beta/models/chat:generateContent", failures.gemini.invalidKey, { error: { status: "UNAVAILABLE" } }],
  ] as const)("%s's clients are told in their own shape", async (api, target, failure, shape) => {
    const { post, upstream } = await openGateway({ api });
    for (const key of Object.values(keys)) upstream.set(key, failure);

    const answer = await post(target, { ...chat, max_tokens: 1 });

    expect(answer.status).toBe(503);
    expect(answer.headers.get("x-should-retry")).toBe("false");
    expect(answer.headers.get("x-keyswitch-attempts")).toBe("3");
    expect(answer.headers.has("x-keyswitch-credential")).toBe(false);
    expect(await answer.json()).toMatchObject(shape);
  });
});
