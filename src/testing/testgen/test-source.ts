import type { Chapter, StoryTest } from "./cover-stories.ts";
import type { Story, StoryStep } from "./story.ts";

/** What a test file is made of. */
export interface TestFile {
  /** The model's id, and its name in names of files. */
  readonly id: string;
  readonly name: string;
  readonly runner: "vitest" | "node";
  readonly chapters: readonly Chapter[];
  readonly paths: readonly StoryTest[];
}

/** Writes a file of tests, for people to read. */
export function testSource({ id, name, runner, chapters, paths }: TestFile): string {
  return [
    "// Made by keyswitch testgen from the configuration. Do not edit: it is written again each time. What is yours is",
    `// ${name}.service.ts, which says how the service is reached, and any test file beside this one.`,
    runner === "vitest" ? 'import { describe, test } from "vitest";' : 'import { describe, test } from "node:test";',
    'import { createStoryPlayer, type Story } from "keyswitch/testing";',
    `import answers from "./${name}.answers.json" with { type: "json" };`,
    `import { dimension, startService } from "./${name}.service.ts";`,
    "",
    "const play = createStoryPlayer({ startService, answers, dimension });",
    "",
    // A group without a test is an error to vitest.
    ...[...pathsLines(id, paths), ...chapters.filter(({ tests }) => tests.length > 0).map(chapterLines)].flatMap(
      (lines) => [...lines, ""],
    ),
  ].join("\n");
}

function pathsLines(id: string, paths: readonly StoryTest[]): readonly (readonly string[])[] {
  if (paths.length === 0) return [];
  return [[`describe(${quoted(`${id}, from beginning to end`)}, () => {`, ...spaced(paths.map(pathLines)), "});"]];
}

function pathLines({ title, steps }: StoryTest): readonly string[] {
  return [`  test(${quoted(title)}, () =>`, "    play([", ...stepLines(steps, 6), "    ]));"];
}

function chapterLines({ title, before, tests }: Chapter): readonly string[] {
  const way = before.length === 0 ? [] : ["  const before: Story = [", ...stepLines(before, 4), "  ];", ""];
  return [
    `describe(${quoted(title)}, () => {`,
    ...way,
    ...spaced(tests.map((test) => testLines(test, before.length > 0))),
    "});",
  ];
}

function testLines({ title, steps }: StoryTest, hasWay: boolean): readonly string[] {
  const way = hasWay ? ["      ...before,"] : [];
  return [`  test(${quoted(title)}, () =>`, "    play([", ...way, ...stepLines(steps, 6), "    ]));"];
}

const stepLines = (steps: Story, indent: number): readonly string[] =>
  steps.map((step) => `${" ".repeat(indent)}${stepSource(step)},`);

function stepSource(step: StoryStep): string {
  const members = Object.entries(step).map(([key, value]) => `${key}: ${sourceOf(value)}`);
  return `{ ${members.join(", ")} }`;
}

/** A value of plain data as TypeScript has it. */
export function sourceOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sourceOf).join(", ")}]`;
  if (typeof value !== "object" || value === null) return typeof value === "string" ? quoted(value) : String(value);
  const members = Object.entries(value).map(([key, each]) => `${keySource(key)}: ${sourceOf(each)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

const keySource = (key: string): string => (/^[A-Za-z_]\w*$/.test(key) ? key : quoted(key));

/** A text as TypeScript has it: what a model is called may be anything. */
const quoted = (text: string): string => JSON.stringify(text);

const spaced = (blocks: readonly (readonly string[])[]): readonly string[] =>
  blocks.flatMap((block, index) => (index === 0 ? block : ["", ...block]));
