import { nearest } from "../config/nearest.ts";
import { describe } from "../config/describe.ts";
import { ConfigError, UsageError } from "../errors.ts";
import { parseArguments } from "./arguments.ts";
import type { CommandEntry, CommandOption, ExitCode } from "./command.ts";
import { commands } from "./commands.ts";
import { commandText, overviewText, version } from "./help.ts";
import type { Terminal } from "./terminal.ts";

const everywhere: Readonly<Record<string, CommandOption>> = { json: { says: "" } };

/**
 * Carries out a command line. Whatever goes wrong is told in plain lines on standard error, never as a stack trace.
 *
 * @param args - What follows the program's name.
 * @returns the exit code.
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    return explain(error, terminal);
  }
}

/** Tells of an error in plain words. */
export function explain(error: unknown, { complain }: Pick<Terminal, "complain">): ExitCode {
  if (error instanceof ConfigError || error instanceof UsageError) {
    complain(error instanceof UsageError ? `keyswitch: ${error.message}\nSee: keyswitch --help` : error.message);
    return 2;
  }
  if (isOf(error, "write")) {
    complain(`keyswitch: cannot write output (${error.code})`);
    return 1;
  }
  if (isOf(error, "read")) {
    complain(`keyswitch: cannot read input (${error.code})`);
    return 2;
  }
  // Its message is not shown: an error that nobody expected may quote anything.
  complain(`keyswitch has a bug (${error instanceof Error ? error.name : typeof error}). Please report it.`);
  if (process.env["KEYSWITCH_DEBUG"] === "1") complain(error instanceof Error ? String(error.stack) : String(error));
  else complain("Run it again with KEYSWITCH_DEBUG=1 to see where; read that before you share it.");
  return 1;
}

/** Whether the system refused to read or to write. */
function isOf(error: unknown, syscall: "read" | "write"): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && error.syscall === syscall;
}

async function dispatch(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [first, ...rest] = args;
  if (first === undefined) {
    terminal.complain(overviewText(commands));
    return 2;
  }
  if (first.startsWith("-")) return general(args, terminal);
  if (first === "help") return help(rest, terminal);
  return runCommand(commandNamed(first), rest, terminal);
}

/** Without a command: `--help`, `--version`. */
async function general(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { options } = parseArguments(args, { ...everywhere, version: { says: "" } }, 0);
  if (options["version"] === true) {
    await terminal.print(options["json"] === true ? JSON.stringify({ version: version() }) : version());
    return 0;
  }
  if (options["help"] === true) return help(options["json"] === true ? ["--json"] : [], terminal);
  throw new UsageError({ path: "command", found: "nothing", wanted: namesOfCommands() });
}

async function help(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { operands, options } = parseArguments(args, everywhere, 1);
  const [name] = operands;
  const entry = name === undefined ? undefined : commandNamed(name);
  if (options["json"] === true) {
    for (const each of entry === undefined ? commands : [entry]) {
      await terminal.print(JSON.stringify({ ...each, ...(await each.load()) }));
    }
  } else {
    await terminal.print(entry === undefined ? overviewText(commands) : commandText(entry, await entry.load()));
  }
  return 0;
}

async function runCommand(entry: CommandEntry, args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const command = await entry.load();
  try {
    const { operands, options } = parseArguments(args, { ...command.options, ...everywhere }, command.mostOperands);
    const json = options["json"] === true;
    if (options["help"] === true) return await help([entry.name, ...(json ? ["--json"] : [])], terminal);
    return await command.run({
      operands,
      has: (option) => options[option] === true,
      value: (option) => (typeof options[option] === "string" ? options[option] : undefined),
      json,
      terminal,
    });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.complain(`keyswitch ${entry.name}: ${error.message}\nSee: keyswitch help ${entry.name}`);
    return 2;
  }
}

function commandNamed(name: string): CommandEntry {
  const found = commands.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  const names = commands.map((entry) => entry.name);
  const meant = nearest(name, [...names, "help"]);
  const wanted = meant === undefined ? namesOfCommands() : `${meant}, most likely`;
  throw new UsageError({ path: "command", found: describe(name), wanted });
}

const namesOfCommands = (): string => `one of ${commands.map(({ name }) => name).join(", ")}, help`;
