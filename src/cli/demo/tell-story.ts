import { setTimeout as pause } from "node:timers/promises";
import type { Model } from "../../index.ts";
import type { ExitCode } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { ask, type Reply } from "./caller.ts";
import { eventLine, listenTo } from "./narrator.ts";
import { setStage, type Stage } from "./stage.ts";
import { type Chapter, storyPace } from "./story.ts";
import { createTally, tallyLines } from "./tally.ts";

/**
 * Plays a story from end to end, and prints what the engine tells and counts.
 *
 * @returns 1 if a call that must be answered was not, or one got something else than it must.
 */
export async function tellStory(chapters: readonly Chapter[], terminal: Terminal, json: boolean): Promise<ExitCode> {
  const { paint } = terminal;
  const say: Say = (line, event) => void terminal.print(json ? JSON.stringify(event) : line);
  const startedAt = performance.now();
  const stage = await setStage(storyPace);
  const models = stage.keyswitch.models.map((id) => stage.keyswitch.model(id));
  const tally = createTally(models);
  listenTo(models, (told) => say(`   ${eventLine(told, terminal)}`, told));

  let surprises = 0;
  try {
    if (!json) await terminal.print(introduction(models, terminal));
    for (const [index, chapter] of chapters.entries()) {
      const { title } = chapter;
      say(paint("bold", `\n${String(index + 1).padStart(2)} ${title}`), { event: "chapter", title });
      for (const surprise of surprisesIn(chapter, await play(chapter, stage))) {
        surprises += 1;
        say(`   ${paint("red", surprise)}`, { event: "surprise", surprise });
      }
    }
  } finally {
    await stage.close();
  }

  const counts = tally.read();
  const tookS = Math.round(performance.now() - startedAt) / 1_000;
  const surpriseLine = `${surprises} ${surprises === 1 ? "surprise" : "surprises"} (calls that ended otherwise than the story says)`;
  const lines = [...tallyLines(counts), surpriseLine, `${tookS} s`].map((line) => `   ${line}`);
  const summary = { event: "summary", ...counts, surprises, took_s: tookS };
  say(["", paint("bold", "Counted from the events:"), ...lines].join("\n"), summary);
  return surprises === 0 ? 0 : 1;
}

/** Prints a line for people, or the object that says the same. */
type Say = (line: string, event: object) => void;

function introduction(models: readonly Model[], { paint }: Terminal): string {
  const keys = models.flatMap((model) => model.snapshot().credentials).length;
  return [
    paint("bold", `${models.length} models, ${keys} keys, and an upstream on loopback that fails as the real ones do.`),
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

/** What callers got that they must not get. */
function surprisesIn({ expected = "answered" }: Chapter, replies: readonly Reply[]): readonly string[] {
  return replies
    .filter((reply) => outcomeOf(reply) !== expected)
    .map((reply) => `must be ${expected}, but was ${outcomeOf(reply)} (${reply.status})`);
}

function outcomeOf({ status, text }: Reply): NonNullable<Chapter["expected"]> | "cut short" {
  if (text !== undefined) return "answered";
  if (status === 400) return "refused";
  return status === 429 || status === 503 ? "all failed" : "cut short";
}
