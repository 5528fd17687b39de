import { writeFile } from "node:fs/promises";
import { timelineSvg } from "../../visualizations/timeline-svg.ts";
import { UsageError } from "../errors.ts";
import { type Scenario, type ScenarioReport, simulate as runScenario } from "../testing/simulate/index.ts";
import type { Command, ExitCode, Invocation } from "./command.ts";
import { type FoundScenario, isWrongInput, scenariosOf } from "./scenario-source.ts";
import { scenarioTable } from "./scenario-table.ts";
import { timelineOf } from "./scenario-timeline.ts";

/** `keyswitch simulate` */
export const simulate: Command = {
  usage: "[FILE…] [--svg FILE] [--json]",
  paragraphs: [
    "Shows what would happen: which credential serves when others fail, when it fails back, what a caller gets. Hours take no time, jitter is off, and the same scenario always gives the same answer.",
    'A scenario is an object {"id", "model", "steps"}. The model is one of a configuration, whose credentials may be plain ids. A FILE holds one as JSON or YAML, a list of them, or (.jsonl) one a line; without a FILE they come from standard input.',
    'Steps: {"call": {"a": ["auth"]}} is one call, with what each credential answers, one outcome an attempt: "ok" (also when left out), an error class, {"hang": true}, {"cancel": true}, {"error": class, "after_s": 2}, or a raw failure as {"status": 429, "headers": {"retry-after": "20"}}. {"stream": …} is the same for a stream, {"calls": 50} are calls that succeed, {"advance": 600} lets seconds pass, {"start": "x", "call": {}} and {"finish": "x", "outcome": "ok"} hold a call in flight, {"op": "RESET"} is an operator\'s word (RESET, DISABLE, ENABLE, FAILBACK).',
    "Prints a line a scenario with a report a step; on a terminal, a table. A scenario that is wrong is told on standard error with its place, and the others still run.",
  ],
  options: {
    svg: { value: "FILE", says: "also draw the last scenario: home, probes and attempts over its steps" },
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
    { says: "from a file, with a drawing", line: "keyswitch simulate scenario.yaml --svg timeline.svg" },
  ],
  exits: { 0: "every scenario ran", 2: "a scenario, a file or an option is wrong" },
  run: runSimulate,
};

interface Ran {
  readonly scenario: Scenario;
  readonly report: ScenarioReport;
}

async function runSimulate({ operands, value, json, terminal }: Invocation): Promise<ExitCode> {
  const files = operands.length === 0 ? [undefined] : operands.map((file) => (file === "-" ? undefined : file));
  if (files.includes(undefined) && terminal.isTyped) {
    terminal.complain("Waiting for a scenario, as JSON or YAML. Ctrl-D ends; see keyswitch help simulate.");
  }
  let exitCode: ExitCode = 0;
  let last: Ran | undefined;
  const refuse = (message: string): void => {
    terminal.complain(`keyswitch simulate: ${message}`);
    exitCode = 2;
  };

  for (const file of files) {
    try {
      for await (const found of scenariosOf(file, terminal.input)) {
        const ran = await runFound(found, refuse);
        if (ran === undefined) continue;
        last = ran;
        const isForPeople = terminal.isWatched && !json;
        await terminal.print(
          isForPeople ? scenarioTable(ran.scenario, ran.report, terminal) : JSON.stringify(ran.report),
        );
      }
    } catch (error) {
      if (!isWrongInput(error)) throw error;
      refuse(error.message);
    }
  }

  const svg = value("svg");
  if (svg !== undefined && last !== undefined) await draw(last, svg);
  return exitCode;
}

/** Runs a scenario, or tells why it cannot be run. */
async function runFound({ place, read }: FoundScenario, refuse: (message: string) => void): Promise<Ran | undefined> {
  try {
    const input = read();
    // Its shape is checked by running it.
    return { report: await runScenario(input), scenario: input as Scenario };
  } catch (error) {
    if (!isWrongInput(error)) throw error;
    refuse(error.message.startsWith(place) ? error.message : `${place}: ${error.message}`);
    return undefined;
  }
}

async function draw({ scenario, report }: Ran, file: string): Promise<void> {
  try {
    await writeFile(file, timelineSvg(timelineOf(scenario, report)));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError({ path: "--svg", found: `a file that cannot be written (${code})`, wanted: "a writable one" });
  }
}
