import { AzureOpenAI } from "openai";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { parseModelConfig } from "../../src/config/index.ts";
import { failures } from "../../src/testing/fake-provider/index.ts";
import { collected, keys, messages, type OpenDoor, openDoor } from "./open-door.ts";

const apiVersion = "2025-01-01-preview";

/** A model of two resources of Azure. */
const openAzure = (): Promise<OpenDoor> =>
  openDoor({
    ids: ["primary", "second"],
    base: ({ url }) => url,
    credential: { provider: "azure", api_version: apiVersion, model: "my-deployment" },
  });

const azureClient = ({ fetch }: OpenDoor): AzureOpenAI =>
  new AzureOpenAI({
    apiKey: "unused",
    endpoint: "https://elsewhere.openai.azure.com",
    apiVersion: "2024-02-01",
    deployment: "callers-own",
    fetch,
  });

describe("a credential of Azure", () => {
  it("is asked by deployment and version, with its key in its header and no trace of the caller's", async () => {
    const { openai, upstream } = await openAzure();

    const { choices } = await openai.chat.completions.create({ model: "chat", messages });

    expect(choices[0]?.message.content).toBe("Answered by primary.");
    const [request] = upstream.requests;
    expect(request).toMatchObject({
      path: "/openai/deployments/my-deployment/chat/completions",
      query: { "api-version": apiVersion },
      json: { model: "my-deployment" },
    });
    expect(request?.headers["api-key"]).toBe(keys.primary);
    expect(request?.headers).not.toHaveProperty("authorization");
  });

  it("streams behind the event that tells of its filters, and fails over at the head", async () => {
    const { openai, upstream } = await openAzure();
    upstream.set(keys.primary, { errorAtHead: failures.azure.serverError });

    const chunks = await collected(await openai.chat.completions.create({ model: "chat", messages, stream: true }));

    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe("Answered by second.");
  });

  it("serves Azure's own client, whatever deployment and version that was set up with", async () => {
    const door = await openAzure();
    door.upstream.set(keys.primary, failures.azure.accessDenied);
    const client = azureClient(door);

    const { choices } = await client.chat.completions.create({ model: "chat", messages });
    const { data } = await client.embeddings.create({ model: "chat", input: "one" });
    const response = await client.responses.create({ model: "chat", input: "Who are you?" });
    const { text } = await client.audio.transcriptions.create({ model: "chat", file: new File(["x"], "a.wav") });

    expect(choices[0]?.message.content).toBe("Answered by second.");
    expect(data).toHaveLength(1);
    expect(response.output_text).toBe("Answered by second.");
    expect(text).toBe("Answered by second.");
    const asked = door.upstream.requests.filter(({ key }) => key === keys.second);
    expect(asked.map(({ path }) => path)).toEqual([
      "/openai/deployments/my-deployment/chat/completions",
      "/openai/deployments/my-deployment/embeddings",
      "/openai/responses",
      "/openai/deployments/my-deployment/audio/transcriptions",
    ]);
    expect(asked.map(({ query }) => query)).toEqual(asked.map(() => ({ "api-version": apiVersion })));
    expect(JSON.stringify(asked)).not.toContain("callers-own");
  });

  it("fails fast for a prompt that its filter refuses, with Azure's own answer", async () => {
    const door = await openAzure();
    door.upstream.set(keys.primary, failures.azure.contentFilter);

    const error = await azureClient(door)
      .chat.completions.create({ model: "chat", messages })
      .catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ status: 400, code: "content_filter" });
    expect(door.upstream.requests).toHaveLength(1);
  });

  it("goes on to the next where the deployment does not exist", async () => {
    const door = await openAzure();
    door.upstream.set(keys.primary, failures.azure.deploymentNotFound);

    const { choices } = await azureClient(door).chat.completions.create({ model: "chat", messages });

    expect(choices[0]?.message.content).toBe("Answered by second.");
  });
});

describe("the configuration of a credential of Azure", () => {
  const configured = (credential: object): (() => unknown) => {
    const credentials = [{ provider: "azure", api_key: keys.primary, model: "d", ...credential }];
    return () => parseModelConfig({ api: "openai", credentials });
  };

  it("asks for a base", () => {
    expect(configured({ api_version: apiVersion })).toThrow(/credentials\[0\]\.api_base/);
  });

  it("asks for a version, by its path", () => {
    const parse = configured({ api_base: "https://east.openai.azure.com" });

    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(/credentials\[0\]\.api_version/);
  });

  it.each(["https://east.openai.azure.com/openai/v1/", "https://east.services.ai.azure.com/openai/v1"])(
    "asks for none at the base of the versionless API: %s",
    (api_base) => {
      expect(configured({ api_base })).not.toThrow();
    },
  );
});
