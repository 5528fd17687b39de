import type { Api } from "../providers/provider.ts";
import { errorBody, type OwnError } from "../transport/error-shape.ts";

/** An error as a dialect tells it within a stream of events that has begun. */
export function errorEvent(api: Api, pathname: string, error: OwnError): string {
  // https://platform.openai.com/docs/api-reference/responses-streaming/error
  if (api === "openai" && pathname.endsWith("/responses")) {
    const { code, message } = error;
    return named("error", { type: "error", code, message, param: null, sequence_number: 0 });
  }
  // https://docs.claude.com/en/docs/build-with-claude/streaming#error-events
  if (api === "anthropic") return named("error", errorBody(api, error));
  return `data: ${JSON.stringify(errorBody(api, error))}\n\n`;
}

function named(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
