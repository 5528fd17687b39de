import { createOpenAI } from "@ai-sdk/openai";
import type { EmbeddingModelV4, LanguageModelV4 } from "@ai-sdk/provider";
import { onTestFinished } from "vitest";
import { failoverEmbeddingModel, failoverLanguageModel } from "../../src/ai-sdk/index.ts";
import { createModel, type Credential, type Model, type ModelConfigInput } from "../../src/index.ts";
import {
  createFakeProvider,
  type FakeProvider,
  type FakeProviderOptions,
} from "../../src/testing/fake-provider/index.ts";

/** Keys of the credentials, long enough to be looked for in whatever comes out. */
export const keys = {
  primary: "sk-planted-primary-0001",
  second: "sk-planted-second-0002",
  third: "sk-planted-third-0003",
} as const;

export type Id = keyof typeof keys;

interface Setup {
  readonly ids?: readonly Id[];
  /** Over the model's configuration. */
  readonly config?: Partial<ModelConfigInput>;
  /** Over each credential's, by id. */
  readonly credential?: Partial<Record<Id, object>>;
  readonly provider?: FakeProviderOptions;
}

interface Upstream {
  readonly upstream: FakeProvider;
  readonly model: Model;
}

/** A model on a scripted upstream for the test that runs. Retries are off unless the test says otherwise. */
export async function openModel({ ids = ["primary", "second"], ...setup }: Setup = {}): Promise<Upstream> {
  const labels = Object.fromEntries(ids.map((id) => [keys[id], id]));
  const upstream = await createFakeProvider({ labels, ...setup.provider });
  const model = createModel(
    {
      model: "upstream-model",
      retry: { max_retries: 0 },
      ...setup.config,
      credentials: ids.map((id) => ({
        id,
        provider: "custom",
        api_base: upstream.baseURL,
        api_key: keys[id],
        ...setup.credential?.[id],
      })),
    },
    "chat",
  );
  onTestFinished(async () => {
    await upstream.close();
    await model.close();
  });
  return { upstream, model };
}

/** OpenAI's provider for one credential, as a user writes it. */
export const chatOf = ({ apiKey, apiBase, model }: Credential): LanguageModelV4 =>
  createOpenAI({ apiKey: apiKey.reveal(), baseURL: apiBase ?? "" }).chat(model);

export const vectorsOf = ({ apiKey, apiBase, model }: Credential): EmbeddingModelV4 =>
  createOpenAI({ apiKey: apiKey.reveal(), baseURL: apiBase ?? "" }).embedding(model);

/** A language model on top of it. */
export async function openChat(setup: Setup = {}): Promise<Upstream & { readonly chat: LanguageModelV4 }> {
  const opened = await openModel(setup);
  return { ...opened, chat: failoverLanguageModel(opened.model, chatOf) };
}

/** An embedding model on top of one whose vectors have 8 numbers. */
export async function openVectors(setup: Setup = {}): Promise<Upstream & { readonly vectors: EmbeddingModelV4 }> {
  const opened = await openModel({ ...setup, config: { kind: "embedding", dimension: 8, ...setup.config } });
  return { ...opened, vectors: failoverEmbeddingModel(opened.model, vectorsOf) };
}

/** What a promise rejects with. */
export async function thrownBy(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it was expected to throw");
}

/** Everything of an async iterable. */
export async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
