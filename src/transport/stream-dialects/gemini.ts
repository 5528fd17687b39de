import { isErrorBody, parsedJson } from "../error-body.ts";
import { tokensIn } from "../token-usage.ts";
import { closing, type EventMeaning, failed, output, silent, type StreamDialect } from "./dialect.ts";

/** What makes a chunk worth parsing once output has begun. Inside strings the quotes are escaped and do not match. */
const noteworthy = /"(?:error|finishReason|usageMetadata|promptFeedback)"/;

/**
 * Gemini's answers in pieces, as events (`alt=sse`) or as the items of one JSON array.
 *
 * There is no event that ends them: one with a `finishReason` may be the last. A prompt that is refused is told in place of
 * candidates, and no other key would answer it. @see https://ai.google.dev/api/generate-content
 */
export const geminiContent: StreamDialect = {
  read: ({ name, data }) => {
    if (name === "error") return failed;
    const chunk = parsedJson(data);
    if (isErrorBody(chunk)) return failed;
    return isObject(chunk) ? chunkMeaning(chunk) : silent;
  },
  isPlainOutput: ({ name, data }) => name !== "error" && !noteworthy.test(data),
  comesAsArray: true,
};

type Fields = Readonly<Record<string, unknown>>;

function chunkMeaning({ candidates, usageMetadata }: Fields): EventMeaning {
  const { kind } = candidatesMeaning(Array.isArray(candidates) ? candidates.filter(isObject) : []);
  return { kind, usage: tokensIn(usageMetadata) };
}

function candidatesMeaning(candidates: readonly Fields[]): EventMeaning {
  if (candidates.some(({ finishReason }) => typeof finishReason === "string" && finishReason !== "")) return closing;
  return candidates.some(carriesOutput) ? output : silent;
}

/** A part is text, of which an empty one is none, or something else. */
function carriesOutput({ content }: Fields): boolean {
  const parts = isObject(content) && Array.isArray(content["parts"]) ? content["parts"].filter(isObject) : [];
  return parts.some((part) => part["text"] !== "");
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}
