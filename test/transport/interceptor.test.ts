import { Readable, Writable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import OpenAI from "openai";
import {
  Agent,
  Client,
  type Dispatcher,
  fetch as undiciFetch,
  FormData as UndiciFormData,
  MockAgent,
  pipeline,
  request,
  stream,
  upgrade,
} from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import { createModel, type Model } from "../../src/keyswitch.ts";
import { ClosedError, StreamInterruptedError, UsageError } from "../../src/errors.ts";
import type { ModelConfigInput } from "../../src/config/index.ts";
import {
  type Behaviour,
  createFakeProvider,
  failures,
  type FakeProvider,
} from "../../src/testing/fake-provider/index.ts";
import { failover } from "../../src/undici/index.ts";
import { collected, keys, messages, until } from "./open-door.ts";

interface Intercepted {
  readonly upstream: FakeProvider;
  readonly model: Model;
  readonly dispatcher: Dispatcher;
  readonly url: string;
}

/** A model of two credentials behind an agent that all requests are dispatched through. */
async function intercepted(config: Partial<ModelConfigInput> = {}): Promise<Intercepted> {
  const upstream = await createFakeProvider({ labels: { [keys.primary]: "primary", [keys.second]: "second" } });
  const model = createModel(
    {
      api: "openai",
      model: "upstream-model",
      retry: { max_retries: 0 },
      ...config,
      credentials: (["primary", "second"] as const).map((id) => ({
        id,
        provider: "custom",
        api_base: upstream.baseURL,
        api_key: keys[id],
      })),
    },
    "chat",
  );
  const agent = new Agent();
  onTestFinished(async () => {
    await upstream.close();
    await agent.destroy();
    await model.close();
  });
  return { upstream, model, dispatcher: agent.compose(failover(model)), url: `${model.baseURL}/chat/completions` };
}

const chat = JSON.stringify({ model: "whatever", messages });
const streamed = JSON.stringify({ model: "whatever", messages, stream: true });
const json = { "content-type": "application/json" };
const contentOf = (body: unknown): string | undefined =>
  (body as { choices?: { message: { content: string } }[] }).choices?.[0]?.message.content;

describe("a request through the interceptor", () => {
  it("goes to the next credential after one that is refused, and its answer says so", async () => {
    const { dispatcher, url, upstream } = await intercepted();
    upstream.set(keys.primary, failures.openai.invalidKey);

    const answer = await request(url, {
      dispatcher,
      method: "POST",
      headers: { ...json, authorization: "Bearer sk-callers-own" },
      body: chat,
    });

    expect(answer.statusCode).toBe(200);
    expect(answer.headers["x-keyswitch-credential"]).toBe("second");
    expect(contentOf(await answer.body.json())).toBe("Answered by second.");
    expect(answer.trailers).toEqual({});
    expect(upstream.requests.map(({ key, path, model }) => [key, path, model])).toEqual([
      [keys.primary, "/v1/chat/completions", "upstream-model"],
      [keys.second, "/v1/chat/completions", "upstream-model"],
    ]);
    expect(JSON.stringify(upstream.requests.map(({ headers }) => headers))).not.toContain("callers-own");
  });

  it.each<[string, () => Exclude<Dispatcher.DispatchOptions["body"], undefined>]>([
    ["a text", () => chat],
    ["a buffer", () => Buffer.from(chat)],
    ["bytes", () => new Uint8Array(Buffer.from(chat))],
    ["a stream", () => Readable.from([Buffer.from(chat.slice(0, 9)), Buffer.from(chat.slice(9))])],
    ["an iterable", () => [chat.slice(0, 9), chat.slice(9)] as never],
    [
      "an async iterable",
      () =>
        (async function* pieces() {
          yield* [Buffer.from(chat.slice(0, 9)), Buffer.from(chat.slice(9))];
        })() as never,
    ],
    ["a blob", () => new Blob([chat]) as never],
  ])("may have %s for a body, which each credential gets whole", async (_, body) => {
    const { dispatcher, url, upstream } = await intercepted();
    upstream.set(keys.primary, { reset: true });

    const answer = await request(url, { dispatcher, method: "POST", headers: json, body: body() });

    expect(contentOf(await answer.body.json())).toBe("Answered by second.");
    expect(upstream.requests.map((each) => each.json)).toEqual([
      { model: "upstream-model", messages },
      { model: "upstream-model", messages },
    ]);
  });

  it.each([
    ["undici's", UndiciFormData],
    ["Node's", FormData],
  ])("may have a form of %s for a body, in which the model is the credential's", async (_, Form) => {
    const { dispatcher, model, upstream } = await intercepted();
    const form = new Form();
    form.set("model", "whisper-1");
    form.set("file", new Blob(["sound"]), "model.wav");

    const { body } = await request(`${model.baseURL}/audio/transcriptions`, {
      dispatcher,
      method: "POST",
      body: form as never,
    });

    expect(await body.json()).toEqual({ text: "Answered by primary." });
    expect(upstream.requests[0]?.parts.map(({ name, body }) => [name, Buffer.from(body).toString()])).toEqual([
      ["model", "upstream-model"],
      ["file", "sound"],
    ]);
  });

  it.each<[string, Dispatcher.DispatchOptions["headers"]]>([
    ["an object", { "Content-Type": "application/json", "X-Own": ["a", "b"] }],
    ["names and values in turn", ["Content-Type", "application/json", "X-Own", "a", "x-own", "b"]],
    [
      "pairs",
      new Map([
        ["Content-Type", "application/json"],
        ["X-Own", "a, b"],
      ]),
    ],
  ])("may have %s for headers", async (_, headers) => {
    const { dispatcher, url, upstream } = await intercepted();

    const { body } = await request(url, { dispatcher, method: "POST", headers: headers ?? null, body: chat });
    await body.dump();

    expect(upstream.requests[0]?.headers).toMatchObject({ "content-type": "application/json", "x-own": "a, b" });
  });

  it("keeps its query", async () => {
    const { dispatcher, model, upstream } = await intercepted();

    const { body } = await request(`${model.baseURL}/models`, { dispatcher, query: { after: "a b", limit: 2 } });

    expect(await body.json()).toMatchObject({ object: "list" });
    expect(upstream.requests[0]?.query).toEqual({ after: "a b", limit: "2" });
  });

  it("that no other key would mend is answered by the upstream itself, after one attempt", async () => {
    const { dispatcher, url, upstream } = await intercepted();
    upstream.set(keys.primary, failures.openai.badRequest);

    const { statusCode, body } = await request(url, { dispatcher, method: "POST", headers: json, body: chat });

    expect(statusCode).toBe(400);
    expect(await body.json()).toEqual(failures.openai.badRequest.body);
    expect(upstream.requests).toHaveLength(1);
  });

  it("that all credentials failed is answered as fetch answers it, without a key", async () => {
    const { dispatcher, url, upstream, model } = await intercepted();
    upstream.set(keys.primary, failures.openai.invalidKey);
    upstream.set(keys.second, failures.openai.invalidKey);

    const answer = await request(url, { dispatcher, method: "POST", headers: json, body: chat });
    const told = JSON.stringify([answer.headers, await answer.body.json()]);

    expect(answer.statusCode).toBe(503);
    expect(told).toContain("all_credentials_failed");
    expect(answer.headers["retry-after"]).toMatch(/^\d+$/);
    for (const key of Object.values(keys)) expect(told).not.toContain(key);
    expect(model.active()).toBeUndefined();
  });

  it("that is aborted leaves its upstream at once", async () => {
    const { dispatcher, url, upstream } = await intercepted();
    upstream.set(keys.primary, { hang: true });
    const aborter = new AbortController();
    const reason = new Error("no longer needed");

    const answer = request(url, { dispatcher, method: "POST", headers: json, body: chat, signal: aborter.signal });
    await upstream.received(1);
    aborter.abort(reason);

    await expect(answer).rejects.toBe(reason);
    await upstream.requests[0]?.finished;
    expect(upstream.requests[0]?.aborted).toBe(true);
    expect(upstream.requests).toHaveLength(1);
  });

  it("that is aborted while its body comes in is never sent, and its body is destroyed", async () => {
    const { dispatcher, url, upstream } = await intercepted();
    const body = new Readable({ read: () => undefined });
    const aborter = new AbortController();

    const answer = request(url, { dispatcher, method: "POST", headers: json, body, signal: aborter.signal });
    aborter.abort(new Error("no longer needed"));

    await expect(answer).rejects.toThrow("no longer needed");
    expect(body.destroyed).toBe(true);
    expect(upstream.requests).toHaveLength(0);
  });

  it("fails with its body's own error", async () => {
    const { dispatcher, url, upstream } = await intercepted();
    const error = new Error("the disk is gone");
    const body = new Readable({ read: () => void body.destroy(error) });

    await expect(request(url, { dispatcher, method: "POST", headers: json, body })).rejects.toBe(error);
    expect(upstream.requests).toHaveLength(0);
  });

  it("fails with ClosedError once the model is closed", async () => {
    const { dispatcher, url, model } = await intercepted();
    await model.close();

    await expect(request(url, { dispatcher, method: "POST", body: chat })).rejects.toBeInstanceOf(ClosedError);
  });

  it("fails with undici's own error once the agent is closed, which says nothing of any credential", async () => {
    const { model, url } = await intercepted();
    const agent = new Agent();
    const dispatcher = agent.compose(failover(model));
    await agent.close();

    await expect(request(url, { dispatcher, method: "POST", body: chat })).rejects.toMatchObject({
      code: "UND_ERR_DESTROYED",
    });
    expect(model.active()).toBe("primary");
    expect(model.snapshot().cooldowns).toEqual({});
  });
});

describe("a stream through the interceptor", () => {
  const ask = ({ dispatcher, url }: Intercepted): Promise<Dispatcher.ResponseData> =>
    request(url, { dispatcher, method: "POST", headers: json, body: streamed });

  it("goes to the next credential after an error at its head", async () => {
    const door = await intercepted();
    door.upstream.set(keys.primary, { errorAtHead: failures.openai.serverError });

    const { headers, body } = await ask(door);

    expect(headers["x-keyswitch-credential"]).toBe("second");
    expect(await text(body)).toMatch(/data: \[DONE\]\n\n$/);
  });

  it.each<[string, Behaviour]>([
    ["cut", { cutAfterItems: 2 }],
    ["reset", { resetAfterItems: 2 }],
  ])("fails when it is %s after its first item, and never seems whole", async (_, behaviour) => {
    const door = await intercepted();
    door.upstream.set(keys.primary, behaviour);

    const { body } = await ask(door);

    await expect(text(body)).rejects.toBeInstanceOf(StreamInterruptedError);
    expect(door.upstream.requests).toHaveLength(1);
  });

  it("is read only as fast as its reader reads", async () => {
    const door = await intercepted();
    const item = `data: {"choices":[{"delta":{"content":"${"x".repeat(100_000)}"}}]}\n\n`;
    let isOver = false;
    door.upstream.set(keys.primary, {
      raw: {
        status: 200,
        headers: { "content-type": "text/event-stream" },
        body: Buffer.from(item.repeat(200)),
      },
    });

    const { body } = await ask(door);
    void door.upstream.requests[0]?.finished.then(() => (isOver = true));
    await new Promise((resolve) => setTimeout(resolve, 200));

    expect(isOver).toBe(false);
    body.on("error", () => undefined).destroy();
    await door.upstream.requests[0]?.finished;
    expect(door.upstream.requests[0]?.aborted).toBe(true);
  });

  it("leaves its upstream when its reader stops early", async () => {
    const door = await intercepted();
    door.upstream.set(keys.primary, { stallAfterItems: 1 });

    const { body } = await ask(door);
    for await (const _ of body) break;

    await door.upstream.requests[0]?.finished;
    expect(door.upstream.requests[0]?.aborted).toBe(true);
    await until(() => door.model.snapshot().usage["primary"]?.served === 1);
  });
});

describe("every way to make requests with undici", () => {
  it("is served: fetch, with a stream and an abort", async () => {
    const { dispatcher, url, upstream } = await intercepted();
    upstream.script(keys.primary, failures.openai.invalidKey);
    const aborter = new AbortController();

    const response = await undiciFetch(url, { dispatcher, method: "POST", headers: json, body: streamed });
    upstream.set(keys.second, { hang: true });
    const hanging = undiciFetch(url, { dispatcher, method: "POST", body: chat, signal: aborter.signal });

    expect(response.headers.get("x-keyswitch-credential")).toBe("second");
    expect(await response.text()).toMatch(/data: \[DONE\]\n\n$/);
    await upstream.received(3);
    aborter.abort();
    await expect(hanging).rejects.toThrow(/abort/);
    await upstream.requests[2]?.finished;
    expect(upstream.requests[2]?.aborted).toBe(true);
  });

  it("is served: stream, as fast as its target takes it", async () => {
    const { dispatcher, url } = await intercepted();
    const chunks: Buffer[] = [];
    const target = new Writable({
      highWaterMark: 1,
      write: (chunk: Buffer, _encoding, done) => {
        chunks.push(chunk);
        setImmediate(done);
      },
    });

    await stream(url, { dispatcher, method: "POST", headers: json, body: streamed }, () => target);

    expect(Buffer.concat(chunks).toString()).toMatch(/data: \[DONE\]\n\n$/);
  });

  it("is served: pipeline", async () => {
    const { dispatcher, url } = await intercepted();
    const duplex = pipeline(url, { dispatcher, method: "POST", headers: json }, ({ body }) => body);
    duplex.end(chat);

    expect(contentOf(JSON.parse((await buffer(duplex)).toString()))).toBe("Answered by primary.");
  });

  it("is served: OpenAI's own client, with undici's fetch and the agent", async () => {
    const { dispatcher, model, upstream } = await intercepted();
    upstream.set(keys.primary, failures.openai.insufficientQuota);
    const openai = new OpenAI({
      apiKey: "unused",
      baseURL: "https://api.openai.com/v1",
      fetch: undiciFetch as unknown as typeof fetch,
      fetchOptions: { dispatcher },
      maxRetries: 0,
    });

    const whole = await openai.chat.completions.create({ model: "m", messages });
    const chunks = await collected(await openai.chat.completions.create({ model: "m", messages, stream: true }));

    expect(whole.choices[0]?.message.content).toBe("Answered by second.");
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe("Answered by second.");
    expect(model.active()).toBe("second");
  });
});

describe("the agent below the interceptor", () => {
  it("is what the attempts go through, with whatever it is set up with", async () => {
    const { model, url, upstream } = await intercepted();
    const mock = new MockAgent();
    mock.disableNetConnect();
    mock
      .get(upstream.url)
      .intercept({ method: "POST", path: "/v1/chat/completions" })
      .reply(200, { choices: [{ message: { content: "From the agent." } }] }, { headers: json });

    const { body } = await request(url, { dispatcher: mock.compose(failover(model)), method: "POST", body: chat });

    expect(contentOf(await body.json())).toBe("From the agent.");
    expect(upstream.requests).toHaveLength(0);
    await mock.close();
  });

  it("may not be a client of one origin, which would get every credential's key", async () => {
    const { model, upstream } = await intercepted();
    const client = new Client(upstream.url);

    expect(() => client.compose(failover(model))).toThrow(UsageError);
    await client.close();
  });

  it("is not asked for an upgrade, which could not be sent again", async () => {
    const { dispatcher, url } = await intercepted();

    await expect(upgrade(url, { dispatcher, protocol: "websocket" })).rejects.toBeInstanceOf(UsageError);
  });
});

describe("failover", () => {
  it("wants a model", () => {
    expect(() => failover({} as Model)).toThrow(UsageError);
  });

  it("ends in the handler's own error where that fails, and lets go of the upstream", async () => {
    const { dispatcher, model, upstream } = await intercepted();
    upstream.set(keys.primary, { stallAfterItems: 1 });
    const error = new Error("the handler is broken");
    const failed = Promise.withResolvers<unknown>();

    dispatcher.dispatch(
      { origin: model.baseURL, path: "/v1/chat/completions", method: "POST", headers: json, body: streamed },
      {
        onResponseData: () => {
          throw error;
        },
        onResponseError: (_controller, thrown) => failed.resolve(thrown),
      },
    );

    expect(await failed.promise).toBe(error);
    await upstream.requests[0]?.finished;
    expect(upstream.requests[0]?.aborted).toBe(true);
  });
});
