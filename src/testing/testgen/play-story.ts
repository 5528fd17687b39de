import { deepStrictEqual } from "node:assert/strict";
import { createFakeProvider, type FakeProvider, type Failure } from "../fake-provider/index.ts";
import { keyOf } from "./scripted-config.ts";
import type { Story, StoryStep, Word } from "./story.ts";
import { stepWords } from "./story-words.ts";

/** A service under test, as a story sees it. */
export interface ServiceUnderTest {
  /** Makes one call, and tells whether it was answered. */
  ask(): Promise<{ readonly served: boolean }>;
  /** Lets so many seconds pass for the service. */
  skip(seconds: number): Promise<void>;
  /** Carries out an operator's word. Needed only for stories that have one. */
  operate?(word: Word): Promise<void>;
  close(): Promise<void>;
}

/** What a story is played on. */
export interface Stage {
  /** Starts the service anew, with its credentials led to the upstream: `loadScriptedConfig` does that to a configuration. */
  readonly startService: (upstream: FakeProvider) => Promise<ServiceUnderTest>;
  /** What each credential's upstream answers to fail, by outcome. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, Failure>>>>;
  /** Length of an embedding model's vectors. @default 8 */
  readonly dimension?: number | undefined;
}

/**
 * Makes a player of stories. Each is played on a service and an upstream of its own.
 *
 * What it returns rejects with an AssertionError that says which step went another way.
 */
export function createStoryPlayer({ startService, answers, dimension }: Stage): (story: Story) => Promise<void> {
  return async (story) => {
    const labels = Object.fromEntries(Object.keys(answers).map((credential) => [keyOf(credential), credential]));
    await using upstream = await createFakeProvider({ labels, ...(dimension !== undefined && { dimension }) });
    const service = await startService(upstream);
    try {
      for (const [index, step] of story.entries()) await playStep(step, index, { service, upstream, labels, answers });
    } finally {
      await service.close();
    }
  };
}

interface Scene {
  readonly service: ServiceUnderTest;
  readonly upstream: FakeProvider;
  /** Credentials by key. */
  readonly labels: Readonly<Record<string, string>>;
  readonly answers: Stage["answers"];
}

async function playStep(step: StoryStep, index: number, scene: Scene): Promise<void> {
  const { service } = scene;
  if ("skip" in step) return service.skip(step.skip);
  if ("operator" in step) {
    if (service.operate === undefined) throw new TypeError("This story needs a service with operate()");
    return service.operate(step.operator);
  }
  const place = `step ${index + 1} of the story, ${stepWords(step)}`;
  if ("calls" in step) {
    const asked: string[] = [];
    for (let done = 0; done < step.calls; done += 1) asked.push(...(await call({}, scene)).asked);
    deepStrictEqual([...new Set(asked)], step.asked, `${place}: who was asked`);
    return deepStrictEqual(asked.length, step.calls, `${place}: how often`);
  }
  const { asked, served } = await call(step.call, scene);
  const went = `asked ${asked.join(", ") || "nobody"}, ${served ? "served" : "not served"}`;
  const wanted = `asked ${step.asked.join(", ") || "nobody"}, ${step.served ? "served" : "not served"}`;
  return deepStrictEqual(
    { asked, served },
    { asked: step.asked, served: step.served },
    `${place}: ${went}; wanted ${wanted}`,
  );
}

async function call(
  failing: Readonly<Record<string, string>>,
  { service, upstream, labels, answers }: Scene,
): Promise<{ readonly asked: readonly string[]; readonly served: boolean }> {
  for (const [credential, outcome] of Object.entries(failing)) {
    const answer = answers[credential]?.[outcome];
    if (answer === undefined) throw new TypeError(`There is no answer of ${credential} for ${outcome}`);
    upstream.set(keyOf(credential), answer);
  }
  const before = upstream.requests.length;
  const { served } = await service.ask();
  for (const credential of Object.keys(failing)) upstream.set(keyOf(credential), "healthy");
  const asked = upstream.requests.slice(before).map(({ key = "" }) => labels[key] ?? key);
  return { asked, served };
}
