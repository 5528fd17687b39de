import { geminiTaskPrefixes, laterGeminiEmbedding } from "../../providers/gemini/embedding.ts";
import { tokensIn } from "../../transport/token-usage.ts";
import { addressIn, textOf, type WireInput, type WirePart } from "../input.ts";
import { type EmbeddingAsk, type EmbeddingDialect, memberOf } from "./dialect.ts";

/** https://ai.google.dev/api/embeddings#method:-models.batchembedcontents */
export const geminiDialect: EmbeddingDialect = {
  request: (ask) => ({ requests: ask.inputs.map((input) => requestOf(input, ask)) }),
  read: ({ embeddings, usageMetadata }) =>
    Array.isArray(embeddings)
      ? { vectors: embeddings.map((item) => ({ dense: memberOf(item, "values") })), usage: tokensIn(usageMetadata) }
      : undefined,
};

function requestOf(input: WireInput, { model, dimension, purpose }: EmbeddingAsk): object {
  const { taskType: word, ...others } = purpose;
  // a word of an enumeration; configurations that are shared with other providers have it in lower case
  const taskType = typeof word === "string" ? word.toUpperCase() : undefined;
  const prefix = laterGeminiEmbedding.test(model) ? geminiTaskPrefixes[taskType ?? ""] : undefined;
  return {
    model: `models/${model}`,
    content: { parts: prefix === undefined ? input.map(partOf) : prefixed(prefix, input) },
    ...dimension,
    ...others,
    ...(prefix === undefined && taskType !== undefined && { taskType }),
  };
}

/** The later models are told the task in their text; with an image or a video they are told none. */
function prefixed(prefix: string, input: WireInput): readonly object[] {
  return input.every((part) => "text" in part) ? [{ text: prefix + textOf(input) }] : input.map(partOf);
}

function partOf(part: WirePart): object {
  if ("text" in part) return { text: part.text };
  const [, mimeType = "", data = ""] = /^data:([^;,]*)[^,]*,(.*)$/s.exec(addressIn(part) ?? "") ?? [];
  return { inlineData: { mimeType, data } };
}
