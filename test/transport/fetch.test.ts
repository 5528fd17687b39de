import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { ClosedError, DeadlineExceededError, UsageError } from "../../src/errors.ts";
import { createModel } from "../../src/index.ts";
import { type Behaviour, failures } from "../../src/testing/fake-provider/index.ts";
import { openRawUpstream, rawAnswer } from "../gateway/raw-upstream.ts";
import { keys, messages, openDoor, until } from "./open-door.ts";

const chat = { model: "whatever", messages };
const path = "/chat/completions";

const contentOf = async (response: Response): Promise<string | undefined> => {
  const { choices } = (await response.json()) as { choices: { message: { content: string } }[] };
  return choices[0]?.message.content;
};

const rawJson = (body: string, headers: Record<string, string> = {}): Behaviour => ({
  raw: { status: 200, headers: { "content-type": "application/json", ...headers }, body },
});

describe("goes on to the next credential", () => {
  it.each<[string, Behaviour]>([
    ["a reset before the answer", { reset: true }],
    ["a reset within the answer", { resetAfterItems: 1 }],
    ["an answer cut in half that ends in good order", { truncatedJson: true }],
    ["an answer cut in half, compressed", { resetAfterItems: 1, contentEncoding: "gzip" }],
    ["an error under status 200", { errorAtHead: failures.openai.insufficientQuota }],
    ["MiniMax's error under status 200", failures.minimax.insufficientBalance],
    ["a code and a sentence under status 200", rawJson('{"code":"Arrearage","message":"Your account is in arrears"}')],
    ["a page in place of an answer", { html: 200 }],
    ["a gateway's error page", { html: 502 }],
    [
      "an empty answer of a stream's type",
      { raw: { status: 200, headers: { "content-type": "text/event-stream" }, body: "" } },
    ],
    ["a redirect", { redirect: "http://127.0.0.1:9/v1/chat/completions" }],
    ["a status that HTTP does not have", { raw: { status: 799, body: "" } }],
  ])("after %s", async (_, behaviour) => {
    const { post, upstream } = await openDoor({ ids: ["primary", "second"] });
    upstream.set(keys.primary, behaviour);

    const response = await post(path, chat);

    expect(await contentOf(response)).toBe("Answered by second.");
    expect(response.headers.get("x-keyswitch-attempts")).toBe("2");
  });

  it("after an endpoint where nobody listens", async () => {
    const { post } = await openDoor({
      ids: ["primary"],
      credential: { api_base: "http://127.0.0.1:9/v1" },
    });

    const response = await post(path, chat);

    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      error: { credentials: [{ credential: "primary", class: "transient" }] },
    });
  });

  it("tries a credential again by the model's retry policy before it moves on, and no layer below adds its own", async () => {
    const { post, upstream } = await openDoor({
      ids: ["primary", "second"],
      model: { retry: { max_retries: 2, base_delay: "1ms" } },
    });
    upstream.set(keys.primary, failures.openai.serverError);

    await post(path, chat);

    expect(upstream.requests.map(({ key }) => key)).toEqual([keys.primary, keys.primary, keys.primary, keys.second]);
  });

  it("sends the key nowhere but to its own endpoint: a redirect to another host is not followed", async () => {
    const seen: string[] = [];
    const other = createServer((request, response) => {
      seen.push(request.headers.authorization ?? "none");
      response.end("{}");
    });
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => void other.close());
    const { post, upstream } = await openDoor({ ids: ["primary"] });
    upstream.set(keys.primary, { redirect: `http://127.0.0.1:${(other.address() as AddressInfo).port}/` });

    const response = await post(path, chat);

    expect(response.status).toBe(503);
    expect(seen).toEqual([]);
  });
});

describe("hands on what no other key would mend", () => {
  it("with the upstream's status, reason, headers and bytes, after one request", async () => {
    const { post, upstream } = await openDoor();
    const body = '{ "error" : {"message":"Wörks as writtén","type":"invalid_request_error","code":"invalid_value"} }\n';
    upstream.set(keys.primary, {
      raw: {
        status: 400,
        headers: { "content-type": "application/json", "x-request-id": "req_1", "x-odd": "ä" },
        body,
      },
    });

    const response = await post(path, chat);

    expect(response.status).toBe(400);
    expect(response.statusText).toBe("Bad Request");
    expect(response.headers.get("x-request-id")).toBe("req_1");
    expect(response.headers.get("x-keyswitch-credential")).toBe("primary");
    expect(response.headers.get("x-keyswitch-attempts")).toBe("1");
    expect(await response.text()).toBe(body);
    expect(upstream.requests).toHaveLength(1);
  });

  it("after others failed too: the last answer comes through, their failures do not", async () => {
    const { post, upstream, settled } = await openDoor();
    upstream.set(keys.primary, failures.openai.invalidKey);
    upstream.set(keys.second, failures.openai.contextLength);

    const response = await post(path, chat);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "context_length_exceeded" } });
    expect(settled[0]?.failures.map((failure) => failure.class)).toEqual(["auth", "input_too_large"]);
  });

  it("without the key, where a relay quotes it", async () => {
    const { post, upstream } = await openDoor({ ids: ["primary"] });
    upstream.set(keys.primary, {
      raw: {
        status: 400,
        headers: { "content-type": "application/json", "x-echo": `Bearer ${keys.primary}` },
        body: JSON.stringify({ error: { message: `bad value, sent with ${keys.primary}`, code: "invalid_value" } }),
      },
    });

    const response = await post(path, chat);

    expect(response.headers.get("x-echo")).toBe("Bearer [redacted]");
    expect(await response.text()).toContain("sent with [redacted]");
  });

  it("with an answer of its own where the request could not be sent at all", async () => {
    const { fetch, baseURL, upstream } = await openDoor({ ids: ["primary", "second"] });

    const response = await fetch(`${baseURL}${path}`, { method: "TRÄCE" }).catch((error: unknown) => error);

    expect(response).toMatchObject({ status: 502 });
    expect(upstream.requests).toHaveLength(0);
  });
});

describe("when every credential has failed", () => {
  it("answers 503 with class and status of each, a whole wait, and no word of an upstream", async () => {
    const { post, upstream } = await openDoor();
    upstream.set(keys.primary, failures.openai.invalidKey);
    upstream.set(keys.second, failures.openai.rateLimit({ retryAfterS: 20 }));
    upstream.set(keys.third, { reset: true });

    const response = await post(path, chat);
    const text = await response.text();

    expect(response.status).toBe(503);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(response.headers.get("retry-after")).toMatch(/^(?:19|20)$/);
    expect(response.headers.get("x-keyswitch-credential")).toBeNull();
    expect(response.headers.get("x-keyswitch-attempts")).toBe("3");
    expect(JSON.parse(text)).toMatchObject({
      error: {
        code: "all_credentials_failed",
        credentials: [
          { credential: "primary", class: "auth", status: 401 },
          { credential: "second", class: "transient", status: 429 },
          { credential: "third", class: "transient" },
        ],
      },
    });
    expect(text).not.toContain("sk-");
  });

  it("answers 429 when all are out of quota or rate limited", async () => {
    const { post, upstream } = await openDoor({ ids: ["primary", "second"] });
    upstream.set(keys.primary, failures.openai.insufficientQuota);
    upstream.set(keys.second, failures.openai.rateLimit({ retryAfterS: 20 }));

    expect((await post(path, chat)).status).toBe(429);
  });

  it("answers so with a single credential too: its 401 never gets through", async () => {
    const { post, upstream } = await openDoor({ ids: ["primary"] });
    upstream.set(keys.primary, failures.openai.invalidKey);

    expect((await post(path, chat)).status).toBe(503);
  });

  it("answers so without a wait when none is enabled", async () => {
    const { post, upstream } = await openDoor({ ids: ["primary"], credential: { disabled: true } });

    const response = await post(path, chat);

    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBeNull();
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(upstream.requests).toHaveLength(0);
  });

  it("speaks Anthropic's dialect to Anthropic's clients", async () => {
    const { post, upstream } = await openDoor({ api: "anthropic", ids: ["primary"] });
    upstream.set(keys.primary, failures.anthropic.rateLimit({ retryAfterS: 5 }));

    const response = await post("/v1/messages", { ...chat, max_tokens: 10 });

    expect(response.status).toBe(429);
    expect(await response.json()).toMatchObject({ type: "error", error: { type: "rate_limit_error" } });
  });
});

describe("throws", () => {
  it("the abort's reason, before anything is sent", async () => {
    const { post, upstream } = await openDoor();
    const reason = new Error("changed my mind");

    await expect(post(path, chat, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(upstream.requests).toHaveLength(0);
  });

  it("the abort's reason while it waits, and leaves the upstream at once", async () => {
    const { post, upstream, settled } = await openDoor();
    upstream.set(keys.primary, { hang: true });
    const controller = new AbortController();
    const reason = new Error("changed my mind");

    const answer = post(path, chat, { signal: controller.signal });
    await upstream.received(1);
    controller.abort(reason);

    await expect(answer).rejects.toBe(reason);
    await upstream.requests[0]?.finished;
    expect(upstream.requests[0]?.aborted).toBe(true);
    expect(settled[0]?.result).toBe("cancelled");
  });

  it("DeadlineExceededError, with what was tried", async () => {
    const { post, upstream } = await openDoor({ model: { deadline: "150ms" } });
    upstream.set(keys.primary, failures.openai.invalidKey);
    upstream.set(keys.second, { hang: true });

    const error = await post(path, chat).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(DeadlineExceededError);
    expect((error as DeadlineExceededError).attempts).toMatchObject([{ credential: "primary", class: "auth" }]);
    await until(() => upstream.requests[1]?.aborted === true);
  });

  it("ClosedError after close()", async () => {
    const { post, engine } = await openDoor();
    await engine.close();

    await expect(post(path, chat)).rejects.toBeInstanceOf(ClosedError);
  });

  it("UsageError for a model that serves functions only", async () => {
    const { post } = await openDoor({ model: { api: "any" } });

    await expect(post(path, chat)).rejects.toBeInstanceOf(UsageError);
  });

  it("TypeError for what is no URL", async () => {
    const { fetch } = await openDoor();

    await expect(fetch("/v1/chat/completions")).rejects.toBeInstanceOf(TypeError);
  });

  it("errors that show no key, body or prompt, however they are printed", async () => {
    const { post, upstream } = await openDoor({ model: { deadline: "150ms" } });
    upstream.set(keys.primary, {
      raw: {
        status: 401,
        headers: { "x-echo": keys.primary },
        body: `{"error":"no ${keys.primary} for Who are you?"}`,
      },
    });
    upstream.set(keys.second, { hang: true });

    const error = await post(path, chat).catch((thrown: unknown) => thrown);

    const printed = [inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error), String(error)].join("\n");
    for (const key of Object.values(keys)) expect(printed).not.toContain(key);
    expect(printed).not.toContain("Who are you?");
  });
});

describe("takes a request", () => {
  const text = JSON.stringify(chat);
  const bytes = new TextEncoder().encode(text);

  it.each<[string, () => RequestInit["body"]]>([
    ["a string", () => text],
    ["bytes", () => bytes],
    ["a buffer", () => bytes.buffer],
    ["a blob", () => new Blob([text], { type: "application/json" })],
    ["a stream", () => new Blob([text]).stream()],
  ])("whose body is %s, as often as there are credentials", async (_, body) => {
    const { fetch, baseURL, upstream } = await openDoor();
    upstream.set(keys.primary, failures.openai.invalidKey);
    upstream.set(keys.second, { reset: true });

    const response = await fetch(`${baseURL}${path}`, { method: "POST", body: body() ?? null });

    expect(await contentOf(response)).toBe("Answered by third.");
    expect(upstream.requests.map(({ json }) => json)).toEqual(
      Array.from({ length: 3 }, () => ({ ...chat, model: "upstream-model" })),
    );
  });

  it("as a Request, and what stands beside it counts over what is in it", async () => {
    const { fetch, baseURL, upstream } = await openDoor();
    const request = new Request(`${baseURL}${path}?user=1`, { method: "POST", body: text, headers: { "x-a": "1" } });

    await fetch(request, { headers: { "x-b": "2" } });

    expect(upstream.requests[0]).toMatchObject({ query: { user: "1" }, json: { messages }, headers: { "x-b": "2" } });
    expect(upstream.requests[0]?.headers["x-a"]).toBeUndefined();
  });

  it("that is a form, with its boundary", async () => {
    const { fetch, baseURL, upstream } = await openDoor();
    const form = new FormData();
    form.set("file", new Blob(["RIFF"]), "speech.wav");

    await fetch(`${baseURL}/audio/transcriptions`, { method: "POST", body: form });

    expect(upstream.requests[0]?.parts).toMatchObject([{ name: "file", filename: "speech.wav" }]);
  });
});

describe("sends each credential", () => {
  it("its own key, model, headers, body and limits, and nothing of the caller's account", async () => {
    const { fetch, baseURL, upstream } = await openDoor({
      ids: ["primary"],
      credential: {
        model: "deployment-7",
        extra_headers: { "X-Team": "blue" },
        extra_request_body: { service_tier: "flex", temperature: 0 },
        max_tokens: 100,
      },
    });

    await fetch(`${baseURL}${path}`, {
      method: "POST",
      headers: {
        authorization: "Bearer callers-own",
        "x-api-key": "callers-own",
        "api-key": "callers-own",
        "x-goog-api-key": "callers-own",
        cookie: "session=callers-own",
        "openai-organization": "callers-own",
        "openai-project": "callers-own",
        connection: "keep-alive, x-hop",
        "x-hop": "callers-own",
        te: "trailers",
        "x-keyswitch-pin": "callers-own",
        "x-kept": "kept",
        "content-type": "application/json",
      },
      body: JSON.stringify({ ...chat, temperature: 1, max_tokens: 5000 }),
    });

    const [request] = upstream.requests;
    expect(request?.headers).toMatchObject({
      authorization: `Bearer ${keys.primary}`,
      "x-team": "blue",
      "x-kept": "kept",
    });
    expect(Object.values(request?.headers ?? {}).join("\n")).not.toContain("callers-own");
    expect(request?.headers["content-length"]).toBe(String(request?.body.length));
    expect(request?.json).toEqual({
      ...chat,
      model: "deployment-7",
      temperature: 0,
      max_tokens: 100,
      service_tier: "flex",
    });
  });

  it("Anthropic's key and version in their headers; the caller's version stays", async () => {
    const { post, fetch, baseURL, upstream } = await openDoor({ api: "anthropic", ids: ["primary"] });

    await post("/v1/messages", { ...chat, max_tokens: 10 });
    await fetch(`${baseURL}/v1/messages`, {
      method: "POST",
      headers: { "anthropic-version": "2099-01-01", "content-type": "application/json" },
      body: JSON.stringify({ ...chat, max_tokens: 10 }),
    });

    expect(upstream.requests.map(({ headers }) => headers["anthropic-version"])).toEqual(["2023-06-01", "2099-01-01"]);
    expect(upstream.requests[0]?.headers["x-api-key"]).toBe(keys.primary);
    expect(upstream.requests[0]?.headers["authorization"]).toBeUndefined();
  });

  it("no key where it has none", async () => {
    const { post, upstream } = await openDoor({ ids: ["primary"], credential: { api_key: "" } });

    await post(path, chat);

    expect(upstream.requests[0]?.key).toBeUndefined();
  });
});

describe("reads an answer", () => {
  it.each(["gzip", "br"] as const)("that is compressed with %s", async (contentEncoding) => {
    const { post, upstream, engine } = await openDoor();
    upstream.set(keys.primary, { contentEncoding });

    const response = await post(path, chat);

    expect(response.headers.get("content-encoding")).toBeNull();
    expect(await contentOf(response)).toBe("Answered by primary.");
    expect(engine.snapshot().usage["primary"]).toMatchObject({ unknownUsage: 0 });
  });

  it("that is long without parsing it: every byte comes through, and its usage counts", async () => {
    const { post, upstream, engine } = await openDoor();
    const long = `{"id":"1", "choices":[{"message":{"content":"${'é\\"usage\\":{}'.repeat(20_000)}"}}],"n":12345678901234567890,\n "usage":{"prompt_tokens":7,"completion_tokens":9,"details":{"cached":1}}}`;
    upstream.set(keys.primary, rawJson(long));

    const response = await post(path, chat);

    expect(await response.text()).toBe(long);
    expect(engine.snapshot().usage["primary"]).toMatchObject({ inputTokens: 7, outputTokens: 9, unknownUsage: 0 });
  });

  it.each([
    ["cut in half", `{"data":[${"1,".repeat(60_000)}`],
    ["an error at its head", `{"error":{"code":"insufficient_quota"},"trace":"${"x".repeat(100_000)}"}`],
  ])("that is long and %s as a failure", async (_, body) => {
    const { post, upstream } = await openDoor();
    upstream.set(keys.primary, rawJson(body));

    expect(await contentOf(await post(path, chat))).toBe("Answered by second.");
  });

  it("whose usage nobody told: it is unknown, not 0", async () => {
    const { post, upstream, engine } = await openDoor();
    upstream.set(keys.primary, rawJson('{"choices":[]}'));

    await post(path, chat);

    expect(engine.snapshot().usage["primary"]).toMatchObject({ served: 1, unknownUsage: 1 });
  });

  it.each(["GET", "HEAD", "DELETE"])("with nothing in it to %s, which is all that was asked for", async (method) => {
    const { baseURL } = await openRawUpstream(rawAnswer(""));
    const model = createModel({
      model: "m",
      credentials: [{ id: "only", provider: "custom", api_base: baseURL, api_key: keys.primary }],
    });
    onTestFinished(() => model.close());

    const answer = await model.fetch(`${model.baseURL}/files/f-1`, { method });

    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe("");
  });

  it("without a body", async () => {
    const { post, upstream } = await openDoor();
    upstream.set(keys.primary, { raw: { status: 204, body: "" } });

    const response = await post(path, chat);

    expect(response.status).toBe(204);
    expect(response.body).toBeNull();
  });
});

describe("of an embedding model", () => {
  const embedding = { kind: "embedding", dimension: 8 } as const;
  const ask = { model: "whatever", input: "one" };

  it.each([
    ["numbers", "float", {}],
    ["base64", "base64", {}],
    ["numbers, in a long answer", "float", { input: Array(800).fill("one") }],
    ["base64, in a long answer", "base64", { input: Array(800).fill("one") }],
  ])("hands on no vector of another length, as %s: it goes on to the next", async (_, encoding_format, more) => {
    const { post, upstream, settled } = await openDoor({ model: embedding, ids: ["primary", "second"] });
    const wrong = {
      object: "list",
      data: Array.from({ length: 800 }, () => ({
        embedding: encoding_format === "float" ? [1, 2, 3] : "AAAAAAAAAAAAAAAA",
      })),
    };
    upstream.script(keys.primary, rawJson(JSON.stringify(wrong)));

    const response = await post("/embeddings", { ...ask, encoding_format, ...more });

    expect(response.headers.get("x-keyswitch-credential")).toBe("second");
    expect(settled[0]?.failures).toMatchObject([{ class: "unknown", rule: "embedding.dimension" }]);
  });

  it.each([
    ["numbers", [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3]],
    ["base64", Buffer.alloc(32).toString("base64"), "AAAAAAAAAAAAAAAA"],
  ])("looks at every vector of a short answer, as %s", async (_, right, wrong) => {
    const { post, upstream, settled } = await openDoor({ model: embedding, ids: ["primary", "second"] });
    const data = [{ embedding: right }, { embedding: right }, { embedding: wrong }];
    upstream.script(keys.primary, rawJson(JSON.stringify({ object: "list", data })));

    const response = await post("/embeddings", ask);

    expect(response.headers.get("x-keyswitch-credential")).toBe("second");
    expect(settled[0]?.failures).toMatchObject([{ class: "unknown", rule: "embedding.dimension" }]);
  });

  it.each([
    ["behind", { embedding: [1, 2, 3, 4, 5, 6, 7, 8], sparse: { indices: [4, 9], values: [0.5, 0.25] } }],
    ["before", { sparse: { indices: [4, 9], values: [0.5, 0.25] }, embedding: [1, 2, 3, 4, 5, 6, 7, 8] }],
  ])("takes the values of a sparse vector %s a dense one for none of that length", async (_, both) => {
    const { post, upstream } = await openDoor({
      model: { ...embedding, vectors: "hybrid" },
      ids: ["primary", "second"],
    });
    upstream.script(keys.primary, rawJson(JSON.stringify({ object: "list", data: [both, both] })));

    const response = await post("/embeddings", ask);

    expect(response.headers.get("x-keyswitch-credential")).toBe("primary");
  });

  it("refuses a request for another length, which no other key would mend", async () => {
    const { post, upstream } = await openDoor({ model: embedding });

    const response = await post("/embeddings", { ...ask, dimensions: 4 });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "dimension_mismatch" } });
    expect(upstream.requests).toHaveLength(0);
  });
});
