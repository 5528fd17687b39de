import { anthropic } from "./anthropic.ts";
import { azure } from "./azure.ts";
import { dashscope, deepseek, minimax, moonshot, openrouter, volcengine, zhipu } from "./compatible.ts";
import { gemini } from "./gemini.ts";
import { openai } from "./openai.ts";

export type { Failure, StatedWait } from "./failure.ts";

/**
 * Error answers that real providers give, by provider and name: status, headers and body as seen in public.
 *
 * Each is a behaviour. Those that state a wait are functions of it.
 */
export const failures = {
  openai,
  azure,
  anthropic,
  gemini,
  deepseek,
  zhipu,
  dashscope,
  volcengine,
  moonshot,
  minimax,
  openrouter,
} as const;
