import type { Api } from "../../providers/provider.ts";
import { anthropicMessages } from "./anthropic.ts";
import type { StreamDialect } from "./dialect.ts";
import { geminiContent } from "./gemini.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiResponses } from "./openai-responses.ts";
import { plain } from "./plain.ts";

export type { StreamDialect } from "./dialect.ts";

/** How the answers of a route stream. */
export function streamDialectOf(api: Api, route: string): StreamDialect {
  if (api === "anthropic" && route.endsWith("/messages")) return anthropicMessages;
  if (api === "openai" && route.endsWith("/completions")) return openaiChat;
  if (api === "openai" && route.endsWith("/responses")) return openaiResponses;
  if (api === "gemini" && route.endsWith(":streamGenerateContent")) return geminiContent;
  return plain;
}
