import { isErrorBody, parsedJson } from "../error-body.ts";
import type { ServerSentEvent } from "../sse.ts";
import { tokensIn } from "../token-usage.ts";
import { type EventKind, failed, output, type StreamDialect } from "./dialect.ts";
import { eventType } from "./event-type.ts";

/** Events that carry no output, or end the stream; any other is output. */
const kinds: Readonly<Record<string, EventKind>> = {
  "response.created": "silent",
  "response.queued": "silent",
  "response.in_progress": "silent",
  "response.output_item.added": "silent",
  "response.content_part.added": "silent",
  "response.reasoning_summary_part.added": "silent",
  keepalive: "silent",
  ping: "silent",
  "response.completed": "closing",
  "response.incomplete": "closing",
  "response.failed": "error",
  "response.error": "error",
  error: "error",
};

/** OpenAI's Responses. @see https://platform.openai.com/docs/api-reference/responses-streaming */
export const openaiResponses: StreamDialect = {
  read: (event) => {
    const kind = kinds[eventType(event)];
    if (kind === "closing") return { kind, usage: usageIn(event) };
    if (kind !== undefined) return { kind };
    return event.name === "" && isErrorBody(parsedJson(event.data)) ? failed : output;
  },
  isPlainOutput: ({ name }) => name !== "" && kinds[name] === undefined,
};

function usageIn({ data }: ServerSentEvent): ReturnType<typeof tokensIn> {
  const event = parsedJson(data) as { readonly response?: { readonly usage?: unknown } } | undefined;
  return tokensIn(event?.response?.usage);
}
