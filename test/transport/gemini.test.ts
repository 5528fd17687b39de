import { ApiError, GoogleGenAI } from "@google/genai";
import { describe, expect, it } from "vitest";
import type { Credential } from "../../src/config/index.ts";
import { callerRequest } from "../../src/transport/caller-request.ts";
import { upstreamBody } from "../../src/transport/upstream-body.ts";
import { type Behaviour, failures } from "../../src/testing/fake-provider/index.ts";
import { collected, drained, keys, messages, openDoor, type OpenDoor } from "./open-door.ts";

const model = "chat";
const asked = { model, contents: "Who are you?" };
const contents = [{ parts: [{ text: "Who are you?" }] }];

/** Google's own client takes a `fetch` among its HTTP options. */
const clientOf = ({ fetch, baseURL }: OpenDoor): GoogleGenAI =>
  new GoogleGenAI({ apiKey: "AIza-callers-own", httpOptions: { baseUrl: baseURL, fetch } });

const openGemini = (setup: Parameters<typeof openDoor>[0] = {}): Promise<OpenDoor> =>
  openDoor({ api: "gemini", credential: { provider: "gemini", model: "gemini-2.5-flash" }, ...setup });

const streamPath = "/v1beta/models/chat:streamGenerateContent";
const chunk = (part: object): string => `data: ${JSON.stringify(part)}\n\n`;
const events = (...parts: readonly object[]): Behaviour => ({
  raw: { status: 200, headers: { "content-type": "text/event-stream" }, body: parts.map(chunk).join("") },
});
const text = (value: string, finishReason?: string): object => ({
  candidates: [{ content: { parts: [{ text: value }], role: "model" }, ...(finishReason && { finishReason }) }],
});

describe("Google's own client", () => {
  it("gets its answer past a refused key and one that hangs", async () => {
    const door = await openGemini({ model: { timeout: "500ms" } });
    door.upstream.set(keys.primary, failures.gemini.invalidKey);
    door.upstream.set(keys.second, { hang: true });

    const { text, usageMetadata } = await clientOf(door).models.generateContent(asked);

    expect(text).toBe("Answered by third.");
    expect(door.upstream.requests.map(({ path }) => path)).toEqual(
      Array.from({ length: 3 }, () => "/v1/models/gemini-2.5-flash:generateContent"),
    );
    expect(door.engine.snapshot().usage["third"]).toMatchObject({
      inputTokens: usageMetadata?.promptTokenCount,
      outputTokens: usageMetadata?.candidatesTokenCount,
    });
    const sent = JSON.stringify(door.upstream.requests.map(({ headers, query }) => [headers, query]));
    expect(sent).not.toContain("callers-own");
  });

  it("gets its stream past a refused key and one that hangs", async () => {
    const door = await openGemini({ model: { first_byte_timeout: "500ms" } });
    door.upstream.set(keys.primary, failures.gemini.dailyQuota);
    door.upstream.set(keys.second, { hangAfterHeaders: true });

    const chunks = await collected(await clientOf(door).models.generateContentStream(asked));

    expect(chunks.map(({ text }) => text ?? "").join("")).toBe("Answered by third.");
    expect(door.engine.snapshot().usage["third"]).toMatchObject({
      inputTokens: chunks.at(-1)?.usageMetadata?.promptTokenCount,
      outputTokens: chunks.at(-1)?.usageMetadata?.candidatesTokenCount,
      unknownUsage: 0,
    });
  });

  it("gets its embeddings, each asked of the credential's model", async () => {
    const door = await openGemini({ model: { kind: "embedding", dimension: 8 } });
    door.upstream.set(keys.primary, failures.gemini.invalidKey);

    const { embeddings } = await clientOf(door).models.embedContent({ model, contents: ["one", "two"] });

    expect(embeddings?.map(({ values }) => values?.length)).toEqual([8, 8]);
    expect(door.upstream.requests[1]).toMatchObject({
      path: "/v1/models/gemini-2.5-flash:batchEmbedContents",
      json: { requests: [{ model: "models/gemini-2.5-flash" }, { model: "models/gemini-2.5-flash" }] },
    });
  });

  it("gets its tokens counted", async () => {
    const door = await openGemini();

    const { totalTokens } = await clientOf(door).models.countTokens(asked);

    expect(totalTokens).toBeGreaterThan(0);
  });

  it("throws its own error with the upstream's message after exactly one request", async () => {
    const door = await openGemini();
    door.upstream.set(keys.primary, failures.gemini.badRequest);

    const error = await clientOf(door)
      .models.generateContent(asked)
      .catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 400 });
    expect((error as Error).message).toContain("Invalid JSON payload received");
    expect(door.upstream.requests).toHaveLength(1);
  });

  it("throws at once when every credential failed, and asks nobody again", async () => {
    const door = await openGemini();
    for (const key of Object.values(keys)) door.upstream.set(key, failures.gemini.invalidKey);

    const error = await clientOf(door)
      .models.generateContent(asked)
      .catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ status: 503 });
    expect((error as Error).message).toContain("UNAVAILABLE");
    expect(door.upstream.requests).toHaveLength(3);
    for (const key of Object.values(keys)) expect((error as Error).message).not.toContain(key);
  });
});

describe("a stream of Gemini's", () => {
  it.each<[string, Behaviour]>([
    ["an error at its head", { errorAtHead: failures.gemini.overloaded }],
    ["an error behind an empty part", events(text(""), { error: { code: 503, status: "UNAVAILABLE", message: "no" } })],
    ["an end without output", events({ usageMetadata: { promptTokenCount: 1 } })],
    ["a reset", { reset: true }],
  ])("fails over after %s", async (_, behaviour) => {
    const { fetch, baseURL, upstream } = await openGemini({ ids: ["primary", "second"] });
    upstream.set(keys.primary, behaviour);

    const response = await fetch(`${baseURL}${streamPath}?alt=sse`, {
      method: "POST",
      body: JSON.stringify({ contents }),
    });

    expect(await response.text()).toContain('"finishReason":"STOP"');
    expect(response.headers.get("x-keyswitch-credential")).toBe("second");
  });

  it.each([
    ["ends well with a finished candidate", [text("a"), text("b", "STOP")], false],
    ["ends well where it was stopped for safety", [text("a"), { candidates: [{ finishReason: "SAFETY" }] }], false],
    ["is cut where no candidate finished", [text("a"), text("b")], true],
  ])("%s", async (_, parts, isCut) => {
    const { fetch, baseURL, upstream, settled } = await openGemini({ ids: ["primary"] });
    upstream.set(keys.primary, events(...parts));

    const response = await fetch(`${baseURL}${streamPath}?alt=sse`, {
      method: "POST",
      body: JSON.stringify({ contents }),
    });
    const { text: body, error } = await drained(response);

    expect(body).toBe(parts.map(chunk).join(""));
    expect(error !== undefined).toBe(isCut);
    expect(settled[0]?.result).toBe(isCut ? "interrupted" : "served");
  });

  it("of a refused prompt fails fast, and comes through as it is", async () => {
    const { fetch, baseURL, upstream, settled, engine } = await openGemini();
    const refusal = { promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, usageMetadata: { promptTokenCount: 7 } };
    upstream.set(keys.primary, events(refusal));

    const response = await fetch(`${baseURL}${streamPath}?alt=sse`, {
      method: "POST",
      body: JSON.stringify({ contents }),
    });

    expect(response.status).toBe(200);
    expect(await response.text()).toBe(chunk(refusal));
    expect(upstream.requests).toHaveLength(1);
    expect(settled[0]).toMatchObject({ result: "failed_fast", failures: [{ class: "content_safety" }] });
    expect(engine.active()).toBe("primary");
  });

  it("may come as a JSON array, handed on item by item", async () => {
    const { fetch, baseURL, upstream, engine } = await openGemini({ ids: ["primary", "second"] });
    upstream.set(keys.primary, { errorAtHead: failures.gemini.overloaded });

    const response = await fetch(`${baseURL}${streamPath}`, { method: "POST", body: JSON.stringify({ contents }) });
    const parts = (await response.json()) as { candidates: { content: { parts: { text: string }[] } }[] }[];

    expect(parts.map(({ candidates }) => candidates[0]?.content.parts[0]?.text).join("")).toBe("Answered by second.");
    expect(engine.snapshot().usage["second"]).toMatchObject({ served: 1, unknownUsage: 0 });
  });

  it("that comes as a JSON array is cut where that is not closed", async () => {
    const { fetch, baseURL, upstream } = await openGemini({ ids: ["primary"] });
    const body = `[${JSON.stringify(text("a"))},${JSON.stringify(text("b", "STOP"))}`;
    upstream.set(keys.primary, { raw: { status: 200, headers: { "content-type": "application/json" }, body } });

    const response = await fetch(`${baseURL}${streamPath}`, { method: "POST", body: JSON.stringify({ contents }) });
    const { text: brought, error } = await drained(response);

    expect(brought).toBe(body);
    expect(error).toBeDefined();
  });
});

describe("an answer of Gemini's in one piece", () => {
  it("that refuses the prompt fails fast, and comes through as it is", async () => {
    const { post, upstream, settled } = await openGemini();
    const body = JSON.stringify({ promptFeedback: { blockReason: "SAFETY" } });
    upstream.set(keys.primary, { raw: { status: 200, headers: { "content-type": "application/json" }, body } });

    const response = await post("/v1beta/models/chat:generateContent", { contents });

    expect(await response.text()).toBe(body);
    expect(settled[0]).toMatchObject({ result: "failed_fast", failures: [{ class: "content_safety" }] });
  });

  it("with vectors of another length goes on to the next credential", async () => {
    const { post, upstream } = await openGemini({
      ids: ["primary", "second"],
      model: { kind: "embedding", dimension: 8 },
    });
    const body = JSON.stringify({ embedding: { values: [1, 2, 3] } });
    upstream.set(keys.primary, { raw: { status: 200, headers: { "content-type": "application/json" }, body } });

    const response = await post("/v1beta/models/embed:embedContent", { content: contents[0] });

    expect(((await response.json()) as { embedding: { values: number[] } }).embedding.values).toHaveLength(8);
  });

  it("is not asked for where the request wants vectors of another length", async () => {
    const { post, upstream } = await openGemini({ model: { kind: "embedding", dimension: 8 } });

    const response = await post("/v1beta/models/embed:batchEmbedContents", {
      requests: [{ content: contents[0] }, { content: contents[0], outputDimensionality: 3 }],
    });

    expect(response.status).toBe(400);
    expect(upstream.requests).toHaveLength(0);
  });
});

describe("Gemini's endpoint that is compatible with OpenAI", () => {
  it("is asked under its own base, with the key as a bearer", async () => {
    const { openai, upstream } = await openDoor({
      base: ({ url }) => `${url}/v1beta/openai`,
      credential: { provider: "gemini", model: "gemini-2.5-flash" },
    });
    upstream.set(keys.primary, failures.gemini.rateLimit({ retryAfterS: 30 }));

    const { choices } = await openai.chat.completions.create({ model, messages });

    expect(choices[0]?.message.content).toBe("Answered by second.");
    expect(upstream.requests[1]).toMatchObject({
      path: "/v1beta/openai/chat/completions",
      headers: { authorization: `Bearer ${keys.second}` },
      json: { model: "gemini-2.5-flash" },
    });
  });
});

describe("a body for Gemini", () => {
  const bodyFor = (verb: string, body: string, credential: Partial<Credential> = {}): string | undefined =>
    upstreamBody(
      callerRequest({
        method: "POST",
        url: new URL(`https://keyswitch.invalid/v1beta/models/chat:${verb}`),
        headers: {},
        body: Buffer.from(body),
        signal: undefined,
      }),
      `/models/chat:${verb}`,
      { model: "g", extraRequestBody: {}, ...credential } as Credential,
      "gemini",
    )?.toString("utf8");

  it.each([
    ["embedContent", '{"model" : "models/chat","content":{}}', '{"model" : "models/g","content":{}}'],
    [
      "batchEmbedContents",
      '{"requests": [ {"content":{"model":"in"},"model":"models/a"}, {"model":"models/b"} ]}',
      '{"requests": [ {"content":{"model":"in"},"model":"models/g"}, {"model":"models/g"} ]}',
    ],
    [
      "countTokens",
      '{"generateContentRequest":{"model":"models/a","contents":[]}}',
      '{"generateContentRequest":{"model":"models/g","contents":[]}}',
    ],
    ["generateContent", '{"contents":[{"model":"in"}]}', '{"contents":[{"model":"in"}]}'],
    ["batchEmbedContents", '{"requests":[{"model":"a"},', '{"requests":[{"model":"a"},'],
  ])("of %s names the credential's model wherever it names one: %s", (verb, body, expected) => {
    expect(bodyFor(verb, body)).toBe(expected);
  });

  it.each([
    ['{"contents":[]}', '{"contents":[],"generationConfig":{"maxOutputTokens":9}}'],
    ['{"generationConfig":{}}', '{"generationConfig":{"maxOutputTokens":9}}'],
    ['{"generationConfig":{"maxOutputTokens":10,"topK":1}}', '{"generationConfig":{"maxOutputTokens":9,"topK":1}}'],
    ['{"generation_config":{"max_output_tokens":10}}', '{"generation_config":{"max_output_tokens":9}}'],
    ['{"generationConfig":{"maxOutputTokens":8}}', '{"generationConfig":{"maxOutputTokens":8}}'],
    ['{"generationConfig":null}', '{"generationConfig":{"maxOutputTokens":9}}'],
  ])("asks for no more tokens than max_tokens: %s", (body, expected) => {
    expect(bodyFor("generateContent", body, { maxTokens: 9 })).toBe(expected);
    expect(bodyFor("countTokens", body, { maxTokens: 9 })).toBe(body);
  });

  it("has extra_request_body over the limit and over what the caller wrote", () => {
    const credential = { maxTokens: 9, extraRequestBody: { generationConfig: { topK: 2 } } };

    expect(bodyFor("generateContent", '{"generationConfig":{"maxOutputTokens":10}}', credential)).toBe(
      '{"generationConfig":{"topK":2}}',
    );
    expect(bodyFor("generateContent", "{}", credential)).toBe('{"generationConfig":{"topK":2}}');
  });
});
