import { writeFile } from "node:fs/promises";
import { describe } from "../config/describe.ts";
import { UsageError } from "../errors.ts";
import type { Command, ExitCode, Invocation } from "./command.ts";
import { type Draft, draftText } from "./init/draft.ts";
import { draftFromEnvironment, variablesOf } from "./init/draft-from-environment.ts";
import { draftByAsking, type Interviewee, InterviewEndedError, interviewAt } from "./init/interview.ts";

/** `keyswitch init` */
export const init: Command = {
  usage: "[FILE] [--force] [--print] [--json]",
  paragraphs: [
    "Writes a commented configuration to FILE (default: keyswitch.yaml). On a terminal it asks; else, and with --print or --json, it takes what the environment has: variables like OPENAI_API_KEY, or OPENAI_API_KEY_2 for a second key, of every provider that keyswitch knows.",
    "A key is never written, only the name of the variable that holds it.",
  ],
  options: {
    force: { says: "write over a file that is there" },
    print: { says: "print it, and write nothing" },
    json: { says: 'one JSON object: {"file", "text", "variables": [{"name", "set"}]}' },
  },
  mostOperands: 1,
  examples: [
    {
      says: "from the keys in the environment",
      line: "OPENAI_API_KEY=sk-1 OPENAI_API_KEY_2=sk-2 keyswitch init --print",
    },
    { says: "by asking", line: "keyswitch init", needs: "a terminal" },
  ],
  exits: {
    0: "it is written",
    2: "the file is there already or cannot be written, or the environment has no key",
  },
  run: runInit,
};

async function runInit(invocation: Invocation): Promise<ExitCode> {
  const { operands, has, json, terminal } = invocation;
  const [path = "keyswitch.yaml"] = operands;
  const isAsking = terminal.isTyped && terminal.isWatched && !json && !has("print");
  try {
    const draft = isAsking ? await askFor(invocation) : fromEnvironment();
    const text = draftText(draft);
    const file = has("print") ? null : path;
    if (file !== null) await write(file, text, has("force"));
    await terminal.print(json ? jsonText(file, text, draft) : file === null ? text.trimEnd() : nextSteps(file, draft));
    return 0;
  } catch (error) {
    if (!(error instanceof InterviewEndedError)) throw error;
    terminal.complain("\nkeyswitch init: it ended before the last answer, so nothing is written");
    return 2;
  }
}

async function askFor({ terminal }: Invocation): Promise<Draft> {
  const interviewee = interviewAt(terminal);
  try {
    const found = draftFromEnvironment(process.env);
    const names = variablesOf(found);
    if (names.length > 0 && (await isWanted(interviewee, names))) return found;
    return await draftByAsking(interviewee);
  } finally {
    interviewee.close();
  }
}

function isWanted({ ask }: Interviewee, names: readonly string[]): Promise<boolean> {
  return ask(`The environment has ${names.join(", ")}. Begin with that? (y/n)`, "y", (answer) =>
    /^(?:y|yes|n|no)$/i.test(answer) ? { is: /^y/i.test(answer) } : { wrong: "y or n, please." },
  );
}

function fromEnvironment(): Draft {
  const draft = draftFromEnvironment(process.env);
  if (draft.models.length > 0) return draft;
  throw new UsageError({
    path: "environment",
    found: "no key of a provider",
    wanted: "a variable such as OPENAI_API_KEY, or a terminal to ask on",
  });
}

async function write(path: string, text: string, overwrite: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: overwrite ? "w" : "wx" });
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    const found = code === "EEXIST" ? "a file that is there already" : `a file that cannot be written (${code})`;
    const wanted = code === "EEXIST" ? "another name, or --force" : "a path that can be written to";
    throw new UsageError({ path: describe(path), found, wanted });
  }
}

function jsonText(file: string | null, text: string, draft: Draft): string {
  const variables = variablesOf(draft).map((name) => ({ name, set: isSet(name) }));
  return JSON.stringify({ file, text, variables });
}

const isSet = (name: string): boolean => (process.env[name] ?? "") !== "";

function nextSteps(file: string, draft: Draft): string {
  const unset = variablesOf(draft).filter((name) => !isSet(name));
  const option = file === "keyswitch.yaml" ? "" : ` ${file}`;
  return [
    `${file} is written.`,
    ...(unset.length === 0 ? [] : [`Set ${unset.join(", ")}, then`]),
    `  keyswitch check${option} --live   asks each credential once`,
    `  keyswitch serve${option === "" ? "" : ` --config${option}`}   runs the gateway`,
  ].join("\n");
}
