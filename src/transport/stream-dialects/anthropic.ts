import { isErrorBody, parsedJson } from "../error-body.ts";
import type { ServerSentEvent } from "../sse.ts";
import { tokensIn } from "../token-usage.ts";
import { end, type EventMeaning, failed, output, silent, type StreamDialect } from "./dialect.ts";
import { eventType } from "./event-type.ts";

/** Anthropic's messages. @see https://docs.claude.com/en/docs/build-with-claude/streaming */
export const anthropicMessages: StreamDialect = {
  read: (event) => {
    switch (eventType(event)) {
      case "ping":
      case "content_block_stop":
        return silent;
      case "message_start":
        return { kind: "silent", usage: tokensIn(fieldsOf(event).message?.usage) };
      case "content_block_start":
        return blockMeaning(event);
      case "message_delta":
        return { kind: "output", usage: tokensIn(fieldsOf(event).usage) };
      case "message_stop":
        return end;
      case "error":
        return failed;
      default:
        return event.name === "" && isErrorBody(parsedJson(event.data)) ? failed : output;
    }
  },
  isPlainOutput: ({ name }) => name === "content_block_delta",
};

interface MessageEvent {
  readonly message?: { readonly usage?: unknown };
  readonly usage?: unknown;
  readonly content_block?: { readonly type?: unknown; readonly text?: unknown; readonly thinking?: unknown };
}

function fieldsOf({ data }: ServerSentEvent): MessageEvent {
  const fields = parsedJson(data);
  return typeof fields === "object" && fields !== null ? fields : {};
}

/** A block of text or thinking opens empty; one that names a tool says something already. */
function blockMeaning(event: ServerSentEvent): EventMeaning {
  const { type, text = "", thinking = "" } = fieldsOf(event).content_block ?? {};
  return (type === "text" || type === "thinking") && text === "" && thinking === "" ? silent : output;
}
