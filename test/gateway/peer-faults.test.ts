import { describe, expect, it } from "vitest";
import { failures } from "../../src/testing/fake-provider/index.ts";
import { drained, keys, messages, openGateway } from "./open-gateway.ts";

/** What is known to go wrong with gateways of this kind. */

const path = "/v1/chat/completions";
const chat = { model: "chat", messages };

const keysAsked = (requests: readonly { readonly key: string | undefined }[]): readonly (string | undefined)[] =>
  requests.map(({ key }) => key);

describe("unlike others, this gateway", () => {
  it("moves once when fifty calls are in flight on a key that dies, and serves them all", async () => {
    const { post, upstream, log } = await openGateway();
    upstream.set(keys.primary, { delayMs: 50, next: failures.openai.invalidKey });

    const answers = await Promise.all(Array.from({ length: 50 }, () => post(path, chat)));

    expect(new Set(answers.map((answer) => answer.headers.get("x-keyswitch-credential")))).toEqual(new Set(["second"]));
    expect(log().match(/"event":"failover"/g)).toHaveLength(1);
    expect(keysAsked(upstream.requests)).not.toContain(keys.third);
  });

  it("asks one credential alone with a request that is wrong, and answers its 400 as it came", async () => {
    const { post, upstream } = await openGateway();
    const body = '{ "error" : {"message":"Wörks as writtén","type":"invalid_request_error","code":"invalid_value"} }\n';
    const headers = { "content-type": "application/json", "x-request-id": "req_1" };
    upstream.set(keys.primary, { raw: { status: 400, headers, body } });

    const answer = await post(path, chat);

    expect(answer.status).toBe(400);
    expect(answer.headers.get("x-request-id")).toBe("req_1");
    expect(await answer.text()).toBe(body);
    expect(keysAsked(upstream.requests)).toEqual([keys.primary]);
  });

  it("does not hide a refused key's successor behind it: a 400 after a 401 arrives as the 400 that it is", async () => {
    const { post, upstream } = await openGateway();
    upstream.set(keys.primary, failures.openai.invalidKey);
    upstream.set(keys.second, failures.openai.contextLength);

    const answer = await post(path, chat);

    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code: "context_length_exceeded" } });
  });

  it("tells of every credential's failure, the first one's first, and passes no upstream's 401 on", async () => {
    const { post, upstream } = await openGateway();
    upstream.set(keys.primary, failures.openai.insufficientQuota);
    upstream.set(keys.second, { reset: true });
    upstream.set(keys.third, failures.openai.invalidKey);

    const answer = await post(path, chat);

    expect(answer.status).toBe(503);
    expect(answer.headers.get("x-should-retry")).toBe("false");
    expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(await answer.json()).toMatchObject({
      error: {
        code: "all_credentials_failed",
        credentials: [
          { credential: "primary", class: "quota_exceeded", status: 429 },
          { credential: "second", class: "transient" },
          { credential: "third", class: "auth", status: 401 },
        ],
      },
    });
  });

  it("never ends a cut stream as if it were whole", async () => {
    const { post, upstream } = await openGateway();
    upstream.set(keys.primary, { cutAfterItems: 2 });

    const { text, error } = await drained(await post(path, { ...chat, stream: true }));

    expect(text).toContain('"error"');
    expect(text).not.toContain("[DONE]");
    expect(error).toBeInstanceOf(TypeError);
  });

  it("rests a credential as long as it asks to, and tells its clients so when there is no other", async () => {
    const { post, upstream } = await openGateway({ ids: ["primary"] });
    upstream.set(keys.primary, failures.openai.rateLimit({ retryAfterS: 120 }));

    const answer = await post(path, chat);

    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(110);
    expect(Number(answer.headers.get("retry-after"))).toBeLessThanOrEqual(120);
  });

  it("leaves a dead first key alone after its first failure", async () => {
    const { post, upstream } = await openGateway();
    upstream.set(keys.primary, failures.openai.invalidKey);

    for (let call = 0; call < 10; call += 1) await post(path, chat);

    expect(keysAsked(upstream.requests).filter((key) => key === keys.primary)).toHaveLength(1);
  });

  it("fails over when a stream's error comes after events without output, as response.created", async () => {
    const { post, upstream } = await openGateway();
    upstream.set(keys.primary, { errorAfterItems: 0, error: failures.openai.insufficientQuota });

    const { text } = await drained(await post("/v1/responses", { model: "chat", input: "Hi", stream: true }));

    expect(text).toContain("response.completed");
    expect(text.match(/event: response.created/g)).toHaveLength(1);
    expect(text).not.toContain("insufficient_quota");
  });

  it("keeps keys out of answers, headers, logs, metrics and URLs, also where an upstream quotes them", async () => {
    const { post, upstream, log, url } = await openGateway({
      gateway: { keys: [{ id: "app", key: "gw-planted-client-key" }], admin_key: "gw-planted-admin-key" },
    });
    const quoting = (key: string) => ({ error: { message: `Incorrect API key provided: ${key}`, code: "odd" } });
    upstream.set(keys.primary, { status: 401, body: quoting(keys.primary) });
    upstream.set(keys.second, {
      status: 400,
      headers: { "x-echo": `Bearer ${keys.second}` },
      body: { error: { message: `bad value with ${keys.second}`, code: "invalid_value" } },
    });
    const headers = { "content-type": "application/json", authorization: "Bearer gw-planted-client-key" };

    const answers = [
      await post(path, chat, { headers: { ...headers, "x-keyswitch-admin-key": "gw-planted-admin-key" } }),
      await post(`${path}?key=gw-planted-client-key`, { ...chat, stream: true }),
      await post(path, chat, { headers: { authorization: "Bearer gw-planted-wrong-key" } }),
      await fetch(`${url}/metrics`),
      await fetch(`${url}/readyz`),
    ];
    const told = await Promise.all(
      answers.map(async (answer) => `${JSON.stringify([...answer.headers])} ${await answer.text()}`),
    );

    expect(answers.map(({ status }) => status)).toEqual([400, 400, 401, 200, 200]);
    expect(`${told.join("")} ${log()}`).not.toMatch(/planted/);
    for (const request of upstream.requests) {
      expect(request.path + JSON.stringify(request.query)).not.toMatch(/planted/);
      expect(JSON.stringify(request.headers)).not.toMatch(/gw-planted/);
    }
  });
});
