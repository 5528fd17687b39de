import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { loadConfig } from "../config/index.ts";
import { ConfigError, UsageError } from "../errors.ts";
import { testgen as generate, type TestgenFile } from "../testing/testgen/index.ts";
import type { Command, ExitCode, Invocation } from "./command.ts";

/** `keyswitch testgen` */
export const testgen: Command = {
  usage: "--runner RUNNER --out DIR [--entry ENTRY] [--check] [--config FILE] [--model MODEL] [--json]",
  paragraphs: [
    "Writes tests of your own service: in each state that its models can be brought into by calls and by time, each thing that a caller, an upstream, the clock or an operator can do there, and a few stories from beginning to end. They run against the service itself, with scripted upstreams in the place of the providers, and no key. What they expect is what the real engine does under your configuration.",
    "Of each model come three files. MODEL.failover.test.ts and MODEL.answers.json are generated: the same configuration gives the same bytes. MODEL.service.ts says how the service is reached, its time skipped and its credentials led to the upstreams; it is written once and then yours. Tests of your own go into other files beside them.",
    "With --check nothing is written: it exits with 1 if the configuration and the generated files have drifted apart, for CI.",
  ],
  options: {
    runner: { value: "RUNNER", says: "who runs the tests: vitest or node (node:test)" },
    out: { value: "DIR", says: "where the files go; it is made if it is not there" },
    entry: {
      value: "ENTRY",
      says: "gateway (default): over HTTP, an operator's words too; or model: through a model's fetch",
    },
    check: { says: "write nothing, and tell what has drifted" },
    config: { value: "FILE", says: "the configuration (default: keyswitch.yaml)" },
    model: { value: "MODEL", says: "the model (default: every model)" },
    json: { says: "an object a file: {file, owner, state}" },
  },
  mostOperands: 0,
  examples: [
    { says: "tests for node:test, then run them", line: "keyswitch testgen --runner node --out failover-tests" },
    {
      says: "in CI",
      line: "keyswitch testgen --runner node --out failover-tests --check",
      needs: "the files of the line above",
    },
  ],
  exits: {
    0: "they are written, or have not drifted",
    1: "they have drifted",
    2: "the configuration or an option is wrong",
  },
  run: runTestgen,
};

/** What was done with a file, or what --check found. */
type FileState = "written" | "unchanged" | "yours" | "missing" | "drifted" | "left over";

const drifts: ReadonlySet<FileState> = new Set(["missing", "drifted", "left over"]);

async function runTestgen({ has, value, json, terminal }: Invocation): Promise<ExitCode> {
  const runner = choice("runner", value("runner"), ["vitest", "node"]);
  const entry = choice("entry", value("entry") ?? "gateway", ["gateway", "model"]);
  const out = value("out");
  if (out === undefined) throw new UsageError({ path: "--out", found: "nothing", wanted: "the tests' directory" });
  const configFile = value("config") ?? "keyswitch.yaml";
  try {
    const config = await loadConfig(configFile);
    const model = value("model");
    const known = Object.keys(config.models);
    if (model !== undefined && !known.includes(model)) {
      throw new UsageError({ path: "--model", found: JSON.stringify(model), wanted: `one of ${known.join(", ")}` });
    }
    const files = await generate(config, {
      runner,
      entry,
      models: model === undefined ? undefined : [model],
      directory: resolve(out),
      configFile: resolve(configFile),
    });
    const states = has("check") ? await found(out, files, model === undefined) : await write(out, files);
    for (const [file, owner, state] of states) {
      await terminal.print(json ? JSON.stringify({ file, owner, state }) : `${state.padEnd(10)} ${file}`);
    }
    return has("check") && states.some(([, , state]) => drifts.has(state)) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    terminal.complain(error.message);
    return 2;
  }
}

function choice<const Choice extends string>(
  option: string,
  text: string | undefined,
  choices: readonly Choice[],
): Choice {
  const chosen = choices.find((each) => each === text);
  if (chosen !== undefined) return chosen;
  const found = text === undefined ? "nothing" : JSON.stringify(text);
  throw new UsageError({ path: `--${option}`, found, wanted: choices.join(" or ") });
}

type StateOfFile = readonly [file: string, owner: TestgenFile["owner"], state: FileState];

async function write(out: string, files: readonly TestgenFile[]): Promise<readonly StateOfFile[]> {
  try {
    await mkdir(out, { recursive: true });
    const states: StateOfFile[] = [];
    for (const { name, owner, text } of files) {
      const file = join(out, name);
      const present = await textOf(file);
      const isKept = owner === "yours" && present !== undefined;
      if (present !== text && !isKept) await writeFile(file, text);
      states.push([file, owner, stateAfter(present, text, isKept)]);
    }
    return states;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError({
      path: "--out",
      found: `what cannot be written (${code})`,
      wanted: "a directory to write to",
    });
  }
}

function stateAfter(present: string | undefined, text: string, isKept: boolean): FileState {
  if (isKept) return "yours";
  return present === text ? "unchanged" : "written";
}

/** How the files stand to what would be written; of all models, what no model has any more is left over. */
async function found(out: string, files: readonly TestgenFile[], areAll: boolean): Promise<readonly StateOfFile[]> {
  const states = await Promise.all(
    files.map(async ({ name, owner, text }): Promise<StateOfFile> => {
      const present = await textOf(join(out, name));
      if (present === undefined) return [join(out, name), owner, "missing"];
      if (owner === "yours") return [join(out, name), owner, "yours"];
      return [join(out, name), owner, present === text ? "unchanged" : "drifted"];
    }),
  );
  const names = new Set(files.map(({ name }) => name));
  const present = areAll ? await readdir(out).catch(() => []) : [];
  const leftOver = present.filter((name) => name.endsWith(".failover.test.ts") && !names.has(name));
  return [...states, ...leftOver.map((name): StateOfFile => [join(out, name), "generated", "left over"])];
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}
