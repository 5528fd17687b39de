import type { TokenUsage } from "../engine/call.ts";
import { parsedJson } from "./error-body.ts";

/**
 * The tokens that a `usage` object tells, in any dialect; `undefined` where it tells none (S40).
 *
 * Anthropic counts what it reads from and writes to its cache apart from the other input, Gemini its thoughts apart from
 * the other output; here input is all input, and output all output.
 */
export function tokensIn(usage: unknown): TokenUsage | undefined {
  if (typeof usage !== "object" || usage === null) return undefined;
  const count = (name: string): number | undefined => {
    const value = (usage as Readonly<Record<string, unknown>>)[name];
    return typeof value === "number" ? value : undefined;
  };
  const sum = (first: string, ...others: readonly string[]): number | undefined => {
    const total = count(first);
    return total === undefined ? undefined : others.reduce((rest, name) => rest + (count(name) ?? 0), total);
  };
  const outputTokens =
    count("completion_tokens") ??
    count("output_tokens") ??
    sum("candidatesTokenCount", "thoughtsTokenCount") ??
    count("thoughtsTokenCount");
  const inputTokens =
    count("prompt_tokens") ??
    sum("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens") ??
    sum("promptTokenCount", "toolUsePromptTokenCount") ??
    (outputTokens === undefined ? count("total_tokens") : undefined);
  return inputTokens === undefined && outputTokens === undefined ? undefined : { inputTokens, outputTokens };
}

const usageKeys = [Buffer.from('"usage"'), Buffer.from('"usageMetadata"')];
const usageMember = /^"usage(?:Metadata)?"\s{0,20}:\s{0,20}(\{(?:[^{}]|\{[^{}]*\})*\})/;

/** The usage at the end of an answer that is too long to be parsed. */
export function usageInTail(tail: Buffer): TokenUsage | undefined {
  const last = Math.max(...usageKeys.map((key) => tail.lastIndexOf(key)));
  if (last < 0) return undefined;
  return tokensIn(parsedJson(usageMember.exec(tail.toString("utf8", last))?.[1] ?? ""));
}
