import { writeFile } from "node:fs/promises";
import { UsageError } from "../errors.ts";
import { compareScenario, runScenario, type ScenarioRun } from "../testing/simulate/index.ts";
import type { Command, ExitCode, Invocation } from "./command.ts";
import { drawingOf } from "./scenario-drawing.ts";
import { type FoundScenario, isWrongInput, scenariosOf } from "./scenario-source.ts";
import { comparisonTable, scenarioTable } from "./scenario-table.ts";

/** `keyswitch simulate` */
export const simulate: Command = {
  usage: "[FILE…] [--compare] [--svg FILE] [--json]",
  paragraphs: [
    "Shows what would happen: which credential serves when others fail, when it fails back, what a caller gets. Hours take no time, jitter is off, and the same scenario always gives the same answer.",
    'A scenario is an object {"id", "model", "steps"}. The model is one of a configuration, whose credentials may be plain ids. A FILE holds one as JSON or YAML, a list of them, or (.jsonl) one a line; without a FILE they come from standard input.',
    'Steps: {"call": {"a": ["auth"]}} is one call, with what each credential answers, one outcome an attempt: "ok" (also when left out), an error class, {"hang": true}, {"cancel": true}, {"error": class, "after_s": 2}, or a raw failure as {"status": 429, "headers": {"retry-after": "20"}}. {"stream": …} is the same for a stream, {"calls": 50} are calls that succeed, {"advance": 600} lets seconds pass, {"start": "x", "call": {}} and {"finish": "x", "outcome": "ok"} hold a call in flight, {"op": "RESET"} is an operator\'s word (RESET, DISABLE, ENABLE, FAILBACK).',
    'Also: {"traffic": {"rate": "2/s", "for": "1h", "latency": "800ms"}} are calls that arrive by themselves (from the same seed always at the same times), and beside the steps "outages": [{"credential": "a", "from": "10m", "to": "40m", "outcome": "auth"}] say when a credential answers what. Such a scenario also tells what it comes to: availability, attempts per call, added latency, time to failback.',
    'With --compare it runs under several settings of its model, the same calls and outages each time, so that a failback can be chosen by what it costs and brings. "compare": [{"name": "eager", "failback": {"timeout": "1m"}}] lists them; without it both strategies are compared, with a timeout of 1 and 10 minutes, by count of served calls and without.',
    "Prints a line a scenario with a report a step; on a terminal, a table. A scenario that is wrong is told on standard error with its place, and the others still run.",
  ],
  options: {
    compare: { says: "run each scenario under several settings, and set what comes of it side by side" },
    svg: { value: "FILE", says: "also draw the last scenario: home, moves, probes, cooldowns, outages and attempts" },
    json: { says: "JSON lines on a terminal too; in a pipe they are the default" },
  },
  mostOperands: Number.POSITIVE_INFINITY,
  examples: [
    {
      says: "a key is revoked: the next one takes over, and ten minutes later the first is tried again",
      line: `echo '{"id":"two","model":{"credentials":["a","b"]},"steps":[{"call":{"a":["auth"]}},{"advance":600},{"call":{}}]}' | keyswitch simulate`,
    },
    {
      says: "a failure as it stood on the wire, classified as it would be",
      line: `echo '{"id":"raw","model":{"credentials":["a","b"]},"steps":[{"call":{"a":[{"status":402}]}}]}' | keyswitch simulate --json`,
    },
    {
      says: "which failback brings an hour's calls back soonest after a key was out for ten minutes, and at what cost",
      line: `echo '{"id":"hour","model":{"credentials":["a","b"]},"outages":[{"credential":"a","from":"5m","to":"15m","outcome":"auth"}],"steps":[{"traffic":{"rate":"1/s","for":"1h"}}]}' | keyswitch simulate --compare`,
    },
    { says: "from a file, with a drawing", line: "keyswitch simulate scenario.yaml --svg timeline.svg" },
  ],
  exits: { 0: "every scenario ran", 2: "a scenario, a file or an option is wrong" },
  run: runSimulate,
};

async function runSimulate({ operands, has, value, json, terminal }: Invocation): Promise<ExitCode> {
  const svg = value("svg");
  if (svg !== undefined && has("compare")) {
    throw new UsageError({
      path: "--svg",
      found: "--compare beside it",
      wanted: "one of the two: a drawing shows one run",
    });
  }
  const files = operands.length === 0 ? [undefined] : operands.map((file) => (file === "-" ? undefined : file));
  if (files.includes(undefined) && terminal.isTyped) {
    terminal.complain("Waiting for a scenario, as JSON or YAML. Ctrl-D ends; see keyswitch help simulate.");
  }
  const isForPeople = terminal.isWatched && !json;
  let exitCode: ExitCode = 0;
  let last: ScenarioRun | undefined;
  const refuse = (message: string): void => {
    terminal.complain(`keyswitch simulate: ${message}`);
    exitCode = 2;
  };
  const compare = async (input: unknown): Promise<string> => {
    const comparison = await compareScenario(input);
    return isForPeople ? comparisonTable(comparison, terminal) : JSON.stringify(comparison);
  };
  const run = async (input: unknown): Promise<string> => {
    last = await runScenario(input);
    return isForPeople ? scenarioTable(last, terminal) : JSON.stringify(last.report);
  };

  for (const file of files) {
    try {
      for await (const found of scenariosOf(file, terminal.input)) {
        const answer = await answerTo(found, has("compare") ? compare : run, refuse);
        if (answer !== undefined) await terminal.print(answer);
      }
    } catch (error) {
      if (!isWrongInput(error)) throw error;
      refuse(error.message);
    }
  }

  if (svg !== undefined && last !== undefined) await draw(last, svg);
  return exitCode;
}

/** What there is to print of a scenario; it is told why when it cannot be run. */
async function answerTo(
  { place, read }: FoundScenario,
  run: (input: unknown) => Promise<string>,
  refuse: (message: string) => void,
): Promise<string | undefined> {
  try {
    return await run(read());
  } catch (error) {
    if (!isWrongInput(error)) throw error;
    refuse(error.message.startsWith(place) ? error.message : `${place}: ${error.message}`);
    return undefined;
  }
}

async function draw(run: ScenarioRun, file: string): Promise<void> {
  try {
    await writeFile(file, drawingOf(run));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError({ path: "--svg", found: `a file that cannot be written (${code})`, wanted: "a writable one" });
  }
}
