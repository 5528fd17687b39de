import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { onTestFinished } from "vitest";
import { type ModelConfigInput, parseModelConfig, runtimeModel } from "../../src/config/index.ts";
import { createModelEngine, type ModelEngine } from "../../src/engine/model-engine.ts";
import type { ModelEvents } from "../../src/engine/model-events.ts";
import type { Credential } from "../../src/config/index.ts";
import {
  createFakeProvider,
  type FakeProvider,
  type FakeProviderOptions,
} from "../../src/testing/fake-provider/index.ts";
import { baseURLOf, classifyUpstream, createModelFetch, type ModelFetch } from "../../src/transport/index.ts";

/** Keys of the three credentials, long enough to be looked for in whatever comes out. */
export const keys = {
  primary: "sk-planted-primary-0001",
  second: "sk-planted-second-0002",
  third: "sk-planted-third-0003",
} as const;

export type Id = keyof typeof keys;

/** A model on a scripted upstream, entered by HTTP. */
export interface OpenDoor {
  readonly upstream: FakeProvider;
  readonly engine: ModelEngine<Credential>;
  readonly fetch: ModelFetch;
  readonly baseURL: string;
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
  readonly settled: readonly ModelEvents["settled"][];
  readonly post: (path: string, body: unknown, init?: RequestInit) => Promise<Response>;
}

interface Setup {
  readonly ids?: readonly Id[];
  readonly api?: "openai" | "anthropic" | "gemini";
  /** Over the model's configuration. */
  readonly model?: Partial<ModelConfigInput>;
  /** Where the credentials' paths begin. @default as the dialect's own SDK has it */
  readonly base?: (upstream: FakeProvider) => string;
  /** Over each credential's. */
  readonly credential?: Partial<ModelConfigInput["credentials"][number] & object>;
  readonly provider?: FakeProviderOptions;
}

/** Opens one for the test that runs. Retries are off and limits are short unless the test says otherwise. */
export async function openDoor(setup: Setup = {}): Promise<OpenDoor> {
  const { ids = ["primary", "second", "third"], api = "openai" } = setup;
  const { base = ({ url, baseURL }) => (api === "openai" ? baseURL : url) } = setup;
  const labels = Object.fromEntries(ids.map((id) => [keys[id], id]));
  const upstream = await createFakeProvider({ labels, ...setup.provider });
  const model = runtimeModel(
    "chat",
    parseModelConfig({
      api,
      model: "upstream-model",
      retry: { max_retries: 0 },
      timeout: "5s",
      first_byte_timeout: "5s",
      idle_timeout: "5s",
      ...setup.model,
      credentials: ids.map((id) => ({
        id,
        provider: "custom",
        api_base: base(upstream),
        api_key: keys[id],
        ...setup.credential,
      })),
    }),
  );
  const engine = createModelEngine(model, { classify: classifyUpstream });
  const door = createModelFetch(engine, model);
  const settled: ModelEvents["settled"][] = [];
  engine.listeners.on("settled", (event) => settled.push(event));
  onTestFinished(async () => {
    await upstream.close();
    await door.close();
  });
  const baseURL = baseURLOf(model);
  return {
    upstream,
    engine,
    fetch: door.fetch,
    baseURL,
    // With their own retries on: nothing that comes out of the door may set them off.
    openai: new OpenAI({ apiKey: "unused", baseURL, fetch: door.fetch }),
    anthropic: new Anthropic({ apiKey: "unused", baseURL, fetch: door.fetch }),
    settled,
    post: (path, body, init) =>
      door.fetch(`${baseURL}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        ...init,
      }),
  };
}

export const messages = [{ role: "user" as const, content: "Who are you?" }];

/** Everything of an async iterable. */
export async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** What a body brought before its end, and the error that it ended in. */
export async function drained(response: Response): Promise<{ text: string; error: unknown }> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const bytes of response.body ?? []) text += decoder.decode(bytes, { stream: true });
  } catch (error) {
    return { text, error };
  }
  return { text, error: undefined };
}

/** Waits for what another turn of the event loop brings. */
export async function until(condition: () => boolean): Promise<void> {
  const givenUpAt = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > givenUpAt) throw new Error(`It never came true: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
