import type { WirePart } from "../input.ts";
import { type EmbeddingDialect, memberOf } from "./dialect.ts";

/** https://ai.google.dev/api/embeddings#method:-models.batchembedcontents */
export const geminiDialect: EmbeddingDialect = {
  request: ({ model, inputs, dimension, purpose }) => ({
    requests: inputs.map((input) => ({
      model: `models/${model}`,
      content: { parts: input.map(partOf) },
      ...dimension,
      ...inCapitals(purpose),
    })),
  }),
  read: ({ embeddings }) =>
    Array.isArray(embeddings)
      ? { vectors: embeddings.map((item) => ({ dense: memberOf(item, "values") })), usage: undefined }
      : undefined,
};

function partOf(part: WirePart): object {
  if ("text" in part) return { text: part.text };
  const [, mimeType = "", data = ""] = /^data:([^;,]*)[^,]*,(.*)$/s.exec(part.image) ?? [];
  return { inlineData: { mimeType, data } };
}

/** Its task types are words of an enumeration; configurations that are shared with other providers have them in lower case. */
function inCapitals(purpose: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(purpose).map(([name, word]) => [name, String(word).toUpperCase()]));
}
