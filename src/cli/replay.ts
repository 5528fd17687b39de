import { createReadStream } from "node:fs";
import { loadConfig } from "../config/index.ts";
import { UsageError } from "../errors.ts";
import {
  createLogReader,
  type Difference,
  type Divergence,
  incidentsOf,
  type LogReader,
  replayChanges,
  type ReplayedChange,
  type ReplayReport,
} from "../testing/replay/index.ts";
import type { Command, ExitCode, Invocation } from "./command.ts";
import { readLines } from "./input-lines.ts";
import { isWrongInput } from "./scenario-source.ts";
import { printable, type Terminal } from "./terminal.ts";

/** `keyswitch replay` */
export const replay: Command = {
  usage: "LOG [--config FILE] [--scenario] [--json]",
  paragraphs: [
    "Takes the models' machines through what a log recorded, and compares each change with what the machine makes of it: by what it was told, from how it stood, at that time. An incident is understood, and a later version or another configuration is shown to go the same way, or where it first does not.",
    "A LOG is the gateway's own log (log.level info; with debug none of the machine's changes are missing), what \"curl -N …/admin/events\" wrote down, or the inspector's export; - is standard input. The configuration should be that of the log's time; its keys are not used.",
    "With --scenario it prints the incident as a scenario of keyswitch simulate, one for each time that a model began anew in the log: to be kept as a test, or run under other settings with simulate --compare.",
  ],
  options: {
    config: { value: "FILE", says: "the configuration (default: keyswitch.yaml)" },
    scenario: { says: "print the incident as a scenario, one a line" },
    json: { says: "one object: {replayed, divergence, takenUp}" },
  },
  mostOperands: 1,
  examples: [
    {
      says: "what the gateway did last night, checked",
      line: "keyswitch replay gateway.log",
      needs: "the log of a gateway",
    },
    {
      says: "the same as a scenario, under other settings of the failback",
      line: "keyswitch replay gateway.log --scenario | keyswitch simulate --compare",
      needs: "the log of a gateway",
    },
  ],
  exits: {
    0: "the machines do what was recorded",
    1: "a machine does something else, or no scenario goes the log's way",
    2: "the log, the configuration or an option is wrong",
  },
  run: runReplay,
};

async function runReplay({ operands: [file], has, value, json, terminal }: Invocation): Promise<ExitCode> {
  if (file === undefined)
    throw new UsageError({ path: "LOG", found: "nothing", wanted: "a file, or - for standard input" });
  const source = file === "-" ? "standard input" : file;
  try {
    const config = await loadConfig(value("config") ?? "keyswitch.yaml");
    const reader = await readLog(file, source, terminal);
    const report = replayChanges(reader.changes, config);
    if (has("scenario")) return await printScenarios(report, config, terminal);
    if (json) await terminal.print(JSON.stringify(report));
    else for (const line of story(report, reader)) await terminal.print(line);
    return report.divergence === undefined ? 0 : 1;
  } catch (error) {
    if (!isWrongInput(error)) throw error;
    terminal.complain(
      error instanceof UsageError
        ? `keyswitch replay: ${source}${error.path === "" ? ":" : ","} ${error.message}`
        : error.message,
    );
    return 2;
  }
}

async function readLog(file: string, source: string, { input }: Pick<Terminal, "input">): Promise<LogReader> {
  const reader = createLogReader();
  try {
    for await (const line of readLines(file === "-" ? input : createReadStream(file))) {
      if ("fault" in line) {
        const { found, wanted } = line.fault;
        throw new UsageError({ path: `line ${line.number}`, found, wanted });
      }
      reader.read(line.text, line.number);
    }
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw new UsageError({ path: "", found: `what cannot be read (${code})`, wanted: "a readable file" });
  }
  return reader;
}

async function printScenarios(
  { replayed, divergence }: ReplayReport,
  config: Parameters<typeof incidentsOf>[1],
  { print, complain }: Terminal,
): Promise<ExitCode> {
  const incidents = await incidentsOf(replayed, config);
  if (incidents.length === 0) {
    const found = "no start of a model: the log begins in the middle of their lives";
    throw new UsageError({ path: "--scenario", found, wanted: "a log from the gateway's start on" });
  }
  for (const { scenario, isFaithful } of incidents) {
    await print(JSON.stringify(scenario));
    if (!isFaithful) complain(`keyswitch replay: ${scenario.id}: played, it does not move home as the log has it`);
  }
  if (divergence !== undefined) complain(divergenceLines(divergence).join("\n"));
  return divergence === undefined && incidents.every(({ isFaithful }) => isFaithful) ? 0 : 1;
}

function story({ replayed, divergence, takenUp }: ReplayReport, { otherLines }: LogReader): readonly string[] {
  const models = new Set(replayed.map(({ model }) => model)).size;
  return [
    ...replayed.map(changeLine),
    ...(divergence === undefined ? [] : ["", ...divergenceLines(divergence)]),
    "",
    `${counted(replayed.length, "change")} of ${counted(models, "model")} as recorded, ${divergence === undefined ? "none" : "1"} otherwise.`,
    `Taken up as the log has it: ${counted(takenUp, "time")}. Other lines: ${otherLines}.`,
  ];
}

const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? "" : "s"}`;

/** A change in a line: when, what the machine was told, where it went. */
function changeLine({ line, model, told, before, after }: ReplayedChange): string {
  const time = new Date(after.at).toISOString().slice(11, 23);
  const moved =
    before.home === after.home ? homeWords(after.home) : `${homeWords(before.home)} → ${homeWords(after.home)}`;
  const probing = after.probe === null ? "" : `, probing ${after.probe.credential}`;
  return printable(`line ${line}  ${time}  ${model}  ${toldWords(told)}: ${moved}${probing}, epoch ${after.epoch}`);
}

const homeWords = (home: string | null): string => home ?? "exhausted";

function toldWords(told: ReplayedChange["told"]): string {
  if (told === null) return "timer";
  const of = told.credential === undefined ? "" : ` of ${told.credential}`;
  return `${told.type}${of}${told.call === undefined ? "" : ` (call ${told.call})`}`;
}

function divergenceLines(divergence: Divergence): readonly string[] {
  const { line, model, told, where, differences, after } = divergence;
  const head =
    where === "change"
      ? `line ${line}: ${model}, ${toldWords(told)}: the machine does something else.`
      : `line ${line}: ${model} stood otherwise before ${toldWords(told)} than the change before had left it.`;
  return [head, ...differences.map((difference) => differenceLine(difference, after.at))].map(printable);
}

function differenceLine({ what, recorded, machine }: Difference, at: number): string {
  const words = (value: unknown): string => {
    if (value === undefined || value === null) return "none";
    const isTime = typeof value === "number" && /(?:^at|At|Until|until|Since)$/.test(what);
    if (isTime) return `${Math.round(value - at) / 1_000} s after the change`;
    return typeof value === "string" ? value : JSON.stringify(value);
  };
  return `  ${what}: recorded ${words(recorded)}, the machine ${words(machine)}`;
}
