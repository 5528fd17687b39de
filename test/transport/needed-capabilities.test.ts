import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { generateText } from "ai";
import { createOpenAI } from "@ai-sdk/openai";
import OpenAI, { BadRequestError } from "openai";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Capability, ModelConfigInput } from "../../src/config/index.ts";
import { createGateway } from "../../src/gateway/index.ts";
import { createModel, type Model } from "../../src/index.ts";
import { createLogger } from "../../src/telemetry/index.ts";
import { createFakeProvider, failures } from "../../src/testing/fake-provider/index.ts";
import { callerRequest } from "../../src/transport/caller-request.ts";
import { neededCapabilities } from "../../src/transport/needed-capabilities.ts";
import { keys, messages } from "./open-door.ts";

const picture = "data:image/png;base64,iVBORw0KGgo=";
const base64 = "iVBORw0KGgo=";

type Api = "openai" | "anthropic" | "gemini";

/** A model whose first credential can do little, its second what is asked for here, and of whose third nothing is said. */
async function openModel(api: Api = "openai", ids: readonly (keyof typeof keys)[] = ["primary", "second", "third"]) {
  const upstream = await createFakeProvider({ labels: Object.fromEntries(ids.map((id) => [keys[id], id])) });
  const abilities = { primary: ["tools"], second: ["vision", "audio", "video"], third: undefined } as const;
  const config: ModelConfigInput = {
    api,
    model: "upstream-model",
    credentials: ids.map((id) => ({
      id,
      provider: api === "gemini" ? "gemini" : "custom",
      api_base: api === "openai" ? upstream.baseURL : upstream.url,
      api_key: keys[id],
      capabilities: abilities[id],
    })),
  };
  const model = createModel(config, "chat");
  onTestFinished(async () => {
    await upstream.close();
    await model.close();
  });
  return { upstream, config, model };
}

/** OpenAI's client on a model's own `fetch`, or on a gateway in front of it. */
async function clientOf({ model, config }: Awaited<ReturnType<typeof openModel>>, by: string): Promise<OpenAI> {
  if (by === "fetch") return openai(model);
  const logger = createLogger({ level: "silent" });
  const gateway = createGateway({ models: { chat: config }, gateway: { port: 0 } }, { logger });
  const { url } = await gateway.listen();
  onTestFinished(() => gateway.close());
  return new OpenAI({ apiKey: "unused", baseURL: `${url}/v1` });
}

/** Asks by each SDK for what a text-only credential cannot do; the door is of that SDK's dialect. */
const asks: readonly {
  readonly name: string;
  readonly api: Api;
  readonly ask: (door: Pick<Model, "fetch" | "baseURL">) => Promise<unknown>;
}[] = [
  {
    name: "an image of OpenAI's chat",
    api: "openai",
    ask: (door) =>
      openai(door).chat.completions.create({
        model: "chat",
        messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: picture } }] }],
      }),
  },
  {
    name: "audio of OpenAI's chat",
    api: "openai",
    ask: (door) =>
      openai(door).chat.completions.create({
        model: "chat",
        messages: [{ role: "user", content: [{ type: "input_audio", input_audio: { data: base64, format: "wav" } }] }],
      }),
  },
  {
    name: "an image as a file of OpenAI's chat",
    api: "openai",
    ask: (door) =>
      openai(door).chat.completions.create({
        model: "chat",
        messages: [{ role: "user", content: [{ type: "file", file: { filename: "a.png", file_data: picture } }] }],
      }),
  },
  {
    name: "an image of OpenAI's responses",
    api: "openai",
    ask: (door) =>
      openai(door).responses.create({
        model: "chat",
        input: [{ role: "user", content: [{ type: "input_image", image_url: picture, detail: "auto" }] }],
      }),
  },
  {
    name: "an image of the AI SDK",
    api: "openai",
    ask: ({ fetch, baseURL }) =>
      generateText({
        model: createOpenAI({ apiKey: "unused", baseURL, fetch }).chat("chat"),
        messages: [{ role: "user", content: [{ type: "file", data: picture, mediaType: "image/png" }] }],
        maxRetries: 0,
      }),
  },
  {
    name: "an image of Anthropic's messages",
    api: "anthropic",
    ask: ({ fetch, baseURL }) =>
      new Anthropic({ apiKey: "unused", baseURL, fetch, maxRetries: 0 }).messages.create({
        model: "chat",
        max_tokens: 10,
        messages: [
          {
            role: "user",
            content: [{ type: "image", source: { type: "base64", media_type: "image/png", data: base64 } }],
          },
        ],
      }),
  },
  {
    name: "a video of Gemini's",
    api: "gemini",
    ask: ({ fetch, baseURL }) =>
      new GoogleGenAI({ apiKey: "unused", httpOptions: { baseUrl: baseURL, fetch } }).models.generateContent({
        model: "chat",
        contents: [{ role: "user", parts: [{ inlineData: { mimeType: "video/mp4", data: base64 } }] }],
      }),
  },
];

const openai = ({ fetch, baseURL }: Pick<Model, "fetch" | "baseURL">): OpenAI =>
  new OpenAI({ apiKey: "unused", baseURL, fetch, maxRetries: 0 });

const picturePart = [{ type: "image_url" as const, image_url: { url: picture } }];
const shown = { model: "chat", messages: [{ role: "user" as const, content: picturePart }] };

describe("a request that not every credential can serve (S27)", () => {
  it.each(asks)("goes to the first that can: $name", async ({ api, ask }) => {
    const { upstream, model } = await openModel(api);

    await ask(model);

    expect(upstream.requests.map(({ key }) => key)).toEqual([keys.second]);
    expect(model.active()).toBe("primary");
  });

  it.each(["fetch", "gateway"])("fails over among those that can, by %s, and moves no machine", async (by) => {
    const opened = await openModel();
    const client = await clientOf(opened, by);
    opened.upstream.set(keys.second, failures.openai.invalidKey);

    const { response } = await client.chat.completions.create(shown).withResponse();

    expect(response.headers.get("x-keyswitch-credential")).toBe("third");
    expect(opened.upstream.requests.map(({ key }) => key)).toEqual([keys.second, keys.third]);
    expect(opened.model.active()).toBe("primary");
  });

  it.each(["fetch", "gateway"])("is refused at once, by %s, in words, where none can", async (by) => {
    const opened = await openModel("openai", ["primary"]);
    const client = await clientOf(opened, by);

    const failure = client.chat.completions.create(shown);

    await expect(failure).rejects.toBeInstanceOf(BadRequestError);
    await expect(failure).rejects.toMatchObject({
      code: "no_capable_credential",
      message: expect.stringContaining(
        'No credential of model "chat" can do vision, which the request needs',
      ) as unknown,
      error: { capabilities: ["vision"] },
    });
    expect(opened.upstream.requests).toEqual([]);
  });

  it("is not told apart where no credential says what it can do", async () => {
    const { upstream, model } = await openModel("openai", ["third"]);

    await openai(model).chat.completions.create(shown);

    expect(upstream.requests.map(({ key }) => key)).toEqual([keys.third]);
  });

  it("is refused in words to a function, too, that says what it needs", async () => {
    const { model } = await openModel("openai", ["primary"]);

    const failure = model.call(() => "never", { capabilities: ["vision"] });

    await expect(failure).rejects.toThrow('No credential of model "chat" that is enabled can do vision');
    await expect(failure).rejects.toMatchObject({ code: "KS_ERR_NO_CREDENTIAL", capabilities: ["vision"] });
  });
});

describe("what a request needs", () => {
  const needs = (body: unknown): readonly Capability[] => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const request = callerRequest({
      method: "POST",
      url: new URL("https://keyswitch.invalid/v1/chat/completions"),
      headers: {},
      body: Buffer.from(text),
      signal: undefined,
    });
    return neededCapabilities({ credentials: [{ capabilities: [] }] as never }, request);
  };
  const parts = (...content: object[]): object => ({ messages: [{ role: "user", content }] });

  it.each([
    ["plain text", { messages }, []],
    ["tools", { messages, tools: [{ type: "function", function: { name: "f" } }] }, ["tools"]],
    ["functions of old", { messages, functions: [{ name: "f" }] }, ["tools"]],
    ["no tools", { messages, tools: [] }, []],
    ["a document", parts({ type: "file", file: { file_data: "data:application/pdf;base64,JVBERi0=" } }), []],
    ["a video's address", parts({ type: "video_url", video_url: { url: "https://videos.example/1" } }), ["video"]],
    [
      "an image within a tool's result",
      parts({ type: "tool_result", content: [{ type: "image", source: { type: "url", url: picture } }] }),
      ["vision"],
    ],
    ["Gemini's other spelling", { contents: [{ parts: [{ inline_data: { mime_type: "audio/mp3" } }] }] }, ["audio"]],
    [
      "several things",
      parts({ type: "image_url" }, { type: "input_audio" }, { type: "image_url" }),
      ["vision", "audio"],
    ],
    ["white space", '{"messages": [{"content": [{"type" :\n  "image_url"}]}]}', ["vision"]],
    ["a text that speaks of an image", parts({ type: "text", text: '{"type":"image_url"}' }), []],
    ["a text that is called like one", parts({ type: "text", text: "image_url" }), []],
    ["a tool's schema", { messages, metadata: { type: "object", image: "none" } }, []],
    ["no JSON", "plain", []],
  ] as const)("of %s is told by its parts", (_, body, needed) => {
    expect(needs(body)).toEqual(needed);
  });
});
