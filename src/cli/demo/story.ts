import { failures } from "../../testing/fake-provider/index.ts";
import type { ModelName, Pace, Stage } from "./stage.ts";

/** One thing that goes wrong, or right again, and the calls that meet it. */
export interface Chapter {
  readonly title: string;
  readonly model: ModelName;
  readonly arrange: (stage: Stage) => void;
  /** Time that passes before the calls. @default 0 */
  readonly waitMs?: number;
  /** @default 1 */
  readonly calls?: number;
  /** @default false */
  readonly stream?: boolean;
  /** What the caller must get: an answer, the upstream's own refusal, or word that all failed. @default "answered" */
  readonly expected?: "answered" | "refused" | "all failed";
}

const restMs = 1_500;

/** Of the story's models, one fails back by time, one by count, and one when it is asked. */
export function storyPace(model: ModelName): Pace {
  const byTime = { timeout: `${restMs}ms`, requests: 0, growth: 1, min_interval: 0 };
  const byCount = { timeout: "10m", requests: 3, growth: 1, min_interval: 0 };
  return {
    failback: model === "gpt" ? byTime : byCount,
    retry: { max_retries: 1, base_delay: "40ms", max_delay: "1s" },
    timeout: "2s",
    first_byte_timeout: "400ms",
    idle_timeout: "400ms",
  };
}

const healthy =
  (...credentials: readonly string[]) =>
  (stage: Stage): void => {
    for (const credential of credentials) stage.set(credential, "healthy");
  };

/** The story: each failure is one that the provider really gives. */
export const story: readonly Chapter[] = [
  { title: "All is well", model: "gpt", arrange: () => {} },
  {
    title: "OpenAI has revoked the first key (401 invalid_api_key)",
    model: "gpt",
    arrange: (stage) => stage.set("openai-main", failures.openai.invalidKey),
  },
  {
    title: "The second has no credit left, told as a 429 (insufficient_quota): waiting would not help, so nobody waits",
    model: "gpt",
    arrange: (stage) => stage.set("openai-spare", failures.openai.insufficientQuota),
  },
  {
    title: "OpenRouter's own upstream is busy (429, wrapped): one retry",
    model: "gpt",
    arrange: (stage) => stage.script("openrouter", failures.openrouter.upstreamRateLimit),
  },
  {
    title: "Both OpenAI keys are mended; when the rest is over, one call proves the nearer one first",
    model: "gpt",
    arrange: healthy("openai-main", "openai-spare"),
    waitMs: restMs + 100,
  },
  { title: "… and then the first", model: "gpt", arrange: () => {}, waitMs: restMs + 100 },
  {
    title: "Its minute is used up (429, retry-after: 1): a short wait, and the same key serves",
    model: "gpt",
    arrange: (stage) => stage.script("openai-main", failures.openai.rateLimit({ retryAfterS: 1 })),
  },
  {
    title: "The caller's own mistake (400 unsupported_parameter): no other key would help, so it goes back untouched",
    model: "gpt",
    arrange: (stage) => stage.script("openai-main", failures.openai.badRequest),
    expected: "refused",
  },
  {
    title: "OpenAI accepts a stream and says nothing (no first byte within 400 ms)",
    model: "gpt",
    arrange: (stage) => stage.script("openai-main", { hang: true }),
    stream: true,
  },
  {
    title: "DeepSeek resets the connection, twice: one retry, then the next key",
    model: "deepseek",
    arrange: (stage) => stage.script("deepseek", { reset: true }, { reset: true }),
  },
  {
    title: "Ark's account is overdue (403 AccountOverdueError)",
    model: "deepseek",
    arrange: (stage) => stage.set("ark", failures.volcengine.accountOverdue),
  },
  {
    title: "DashScope is in arrears (400 Arrearage), DeepSeek has no balance (402): the whole chain is down",
    model: "deepseek",
    arrange: (stage) => {
      stage.set("dashscope", failures.dashscope.arrearage);
      stage.set("deepseek", failures.deepseek.insufficientBalance);
    },
    expected: "all failed",
  },
  { title: "Ark's bill is paid: the next call finds it", model: "deepseek", arrange: healthy("ark") },
  {
    title: "Anthropic's credit is used up, told as an invalid request (400): read for what it is",
    model: "claude",
    arrange: (stage) => stage.set("anthropic-main", failures.anthropic.creditBalance),
  },
  {
    title: "Anthropic is overloaded (529): one retry",
    model: "claude",
    arrange: (stage) => stage.script("anthropic-spare", failures.anthropic.overloaded),
  },
  {
    title: "A stream begins with 200, and its first event is an error: nothing was handed on, so the next key serves",
    model: "claude",
    arrange: (stage) => {
      const atHead = { errorAtHead: failures.anthropic.overloaded };
      stage.script("anthropic-spare", atHead, atHead);
    },
    stream: true,
  },
  {
    title: "All is mended; after three answers one call proves the next better key, and so on up",
    model: "claude",
    arrange: healthy("anthropic-main"),
    calls: 8,
  },
];
