import { createOpenAI } from "@ai-sdk/openai";
import { embedMany } from "ai";
import OpenAI from "openai";
import { describe, expect, it, onTestFinished } from "vitest";
import { createGateway } from "../../src/gateway/index.ts";
import { createKeyswitch, type KeyswitchConfig } from "../../src/index.ts";
import { createLogger } from "../../src/telemetry/index.ts";
import {
  type Arrival,
  dimension,
  invalidKey,
  keyOf,
  openaiAnswer,
  type Reply,
  startProvider,
  texts,
  vectorOf,
} from "./provider.ts";

type Answer = (arrival: Arrival, index: number) => Reply;

/** A door to a model of embeddings, as an SDK is given one. */
interface Door {
  readonly baseURL: string;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly arrivals: readonly Arrival[];
}

const doors: Readonly<Record<string, (config: KeyswitchConfig) => Promise<Omit<Door, "arrivals">>>> = {
  "model.fetch": (config) => {
    const keyswitch = createKeyswitch(config);
    onTestFinished(() => keyswitch.close());
    const { baseURL, fetch } = keyswitch.model("embed");
    return Promise.resolve({ baseURL, fetch });
  },
  "the gateway": async (config) => {
    const gateway = createGateway({ ...config, gateway: { port: 0 } }, { logger: createLogger({ level: "silent" }) });
    const { url } = await gateway.listen();
    onTestFinished(() => gateway.close());
    return { baseURL: `${url}/v1`, fetch: undefined };
  },
};

async function openDoor(by: string, answer: Answer): Promise<Door> {
  const { url, arrivals } = await startProvider(answer);
  const credentials = ["a", "b"].map((id) => ({
    id,
    provider: "openai",
    api_base: `${url}/v1`,
    api_key: keyOf(id),
  }));
  const embed = { kind: "embedding", model: "m", dimension, credentials } as const;
  const door = await doors[by]?.({ models: { embed } });
  if (door === undefined) throw new Error(`there is no door ${by}`);
  return { ...door, arrivals };
}

/** What each SDK gives for texts: it asks in base64 or in numbers, all at once or in parts, as it likes. */
const sdks: Readonly<Record<string, (door: Door, values: string[]) => Promise<number[][]>>> = {
  "OpenAI's client": async ({ baseURL, fetch }, input) => {
    const openai = new OpenAI({ apiKey: "unused", baseURL, ...(fetch && { fetch }), maxRetries: 0 });
    const { data } = await openai.embeddings.create({ model: "embed", input });
    return data.map(({ embedding }) => embedding);
  },
  "OpenAI's client, asking for numbers": async ({ baseURL, fetch }, input) => {
    const openai = new OpenAI({ apiKey: "unused", baseURL, ...(fetch && { fetch }), maxRetries: 0 });
    const { data } = await openai.embeddings.create({ model: "embed", input, encoding_format: "float" });
    return data.map(({ embedding }) => embedding);
  },
  "embedMany of the ai package": async ({ baseURL, fetch }, values) => {
    const provider = createOpenAI({ apiKey: "unused", baseURL, ...(fetch && { fetch }) });
    const { embeddings } = await embedMany({ model: provider.embedding("embed"), values, maxRetries: 0 });
    return embeddings;
  },
};

const ways = Object.keys(doors).flatMap((door) => Object.keys(sdks).map((sdk) => ({ door, sdk })));
const other: Reply = {
  body: { object: "list", data: texts(3).map((_, index) => ({ index, embedding: [1, 2, 3] })), usage: {} },
};

describe.each(ways)("$sdk through $door", ({ door: by, sdk }) => {
  const ask = sdks[sdk] as (door: Door, values: string[]) => Promise<number[][]>;

  it("gets the vectors of all texts past a key that is refused", async () => {
    const door = await openDoor(by, (arrival) => (arrival.key === keyOf("a") ? invalidKey : openaiAnswer(arrival)));

    expect(await ask(door, texts(3))).toEqual(texts(3).map(vectorOf));
  });

  it("gets the next credential's vectors where a provider suddenly has another length", async () => {
    const door = await openDoor(by, (arrival, index) => {
      if (arrival.key !== keyOf("a") || index === 0) return openaiAnswer(arrival);
      return other;
    });

    expect(await ask(door, texts(3))).toEqual(texts(3).map(vectorOf));
    expect(await ask(door, texts(3))).toEqual(texts(3).map(vectorOf));
    expect(door.arrivals.map(({ key }) => key.at(-1))).toEqual(["a", "a", "b"]);
  });

  it("gets an error and no vector where every provider has another length", async () => {
    const door = await openDoor(by, () => other);

    const failure = await ask(door, texts(3)).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(Error);
    expect(failure).toMatchObject({ message: expect.stringContaining("a unknown (200), b unknown (200)") as unknown });
    expect(door.arrivals.map(({ key }) => key.at(-1))).toEqual(["a", "b"]);
  });
});
