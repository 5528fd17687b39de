import { textOf } from "../input.ts";
import type { EmbeddingDialect } from "./dialect.ts";

/** https://platform.minimaxi.com/document/guides/embeddings */
export const minimaxDialect: EmbeddingDialect = {
  request: ({ model, inputs, purpose }) => ({ model, texts: inputs.map(textOf), ...purpose }),
  read: ({ vectors, total_tokens: inputTokens }) =>
    Array.isArray(vectors)
      ? {
          vectors: vectors.map((dense: unknown) => ({ dense })),
          usage: typeof inputTokens === "number" ? { inputTokens } : undefined,
        }
      : undefined,
};
