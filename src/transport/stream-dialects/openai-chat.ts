import { isErrorBody, parsedJson } from "../error-body.ts";
import { tokensIn } from "../token-usage.ts";
import { closing, end, type EventMeaning, failed, output, silent, type StreamDialect } from "./dialect.ts";

/** What makes an event worth parsing once output has begun. Inside strings the quotes are escaped and do not match. */
const noteworthy = /"(?:error|code|success|base_resp)"|"usage"\s*:\s*\{|"finish_reason"\s*:\s*"/;

/**
 * Chat completions, and the older completions, of OpenAI and whoever is compatible.
 *
 * `[DONE]` ends a stream; some compatible servers leave it out, so one whose last choice gave its `finish_reason` may end
 * without. @see https://platform.openai.com/docs/api-reference/chat-streaming
 */
export const openaiChat: StreamDialect = {
  read: ({ name, data }) => {
    if (data.trim() === "[DONE]") return end;
    if (name === "error") return failed;
    const chunk = parsedJson(data);
    if (isErrorBody(chunk)) return failed;
    return isObject(chunk) ? chunkMeaning(chunk) : silent;
  },
  isPlainOutput: ({ name, data }) => name !== "error" && !data.startsWith("[") && !noteworthy.test(data),
};

type Fields = Readonly<Record<string, unknown>>;

function chunkMeaning({ choices, usage }: Fields): EventMeaning {
  const { kind } = choicesMeaning(Array.isArray(choices) ? choices.filter(isObject) : []);
  return { kind, usage: tokensIn(usage) };
}

/** Azure opens with an event without choices, and the usage closes with one. */
function choicesMeaning(choices: readonly Fields[]): EventMeaning {
  if (choices.some(({ finish_reason }) => typeof finish_reason === "string" && finish_reason !== "")) return closing;
  return choices.some(carriesOutput) ? output : silent;
}

function carriesOutput({ text, delta, message }: Fields): boolean {
  if (isFilled(text)) return true;
  const content = delta ?? message;
  return isObject(content) && Object.entries(content).some(([key, value]) => key !== "role" && isFilled(value));
}

function isFilled(value: unknown): boolean {
  if (typeof value === "string" || Array.isArray(value)) return value.length > 0;
  return isObject(value);
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}
