import { describe, expect, it } from "vitest";
import { failures } from "../../src/testing/fake-provider/index.ts";
import { keys, messages, openGateway } from "./open-gateway.ts";

const path = "/v1/chat/completions";
const chat = { model: "chat", messages };

describe("a request", () => {
  it("passes as it was written but for its model, its key and its connection", async () => {
    const { url, upstream } = await openGateway({
      ids: ["primary"],
      credential: { extra_request_body: { user: "u" } },
    });
    const body =
      '{ "big": 12345678901234567890, "model" : "other", "n":1.0, "mod\\u0065l":"chat" ,"messages":[], "MODEL":"x" }';

    await fetch(`${url}${path}?beta=true`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "openai-beta": "assistants=v2",
        "openai-organization": "org-1",
        cookie: "a=b",
        "x-forwarded-for": "10.1.2.3, 10.1.2.4",
        via: "1.1 proxy.internal",
        "x-keyswitch-pin": "primary",
      },
      body,
    });

    const [request] = upstream.requests;
    expect(Buffer.from(request?.body ?? "").toString()).toBe(
      '{ "big": 12345678901234567890, "model" : "upstream-model", "n":1.0, "mod\\u0065l":"upstream-model" ,"messages":[], "MODEL":"upstream-model" ,"user":"u"}',
    );
    expect(request?.query).toEqual({ beta: "true" });
    expect(request?.headers).toMatchObject({ authorization: `Bearer ${keys.primary}`, "openai-beta": "assistants=v2" });
    for (const name of ["openai-organization", "cookie", "x-forwarded-for", "via", "x-keyswitch-pin"])
      expect(request?.headers).not.toHaveProperty(name);
  });

  it.each<[string, string, string]>([
    ["is no JSON", "not json", "invalid_json"],
    ["breaks off", '{"model":"chat","messages":[', "invalid_json"],
    ["names its members without quotes", '{"model":"chat",messages:[],"model":"other"}', "invalid_json"],
    ["names no model", "{}", "missing_model"],
    ["names a model by a number", '{"model":5}', "missing_model"],
  ])("that %s is refused with what is wanted", async (_, body, code) => {
    const { url, upstream } = await openGateway();

    const answer = await fetch(`${url}${path}`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });

    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code } });
    expect(upstream.requests).toHaveLength(0);
  });

  it.each<[string, Record<string, string>, string]>([
    ["whose names have no quotes", {}, "{contents:[],generationConfig:{maxOutputTokens:100000}}"],
    ["that is no JSON", { "content-type": "application/x-protobuf" }, "\n\u0000"],
  ])("of Gemini's %s is refused, since no limit could be put on it", async (_, headers, body) => {
    const { post, upstream } = await openGateway({ api: "gemini", credential: { max_tokens: 10 } });

    const answer = await post("/v1beta/models/chat:generateContent", undefined, {
      headers: { "content-type": "application/json", ...headers },
      body,
    });

    expect(answer.status).toBe(400);
    expect(upstream.requests).toHaveLength(0);
  });

  it("that says it is compressed is refused, and served when it says that it is not", async () => {
    const { post, upstream } = await openGateway();
    const json = { "content-type": "application/json" };

    const refused = await post(path, chat, { headers: { ...json, "content-encoding": "gzip" } });

    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { code: "encoded_body" } });
    expect(upstream.requests).toHaveLength(0);
    expect((await post(path, chat, { headers: { ...json, "content-encoding": "identity" } })).status).toBe(200);
  });

  it("that is JSON and calls itself a form, as curl -d does, is told the header that it wants", async () => {
    const { url } = await openGateway();

    const answer = await fetch(`${url}${path}`, {
      method: "POST",
      body: JSON.stringify(chat),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });

    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { code: "invalid_json", message: expect.stringContaining("content-type: application/json") },
    });
  });

  it.each([
    ["/chat/completions", "/v1/chat/completions"],
    ["/v1/v1/messages", "/v1/messages"],
    ["/v1/v1beta/models/gemini:generateContent", "/v1beta/models/gemini:generateContent"],
  ])("for %s, under a base URL that is not the client's, is told of %s", async (target, meant) => {
    const { url } = await openGateway();

    const answer = await fetch(`${url}${target}`, { method: "POST" });

    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain(`there is ${meant}: look at the client's base URL`);
  });

  it("for a model that is none is told those that there are", async () => {
    const { post } = await openGateway({ models: { other: {} } });

    const answer = await post(path, { ...chat, model: "gpt-5" });

    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      error: { code: "model_not_found", message: 'There is no model "gpt-5"; there is "chat", "other"' },
    });
  });

  it("in another dialect than its model's is told where to ask", async () => {
    const { post } = await openGateway({ models: { claude: { api: "anthropic" }, functions: { api: "any" } } });

    const other = await post(path, { ...chat, model: "claude" });
    const none = await post(path, { ...chat, model: "functions" });

    expect(await other.json()).toMatchObject({
      error: { code: "wrong_dialect", message: expect.stringContaining("/v1/messages") },
    });
    expect(await none.json()).toMatchObject({ error: { code: "model_not_served" } });
  });

  it.each(["/v1/files", "/v1/files/file-1/content", "/v1/batches", "/v1/responses/resp_1", "/v1/messages/batches"])(
    "for %s, which exists in one account only, is told so",
    async (target) => {
      const { url } = await openGateway();

      const answer = await fetch(`${url}${target}`);

      expect(answer.status).toBe(404);
      expect(await answer.text()).toContain("one account only");
    },
  );

  it.each<[string, Record<string, string>, object]>([
    ["/v1/nothing", {}, { error: { code: "not_found" } }],
    ["/v1/nothing", { "anthropic-version": "2023-06-01" }, { type: "error", error: { type: "not_found_error" } }],
    ["/v1beta/nothing", {}, { error: { code: 404, status: "NOT_FOUND" } }],
    ["/v1/audio/../chat/completions%2f", {}, { error: { code: "not_found" } }],
  ])("for %s, where nothing is, is told so in its dialect", async (target, headers, shape) => {
    const { url } = await openGateway();

    const answer = await fetch(`${url}${target}`, { headers });

    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject(shape);
  });

  it("with a method that its path does not take is told which it takes", async () => {
    const { url } = await openGateway();

    const wrong = await fetch(`${url}${path}`);
    const options = await fetch(`${url}${path}`, { method: "OPTIONS" });
    const head = await fetch(`${url}/v1/models`, { method: "HEAD" });

    expect(wrong.status).toBe(405);
    expect(wrong.headers.get("allow")).toBe("POST");
    expect(options.status).toBe(204);
    expect(options.headers.get("allow")).toBe("POST, OPTIONS");
    expect(head.status).toBe(200);
  });
});

describe("x-keyswitch-pin", () => {
  const pinned = (credential: string) => ({
    headers: { "content-type": "application/json", "x-keyswitch-pin": credential },
  });

  it("sends a call to that credential alone, and moves nothing", async () => {
    const { post, upstream } = await openGateway();

    const served = await post(path, chat, pinned("second"));
    upstream.set(keys.third, failures.openai.serverError);
    const failed = await post(path, chat, pinned("third"));
    const next = await post(path, chat);

    expect(served.headers.get("x-keyswitch-credential")).toBe("second");
    expect(failed.status).toBe(503);
    expect(await failed.json()).toMatchObject({ error: { credentials: [{ credential: "third" }] } });
    expect(next.headers.get("x-keyswitch-credential")).toBe("primary");
  });

  it("of an unknown credential is refused", async () => {
    const { post, upstream } = await openGateway({ api: "anthropic" });

    const answer = await post("/v1/messages", { ...chat, max_tokens: 1 }, pinned("fourth"));

    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ type: "error", error: { type: "invalid_request_error" } });
    expect(upstream.requests).toHaveLength(0);
  });
});

describe("what belongs to one account", () => {
  it.each([false, true])("goes to the credential that made it, and to no other (stream: %s)", async (stream) => {
    const { post, upstream } = await openGateway();
    upstream.script(keys.primary, failures.openai.invalidKey);
    const first = await post("/v1/responses", { model: "chat", input: "Hi", stream });
    const id = /"id":"(resp_[^"]+)"/.exec(await first.text())?.[1];

    const again = await post("/v1/responses", { model: "chat", input: "Go on", previous_response_id: id });
    upstream.set(keys.second, failures.openai.serverError);
    const failed = await post("/v1/responses", { model: "chat", input: "Go on", previous_response_id: id });

    expect(first.headers.get("x-keyswitch-credential")).toBe("second");
    expect(again.headers.get("x-keyswitch-credential")).toBe("second");
    expect(failed.status).toBe(503);
    expect(upstream.requests.at(-1)?.key).toBe(keys.second);
  });

  it.each<[string, unknown]>([
    ["an earlier response", { previous_response_id: "resp_unknown" }],
    ["a conversation", { conversation: { id: "conv_1" } }],
    ["a file", { input: [{ role: "user", content: [{ type: "input_file", file_id: "file-1" }] }] }],
    ["a vector store", { tools: [{ type: "file_search", vector_store_ids: ["vs_1"] }] }],
  ])("fails fast and says why where nobody knows who made %s", async (_, members) => {
    const { post, upstream } = await openGateway();

    const answer = await post("/v1/responses", { model: "chat", input: "Hi", ...(members as object) });

    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code: "account_bound_resource" } });
    expect(upstream.requests).toHaveLength(0);
  });

  it("goes where a pin says, and anywhere when there is one credential", async () => {
    const { post } = await openGateway({ ids: ["primary", "second"] });
    const single = await openGateway({ ids: ["primary"] });
    const body = { model: "chat", input: "Hi", previous_response_id: "resp_unknown" };

    const pinned = await post("/v1/responses", body, { headers: { "x-keyswitch-pin": "second" } });

    expect(pinned.headers.get("x-keyswitch-credential")).toBe("second");
    expect((await single.post("/v1/responses", body)).status).toBe(200);
  });

  it("is not seen in a text that only talks of it", async () => {
    const { post } = await openGateway();

    const answer = await post("/v1/responses", { model: "chat", input: 'What is {"file_id": "file-1"}?' });

    expect(answer.status).toBe(200);
  });
});
