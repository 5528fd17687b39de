import type { LanguageModelV4Usage } from "@ai-sdk/provider";
import type { TokenUsage } from "../engine/call.ts";

/** The tokens of an answer, as they are booked (S40); what the provider did not tell stays unknown. */
export function tokensOf({ inputTokens, outputTokens }: LanguageModelV4Usage): TokenUsage {
  return { inputTokens: inputTokens.total, outputTokens: outputTokens.total };
}
