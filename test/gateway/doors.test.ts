import { once } from "node:events";
import { Agent, type IncomingMessage, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { KeyswitchConfig } from "../../src/config/index.ts";
import { ConfigError } from "../../src/errors.ts";
import { createGateway } from "../../src/gateway/index.ts";
import { failures } from "../../src/testing/fake-provider/index.ts";
import { keys, messages, openGateway, until } from "./open-gateway.ts";

const path = "/v1/chat/completions";
const chat = { model: "chat", messages };
const appKey = "gw-app-0001";

const openLocked = () =>
  openGateway({
    models: { other: {} },
    gateway: {
      keys: [
        { id: "app", key: appKey, models: ["chat"] },
        { id: "slow", key: "gw-slow-0002", rate: "2/h" },
      ],
      admin_key: "gw-admin-0003",
    },
  });

/** Sends a request with headers that `fetch` would not let one set. */
async function ask(
  port: number,
  target: string,
  headers: Record<string, string>,
  method = "GET",
): Promise<IncomingMessage> {
  const sent = httpRequest({
    host: "127.0.0.1",
    port,
    path: target,
    method,
    headers,
    setHost: headers["host"] === undefined,
  });
  sent.end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  answer.resume();
  return answer;
}

/** The statuses that a connection is answered with, for one key after another. */
async function statusesOnOneConnection(port: number, shown: readonly string[], between: () => void): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const statuses: number[] = [];
  for (const key of shown) {
    const sent = httpRequest({ agent, port, path: "/v1/models", headers: { authorization: `Bearer ${key}` } });
    sent.end();
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    await answer.resume().toArray();
    expect(sent.reusedSocket).toBe(statuses.length > 0);
    statuses.push(answer.statusCode ?? 0);
    between();
  }
  return statuses;
}

describe("a gateway with keys", () => {
  it("looks at the key of each request, whatever its connection has shown before", async () => {
    const { port } = await openLocked();

    const statuses = await statusesOnOneConnection(
      port,
      [appKey, appKey, `${appKey}x`, "gw-app-0002", appKey],
      () => {},
    );

    expect(statuses).toEqual([200, 200, 401, 401, 200]);
  });

  it("knows a key no more that a reload took away, on a connection that it had opened", async () => {
    const configOf = (key: string): KeyswitchConfig => ({
      models: { chat: { model: "any", credentials: [{ provider: "openai", api_key: "sk-1" }] } },
      gateway: { port: 0, keys: [{ id: "app", key }] },
    });
    const gateway = createGateway(configOf(appKey));
    onTestFinished(() => gateway.close());
    const { port } = await gateway.listen();

    const statuses = await statusesOnOneConnection(port, [appKey, appKey], () => {
      gateway.reload(configOf("gw-app-0009"));
    });

    expect(statuses).toEqual([200, 401]);
  });

  it.each<[string, Record<string, string>, string]>([
    ["Authorization", { authorization: `Bearer ${appKey}` }, ""],
    ["x-api-key", { "x-api-key": appKey }, ""],
    ["api-key", { "api-key": appKey }, ""],
    ["x-goog-api-key", { "x-goog-api-key": appKey }, ""],
    ["the query", {}, `?key=${appKey}`],
  ])("takes one in %s, and sends it nowhere", async (_, headers, query) => {
    const { post, upstream } = await openLocked();

    const answer = await post(`${path}${query}`, chat, { headers });

    expect(answer.status).toBe(200);
    expect(JSON.stringify(upstream.requests.map(({ headers: sent, query: asked }) => [sent, asked]))).not.toContain(
      appKey,
    );
  });

  it("refuses a call without one, or with another, in the dialect's shape", async () => {
    const { post, upstream } = await openLocked();

    const none = await post(path, chat);
    const wrong = await post("/v1/messages", chat, { headers: { "x-api-key": `${appKey}x` } });

    expect(none.status).toBe(401);
    expect(await none.json()).toMatchObject({ error: { code: "missing_api_key" } });
    expect(wrong.status).toBe(401);
    expect(await wrong.json()).toMatchObject({ type: "error", error: { type: "authentication_error" } });
    expect(upstream.requests).toHaveLength(0);
  });

  it("lets a key use its own models alone, and lists no others", async () => {
    const { post, url } = await openLocked();
    const headers = { authorization: `Bearer ${appKey}` };

    const refused = await post(path, { ...chat, model: "other" }, { headers });
    const unknown = await post(path, { ...chat, model: "none" }, { headers });
    const list = await fetch(`${url}/v1/models`, { headers });

    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ error: { code: "model_not_allowed" } });
    expect(unknown.status).toBe(403);
    expect(await list.json()).toMatchObject({ data: [{ id: "chat" }] });
    expect((await fetch(`${url}/v1/models/other`, { headers })).status).toBe(404);
  });

  it("answers 429 and when to come back once a key has made as many calls as it may", async () => {
    const { post, upstream } = await openLocked();
    const headers = { authorization: "Bearer gw-slow-0002" };

    const answers = [
      await post(path, chat, { headers }),
      await post(path, chat, { headers }),
      await post(path, chat, { headers }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(Number(answers[2]?.headers.get("retry-after"))).toBeGreaterThan(1_700);
    expect(upstream.requests).toHaveLength(2);
  });

  it("shows a call's trail with the admin key alone, and no key in it", async () => {
    const { post, upstream } = await openLocked();
    upstream.set(keys.primary, failures.openai.invalidKey);
    const headers = { authorization: `Bearer ${appKey}` };

    const shown = await post(path, chat, { headers: { ...headers, "x-keyswitch-admin-key": "gw-admin-0003" } });
    const hidden = await post(path, chat, { headers: { ...headers, "x-keyswitch-admin-key": "gw-other" } });

    expect(shown.headers.get("x-keyswitch-trail")).toMatch(/^primary auth \S+ 401 \d+ms > second ok$/);
    expect(hidden.headers.has("x-keyswitch-trail")).toBe(false);
  });

  it("tells anyone how it is, and counts for anyone who scrapes it", async () => {
    const { post, url } = await openLocked();
    await post(path, chat, { headers: { "x-api-key": appKey } });

    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "ok" });
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: "ready", exhausted: [] });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('keyswitch_calls_total{model="chat",result="served"} 1');
  });
});

describe("a gateway without keys", () => {
  it("refuses to listen anywhere but on this machine", () => {
    const open = (): unknown =>
      createGateway({
        models: { chat: { model: "m", credentials: [{ provider: "openai", api_key: "sk-a" }] } },
        gateway: { host: "0.0.0.0" },
      });

    expect(open).toThrow(ConfigError);
    expect(open).toThrow(/gateway\.host.*without keys/);
  });

  it.each<[string, Record<string, string>]>([
    ["under a name that was made to lead here", { host: "evil.example" }],
    ["from a page of another site", { host: "127.0.0.1", origin: "https://evil.example" }],
    ["from a page without an origin", { host: "localhost", origin: "null" }],
  ])("answers no request %s", async (_, headers) => {
    const { port } = await openGateway();

    expect((await ask(port, "/v1/models", headers)).statusCode).toBe(403);
  });

  it.each(["localhost", "127.0.0.1:8787", "[::1]:8787", "LOCALHOST:1"])("answers to %s", async (host) => {
    const { port } = await openGateway();

    expect((await ask(port, "/v1/models", { host })).statusCode).toBe(200);
  });
});

describe("gateway.hosts", () => {
  const hosts = ["LLM.example.com"];

  it.each<[string, Record<string, string>, number]>([
    ["by that name", { host: "llm.example.com" }, 200],
    ["from its own page", { host: "llm.example.com:8443", origin: "https://llm.example.com:8443" }, 200],
    ["by another name", { host: "evil.example" }, 403],
    ["by a name that only ends as it does", { host: "evil-llm.example.com" }, 403],
    ["from another page", { host: "llm.example.com", origin: "https://evil.example" }, 403],
  ])("lets in those who ask %s where there are no keys", async (_, headers, status) => {
    const { port } = await openGateway({ gateway: { hosts } });

    expect((await ask(port, "/v1/models", headers)).statusCode).toBe(status);
  });

  it.each([
    ["llm.example.com", 200],
    ["evil.example", 403],
  ])("opens /admin by the name %s with %i, whoever has the key", async (host, status) => {
    const { port } = await openGateway({
      gateway: { hosts, keys: [{ id: "app", key: appKey }], admin_key: "gw-admin-0003" },
    });

    const answer = await ask(port, "/admin/models", { host, authorization: "Bearer gw-admin-0003" });

    expect(answer.statusCode).toBe(status);
  });
});

describe("the server", () => {
  const raw = async (port: number, text: string): Promise<string> => {
    const socket = connect(port, "127.0.0.1");
    // To end it would be to leave.
    socket.write(text);
    let answer = "";
    for await (const piece of socket) answer += String(piece);
    return answer;
  };

  it.each<[string, string]>([
    ["says its length in two ways", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["says two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"],
    ["hides its encoding", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"],
  ])("refuses a request that %s, and passes none of it on", async (_, rest) => {
    const { port, upstream } = await openGateway();

    const answer = await raw(port, `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${rest}`);

    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(upstream.requests).toHaveLength(0);
  });

  it("refuses a request that names two hosts, which is served when it names one", async () => {
    const { port, upstream } = await openGateway();
    const body = JSON.stringify(chat);
    const ask = (more: string): Promise<string> =>
      raw(
        port,
        `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${more}Connection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );

    const answer = await ask("Host: evil.example\r\n");

    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"two_hosts"');
    expect(upstream.requests).toHaveLength(0);
    expect(await ask("")).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("reads every header, however many fit: none is lost that tells what a proxy has handed on", async () => {
    const { port } = await openGateway();
    const ask = (more: string): Promise<string> =>
      raw(port, `GET /admin/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${more}\r\n`);

    const flooded = await ask(`${"a:\r\n".repeat(3_000)}X-Forwarded-For: 10.1.2.3\r\n`);

    expect(await ask("")).toMatch(/^HTTP\/1\.1 200 /);
    expect(flooded).toMatch(/^HTTP\/1\.1 403 /);
  });

  it("refuses headers without end", async () => {
    const { port } = await openGateway();

    const answer = await raw(
      port,
      `GET /v1/models HTTP/1.1\r\nHost: localhost\r\nX-Big: ${"x".repeat(40_000)}\r\n\r\n`,
    );

    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  it.each<[string, Record<string, string>]>([
    ["that says its length", { "content-length": "2000" }],
    ["that comes in chunks", {}],
  ])("answers 413 to a body %s and is larger than max_body, without an attempt", async (_, headers) => {
    const { port, upstream } = await openGateway({ gateway: { max_body: "1kb" } });
    const sent = httpRequest({ host: "127.0.0.1", port, path: "/v1/messages", method: "POST", headers });
    sent.end("x".repeat(2000));
    const [answer] = (await once(sent, "response")) as [IncomingMessage];

    expect(answer.statusCode).toBe(413);
    expect(JSON.parse(String(Buffer.concat(await answer.toArray())))).toMatchObject({
      type: "error",
      error: { type: "request_too_large" },
    });
    expect(upstream.requests).toHaveLength(0);
  });

  it("sends a body larger than replay_buffer once, and says so", async () => {
    const { post, upstream } = await openGateway({
      model: { retry: { max_retries: 2, base_delay: "1ms" } },
      gateway: { replay_buffer: "1kb" },
    });
    upstream.script(keys.primary, failures.openai.serverError);
    const large = { ...chat, padding: "x".repeat(2000) };

    const failed = await post(path, large);
    const served = await post(path, large);

    expect(failed.status).toBe(503);
    expect(failed.headers.get("x-keyswitch-failover")).toMatch(/replay_buffer/);
    expect(await failed.json()).toMatchObject({ error: { credentials: [{ credential: "primary", status: 500 }] } });
    expect(served.status).toBe(200);
    expect(upstream.requests).toHaveLength(2);
  });

  it("forgets a client that leaves while it sends its body", async () => {
    const { port, upstream, log, close } = await openGateway();
    const sent = httpRequest({ port, path, method: "POST", headers: { "content-length": "1000" } });
    sent.on("error", () => undefined);
    sent.write("{");
    await until(() => sent.socket !== null && sent.socket.bytesWritten > 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    sent.destroy();

    await close();
    expect(upstream.requests).toHaveLength(0);
    expect(log()).not.toContain("gateway_error");
  });
});
