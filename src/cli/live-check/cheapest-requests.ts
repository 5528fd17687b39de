import type { RuntimeModel } from "../../config/index.ts";

/** A request as a caller of the model's dialect would make it; the door puts in the upstream's own name of the model. */
export interface PlainRequest {
  readonly path: string;
  /** Left out: it asks for a list, and has none. */
  readonly body?: Readonly<Record<string, unknown>>;
}

type AskedModel = Pick<RuntimeModel, "id" | "kind" | "api"> & { readonly dimension?: number | undefined };

const messages = [{ role: "user", content: "Hi" }];

/**
 * The cheapest requests that tell whether a credential serves, paths as behind the dialect's base URL. A further one is
 * for upstreams that refuse the one before it as a request. Empty: the model cannot be asked over HTTP.
 *
 * Pictures and sounds cost cents, not fractions of one: there the list of models is asked for, which proves the key alone.
 */
export function cheapestRequests(model: AskedModel): readonly PlainRequest[] {
  if (model.api === "any") return [];
  if (model.kind === "image" || model.kind === "audio") return [{ path: listPaths[model.api] }];
  return requestsOf[model.api](model);
}

const listPaths = { openai: "/models", anthropic: "/v1/models", gemini: "/v1beta/models" } as const;

const requestsOf = {
  openai: openaiRequests,
  anthropic: ({ id }: AskedModel) => [{ path: "/v1/messages", body: { model: id, max_tokens: 1, messages } }],
  gemini: geminiRequests,
} as const;

function openaiRequests({ id, kind, dimension }: AskedModel): readonly PlainRequest[] {
  if (kind === "rerank") return [{ path: "/rerank", body: { model: id, query: "Hi", documents: ["Hi"] } }];
  if (kind === "embedding") {
    const body = { model: id, input: "Hi" };
    // Vectors that the configuration has shortened are as long as it says only if they are asked for so.
    return [body, { ...body, dimensions: dimension }].map((each) => ({ path: "/embeddings", body: each }));
  }
  // Models that think refuse `max_tokens`, and to end before they have begun.
  return [{ max_tokens: 1 }, { max_completion_tokens: 16 }].map((limit) => ({
    path: "/chat/completions",
    body: { model: id, messages, ...limit },
  }));
}

function geminiRequests({ id, kind }: AskedModel): readonly PlainRequest[] {
  const content = { parts: [{ text: "Hi" }] };
  const path = `/v1beta/models/${encodeURIComponent(id)}`;
  if (kind === "embedding") return [{ path: `${path}:embedContent`, body: { content } }];
  const generationConfig = { maxOutputTokens: 1 };
  return [{ path: `${path}:generateContent`, body: { contents: [{ role: "user", ...content }], generationConfig } }];
}
