import { setTimeout as pause } from "node:timers/promises";
import { failures } from "../../testing/fake-provider/index.ts";
import type { ExitCode } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { ask, type Reply } from "./caller.ts";
import { eventLine, listenTo } from "./narrator.ts";
import { type ModelName, type Pace, setStage, type Stage } from "./stage.ts";
import { createTally, tallyLines } from "./tally.ts";

/** One thing that goes wrong, or right again, and the calls that meet it. */
interface Chapter {
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
function paceOf(model: ModelName): Pace {
  const byTime = { timeout: `${restMs}ms`, requests: 0, growth: 1, min_interval: 0 };
  const byCount = { timeout: "10m", requests: 3, growth: 1, min_interval: 0 };
  return {
    failback: model === "gpt" ? byTime : byCount,
    retry: { max_retries: 1, base_delay: "40ms", max_delay: "1s" },
    timeout: "2s",
    first_byte_timeout: "250ms",
    idle_timeout: "250ms",
  };
}

const healthy =
  (...credentials: readonly string[]) =>
  (stage: Stage): void => {
    for (const credential of credentials) stage.set(credential, "healthy");
  };

const chapters: readonly Chapter[] = [
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
    title: "OpenAI accepts a stream and says nothing (no first byte within 250 ms)",
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

/**
 * Plays the story from end to end.
 *
 * @returns 1 if a call that must be answered was not, or one got something else than it must.
 */
export async function tellStory(terminal: Terminal, json: boolean): Promise<ExitCode> {
  const stage = await setStage(paceOf);
  const models = stage.keyswitch.models.map((id) => stage.keyswitch.model(id));
  const tally = createTally(models);
  const startedAt = performance.now();
  const say = (line: string, event: object): void => void terminal.print(json ? JSON.stringify(event) : line);
  listenTo(models, (told) => say(`   ${eventLine(told, terminal)}`, told));

  if (!json)
    await terminal.print(introduction(models.flatMap((model) => model.snapshot().credentials).length, terminal));
  let surprises = 0;
  try {
    for (const [index, chapter] of chapters.entries()) {
      const { title, expected = "answered" } = chapter;
      say(terminal.paint("bold", `\n${String(index + 1).padStart(2)} ${title}`), { event: "chapter", title });
      for (const reply of await play(chapter, stage)) {
        const got = outcomeOf(reply);
        if (got === expected) continue;
        surprises += 1;
        say(`   ${terminal.paint("red", `must be ${expected}, but was ${got} (${reply.status})`)}`, {
          event: "surprise",
          expected,
          got,
          status: reply.status,
        });
      }
    }
  } finally {
    await stage.close();
  }
  const counts = tally.read();
  const tookS = Math.round(performance.now() - startedAt) / 1_000;
  const lines = [...tallyLines(counts), `${surprises} surprises; ${tookS} s`];
  say(["", terminal.paint("bold", "Counted from the events:"), ...lines.map((line) => `   ${line}`)].join("\n"), {
    event: "summary",
    ...counts,
    surprises,
    took_s: tookS,
  });
  return surprises === 0 ? 0 : 1;
}

function introduction(keys: number, { paint }: Terminal): string {
  return [
    paint("bold", `Three models, ${keys} keys, and an upstream on loopback that fails as the real ones do.`),
    "Every call is one HTTP request of a caller who knows of none of this; every line below is an event of the engine.",
  ].join("\n");
}

/** Makes a chapter's calls, one after the other. */
async function play(chapter: Chapter, stage: Stage): Promise<readonly Reply[]> {
  const { model, arrange, waitMs = 0, calls = 1, stream = false } = chapter;
  arrange(stage);
  await pause(waitMs);
  const replies: Reply[] = [];
  while (replies.length < calls) replies.push(await ask(stage.keyswitch.model(model), { stream }));
  return replies;
}

function outcomeOf({ status, text }: Reply): NonNullable<Chapter["expected"]> | "cut short" {
  if (text !== undefined) return "answered";
  if (status === 400) return "refused";
  return status === 429 || status === 503 ? "all failed" : "cut short";
}
