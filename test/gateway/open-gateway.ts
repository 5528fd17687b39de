import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { onTestFinished } from "vitest";
import type { GatewayConfigInput, ModelConfigInput } from "../../src/config/index.ts";
import { createGateway } from "../../src/gateway/index.ts";
import { createLogger } from "../../src/telemetry/index.ts";
import {
  createFakeProvider,
  type FakeProvider,
  type FakeProviderOptions,
} from "../../src/testing/fake-provider/index.ts";

/** Keys of the three credentials, long enough to be looked for in whatever comes out. */
export const keys = {
  primary: "sk-planted-primary-0001",
  second: "sk-planted-second-0002",
  third: "sk-planted-third-0003",
} as const;

export type Id = keyof typeof keys;

/** A gateway in front of a scripted upstream. */
export interface OpenGateway {
  readonly upstream: FakeProvider;
  readonly url: string;
  readonly port: number;
  /** Everything that it logged, as text. */
  readonly log: () => string;
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
  /** Sends JSON to a path. */
  readonly post: (path: string, body: unknown, init?: RequestInit) => Promise<Response>;
  readonly close: () => Promise<void>;
}

type Api = "openai" | "anthropic" | "gemini";

interface Setup {
  readonly ids?: readonly Id[];
  readonly api?: Api;
  /** Over the configuration of the model `chat`. */
  readonly model?: Partial<ModelConfigInput>;
  /** Over each credential's. */
  readonly credential?: Partial<ModelConfigInput["credentials"][number] & object>;
  /** Where single credentials go instead, by id. */
  readonly apiBases?: Partial<Readonly<Record<Id, string>>>;
  /** Further models, with the same credentials. */
  readonly models?: Readonly<Record<string, Partial<ModelConfigInput>>>;
  readonly gateway?: GatewayConfigInput;
  readonly provider?: FakeProviderOptions;
  /** What the clients show. @default "unused" */
  readonly clientKey?: string;
}

/** Opens one for the test that runs. Retries are off and limits are short unless the test says otherwise. */
export async function openGateway(setup: Setup = {}): Promise<OpenGateway> {
  const { ids = ["primary", "second", "third"], clientKey = "unused" } = setup;
  const labels = Object.fromEntries(ids.map((id) => [keys[id], id]));
  const upstream = await createFakeProvider({ labels, ...setup.provider });
  const modelOf = ({ api = setup.api ?? "openai", ...rest }: Partial<ModelConfigInput>): ModelConfigInput => ({
    api,
    model: "upstream-model",
    retry: { max_retries: 0 },
    timeout: "5s",
    first_byte_timeout: "5s",
    idle_timeout: "5s",
    ...rest,
    credentials: ids.map((id) => ({
      id,
      provider: api === "gemini" ? "gemini" : "custom",
      api_base: api === "openai" ? upstream.baseURL : upstream.url,
      api_key: keys[id],
      ...setup.credential,
      ...(setup.apiBases?.[id] !== undefined && { api_base: setup.apiBases[id] }),
    })),
  });
  const lines: string[] = [];
  const gateway = createGateway(
    {
      models: {
        chat: modelOf(setup.model ?? {}),
        ...Object.fromEntries(Object.entries(setup.models ?? {}).map(([id, model]) => [id, modelOf(model)])),
      },
      gateway: { port: 0, ...setup.gateway },
    },
    { logger: createLogger({ level: "trace", destination: { write: (line) => void lines.push(line) } }) },
  );
  const { url, port } = await gateway.listen();
  onTestFinished(async () => {
    await upstream.close();
    await gateway.close();
  });
  return {
    upstream,
    url,
    port,
    log: () => lines.join(""),
    // With their own retries on: nothing that the gateway answers may set them off.
    openai: new OpenAI({ apiKey: clientKey, baseURL: `${url}/v1` }),
    anthropic: new Anthropic({ apiKey: clientKey, baseURL: url }),
    post: (path, body, init) =>
      fetch(`${url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        ...init,
      }),
    close: () => gateway.close(),
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
  const givenUpAt = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > givenUpAt) throw new Error(`It never came true: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
