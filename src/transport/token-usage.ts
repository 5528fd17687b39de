import type { TokenUsage } from "../engine/call.ts";
import { parsedJson } from "./error-body.ts";

/**
 * The tokens that a `usage` object tells, in any dialect; `undefined` where it tells none (S40).
 *
 * Anthropic counts what it reads from and writes to its cache apart from the other input; here input is all input.
 */
export function tokensIn(usage: unknown): TokenUsage | undefined {
  if (typeof usage !== "object" || usage === null) return undefined;
  const count = (name: string): number | undefined => {
    const value = (usage as Readonly<Record<string, unknown>>)[name];
    return typeof value === "number" ? value : undefined;
  };
  const cached = (count("cache_creation_input_tokens") ?? 0) + (count("cache_read_input_tokens") ?? 0);
  const fresh = count("input_tokens");
  const outputTokens = count("completion_tokens") ?? count("output_tokens");
  const onlyTotal = outputTokens === undefined ? count("total_tokens") : undefined;
  const inputTokens = count("prompt_tokens") ?? (fresh === undefined ? onlyTotal : fresh + cached);
  return inputTokens === undefined && outputTokens === undefined ? undefined : { inputTokens, outputTokens };
}

const tailBytes = 64 * 1024;
const usageMember = /"usage"\s{0,20}:\s{0,20}(\{(?:[^{}]|\{[^{}]*\})*\})/g;

/** The usage at the end of an answer that is too long to be parsed. */
export function usageInTail(body: Buffer): TokenUsage | undefined {
  const tail = body.toString("utf8", Math.max(0, body.length - tailBytes));
  const last = tail.lastIndexOf('"usage"');
  if (last < 0) return undefined;
  usageMember.lastIndex = last;
  return tokensIn(parsedJson(usageMember.exec(tail)?.[1] ?? ""));
}
