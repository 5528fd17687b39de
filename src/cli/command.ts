import type { Terminal } from "./terminal.ts";

/** 0: done. 1: it found a fault. 2: it was given wrong input. */
export type ExitCode = 0 | 1 | 2;

/** An option of a command, on top of `--json` and `--help`, which all have. */
export interface CommandOption {
  /** What its value is called in the help. Left out: it takes none. */
  readonly value?: string;
  readonly says: string;
}

/** A command as it was called. */
export interface Invocation {
  readonly operands: readonly string[];
  /** Whether an option without a value was given. */
  readonly has: (option: string) => boolean;
  /** The value of an option. */
  readonly value: (option: string) => string | undefined;
  /** Whether the output is to be JSON, one object a line, wherever it goes. */
  readonly json: boolean;
  readonly terminal: Terminal;
}

/** A line to paste into a shell. */
export interface CommandExample {
  readonly says: string;
  readonly line: string;
  /** What it needs besides a shell and a configuration, as `a gateway that runs`. */
  readonly needs?: string;
}

/** A command by name; the rest is loaded when it is called, so that a help page does not wait for an engine. */
export interface CommandEntry {
  readonly name: string;
  /** One line, for the list of all commands. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** What a command does, and what its help teaches. */
export interface Command {
  /** What follows the name, as in `[FILE…] [--svg FILE]`. */
  readonly usage: string;
  readonly paragraphs: readonly string[];
  readonly options: Readonly<Record<string, CommandOption>>;
  /** How many operands it takes at most. */
  readonly mostOperands: number;
  readonly examples: readonly CommandExample[];
  readonly exits: Readonly<Partial<Record<ExitCode, string>>>;
  readonly run: (invocation: Invocation) => Promise<ExitCode>;
}
