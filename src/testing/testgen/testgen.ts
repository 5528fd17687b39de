import { relative, sep } from "node:path";
import { parseDuration } from "../../../machines/index.ts";
import { type KeyswitchConfig, type ModelConfig, parseConfig } from "../../config/index.ts";
import { UsageError } from "../../errors.ts";
import { chosenPaths, coverStories, type StoryModel } from "./cover-stories.ts";
import { serviceSource } from "./service-source.ts";
import { promptly } from "./scripted-config.ts";
import type { Story } from "./story.ts";
import { testSource } from "./test-source.ts";
import { upstreamAnswers } from "./upstream-answers.ts";

/** What is written, and for whom. */
export interface TestgenOptions {
  /** Who runs the tests. */
  readonly runner: "vitest" | "node";
  /** Which way calls take: through a gateway over HTTP, or through a model's own `fetch`. @default "gateway" */
  readonly entry?: "gateway" | "model" | undefined;
  /** Ids of the models. @default all */
  readonly models?: readonly string[] | undefined;
  /** The directory that the files are for, and the configuration's own file: the tests read it anew each time. */
  readonly directory: string;
  readonly configFile: string;
}

/** A file of the tests. */
export interface TestgenFile {
  /** Its name in the directory. */
  readonly name: string;
  readonly text: string;
  /** `generated` is written again each time; `yours` is written once, and never touched again. */
  readonly owner: "generated" | "yours";
}

/**
 * Writes tests of a service for its own configuration: in each state that its models can be brought into, each thing that
 * can happen there. The same configuration gives the same files, to the byte.
 *
 * @throws ConfigError; UsageError for a model that cannot be asked over HTTP.
 */
export async function testgen(config: KeyswitchConfig, options: TestgenOptions): Promise<readonly TestgenFile[]> {
  const { models } = parseConfig(config);
  const wanted = Object.entries(models).filter(([id]) => options.models?.includes(id) ?? true);
  const files: TestgenFile[] = [];
  for (const [id, model] of wanted) files.push(...(await filesOf(id, model, options)));
  return files;
}

async function filesOf(id: string, model: ModelConfig, options: TestgenOptions): Promise<readonly TestgenFile[]> {
  if (model.api === "any") {
    throw new UsageError({
      path: `models.${id}.api`,
      found: "any",
      wanted: "openai, anthropic or gemini: any has no requests to test with",
    });
  }
  const { entry = "gateway", directory, configFile, runner } = options;
  const statedS = statedWaitS(model);
  const answers = Object.fromEntries(
    model.credentials.map((credential) => [credential.id, upstreamAnswers(credential.provider, statedS)]),
  );
  const story = storyModel(model, statedS, entry === "gateway");
  const canFail = failable(answers);
  const chapters = (await coverStories(story)).map((chapter) => ({ ...chapter, tests: chapter.tests.filter(canFail) }));
  const paths = (await chosenPaths(story)).filter(canFail);
  const name = fileName(id);
  const toConfig = relative(directory, configFile).split(sep).join("/");
  return [
    {
      name: `${name}.failover.test.ts`,
      text: testSource({
        id,
        name,
        runner,
        chapters: chapters.filter(({ before }) => canFail({ steps: before })),
        paths,
      }),
      owner: "generated",
    },
    { name: `${name}.answers.json`, text: `${JSON.stringify(answers, null, 2)}\n`, owner: "generated" },
    { name: `${name}.service.ts`, text: serviceSource({ id, model, entry, toConfig }), owner: "yours" },
  ];
}

/** Twice the longest rest without one, so that a test sees that it is the stated wait that counts; a whole number of seconds. */
function statedWaitS({ failback }: ModelConfig): number {
  const timeoutS = (parseDuration(failback.timeout) ?? 0) / 1_000;
  return Math.ceil(2 * timeoutS) + 60;
}

function storyModel(model: ModelConfig, statedS: number, isOperated: boolean): StoryModel {
  const { credentials, failback, retry, on_exhausted } = model;
  return {
    credentials: credentials.map(({ id }) => id),
    scenario: {
      credentials: credentials.map(({ id, disabled }) => ({ id, disabled })),
      failback,
      on_exhausted,
      retry: { ...retry, ...promptly },
    },
    maxRetries: retry.max_retries,
    requests: failback.requests,
    minIntervalS: (parseDuration(failback.min_interval) ?? 0) / 1_000,
    statedS,
    isOperated,
  };
}

/** Whether every failure of a story is one that its credential's upstream is known to answer. */
function failable(answers: Readonly<Record<string, object>>): (test: { readonly steps: Story }) => boolean {
  return ({ steps }) =>
    steps.every(
      (step) => !("call" in step) || Object.entries(step.call).every(([id, outcome]) => outcome in (answers[id] ?? {})),
    );
}

/** A model's name may hold what a file's may not. */
const fileName = (id: string): string => id.replaceAll(/[^A-Za-z0-9_.-]+/g, "-");
