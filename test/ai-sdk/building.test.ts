import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { generateText, streamText } from "ai";
import { describe, expect, it, onTestFinished } from "vitest";
import { failoverEmbeddingModel, failoverLanguageModel } from "../../src/ai-sdk/index.ts";
import { type Model, UsageError } from "../../src/index.ts";
import { chatOf, collected, keys, openModel, thrownBy, vectorsOf } from "./open-models.ts";

const prompt = "Who are you?";

describe("what a credential is used with", () => {
  it("is made once, when the credential is first used", async () => {
    const { model } = await openModel();
    const made: string[] = [];
    const chat = failoverLanguageModel(model, (credential) => {
      made.push(credential.id);
      return chatOf(credential);
    });

    await generateText({ model: chat, prompt });
    await collected(streamText({ model: chat, prompt }).textStream);
    await generateText({ model: chat, prompt });

    expect(made.filter((id) => id === "primary")).toEqual(["primary"]);
  });

  it("is made anew when its key has changed", async () => {
    const directory = await mkdtemp(join(tmpdir(), "keyswitch-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const file = join(directory, "key");
    await writeFile(file, "sk-planted-before-0001");
    const { model, upstream } = await openModel({ credential: { primary: { api_key: { file } } } });
    const chat = failoverLanguageModel(model, chatOf);

    await generateText({ model: chat, prompt });
    await writeFile(file, "sk-planted-after-0001");
    await utimes(file, 1, 1);
    const usesNewKey = async (): Promise<string | undefined> => {
      await generateText({ model: chat, prompt });
      return upstream.requests.at(-1)?.key;
    };

    expect(upstream.requests.map(({ key }) => key)).toEqual(["sk-planted-before-0001"]);
    await expect.poll(usesNewKey, { timeout: 5_000, interval: 200 }).toBe("sk-planted-after-0001");
  });

  it.each([
    ["gpt-4o-mini", "found string"],
    [undefined, "found undefined"],
    [{ specificationVersion: "v3" }, "found a model of specification v3"],
  ])("is refused if it is %j, and no credential is blamed", async (made, found) => {
    const { model, upstream } = await openModel();
    const chat = failoverLanguageModel(model, () => made as unknown as LanguageModelV4);

    const error = await thrownBy(generateText({ model: chat, prompt }));

    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain(`failoverLanguageModel: ${found}, wanted a model of specification v4`);
    expect(upstream.requests).toEqual([]);
    expect(model.snapshot()).toMatchObject({ active: "primary", cooldowns: {} });
  });
});

describe("a model", () => {
  it("is refused where it is of another kind, or none", async () => {
    const { model: chat } = await openModel();
    const { model: vectors } = await openModel({ config: { kind: "embedding", dimension: 8 } });

    expect(() => failoverLanguageModel(vectors, chatOf)).toThrow(
      "found a model of kind embedding, wanted one of kind chat",
    );
    expect(() => failoverEmbeddingModel(chat, vectorsOf)).toThrow("found a model of kind chat");
    expect(() => failoverLanguageModel({} as Model, chatOf)).toThrow(UsageError);
  });

  it("has the SDK load every address that one of its credentials would not", async () => {
    const { model } = await openModel();
    const pattern = (source: string): RegExp[] => [new RegExp(source)];
    const chat = failoverLanguageModel(model, (credential) =>
      Object.assign(Object.create(chatOf(credential)) as LanguageModelV4, {
        supportedUrls:
          credential.id === "primary"
            ? { "image/*": pattern("^https:"), "audio/*": pattern("^https:"), "application/pdf": pattern("^a:") }
            : Promise.resolve({ "image/*": pattern("^https:"), "application/pdf": pattern("^b:") }),
      }),
    );

    expect(await chat.supportedUrls).toEqual({ "image/*": [/^https:/] });
  });

  it("has the SDK load every address while one of its credentials cannot be made", async () => {
    const { model } = await openModel();
    const chat = failoverLanguageModel(model, (credential) => {
      if (credential.id === "second") throw new Error("its key is not there yet");
      return chatOf(credential);
    });

    expect(await chat.supportedUrls).toEqual({});
    expect((await generateText({ model: chat, prompt })).text).toBe("Answered by primary.");
  });
});

it("no key stands in a result, a stream or what the model tells", async () => {
  const { model, upstream } = await openModel();
  const chat = failoverLanguageModel(model, chatOf);
  const told: unknown[] = [];
  for (const name of ["attempt", "settled", "failover"] as const) model.on(name, (event) => told.push(event));
  upstream.script(keys.primary, {
    status: 401,
    body: { error: { message: `Incorrect API key provided: ${keys.primary}` } },
  });

  const { text, providerMetadata } = await generateText({ model: chat, prompt });
  const parts = await collected(streamText({ model: chat, prompt }).stream);

  expect(JSON.stringify([text, providerMetadata, parts, told, model.snapshot(), chat])).not.toContain("sk-planted");
});
