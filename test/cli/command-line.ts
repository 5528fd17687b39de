import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { run } from "../../src/cli/run.ts";
import type { Terminal } from "../../src/cli/terminal.ts";

export const mainFile = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** How a run of the real command line ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Surroundings {
  /** What its standard input holds. */
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `keyswitch` as a child process, to its end. */
export function keyswitch(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  return ended(start(args, surroundings), surroundings.input ?? "");
}

/** Carries out a command line in this process, with pipes for a terminal: what needs no process is told sooner. */
export async function keyswitchHere(args: readonly string[], input = ""): Promise<Ended> {
  const terminal = pipedTerminal(input);
  const code = await run(args, terminal);
  return { code, stdout: terminal.shown(), stderr: terminal.complaints() };
}

/** Runs a line of a shell in which `keyswitch` is the command. */
export function shell(line: string, surroundings: Surroundings = {}): Promise<Ended> {
  const script = `keyswitch() { "${process.execPath}" "${mainFile}" "$@"; }\n${line}`;
  return ended(spawn("sh", ["-c", script], options(surroundings)), surroundings.input ?? "");
}

/** Starts `keyswitch` as a child process. */
export function start(args: readonly string[], surroundings: Surroundings = {}): ChildProcess {
  return spawn(process.execPath, [mainFile, ...args], options(surroundings));
}

/** Waits for the end of a child process. */
export async function ended(child: ChildProcess, input: string | Uint8Array = ""): Promise<Ended> {
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
    });
  }
  // It may leave without reading all of it.
  child.stdin?.on("error", () => {}).end(input);
  const code = await new Promise<number | null>((resolve) => {
    child.once("close", resolve);
  });
  return { code, ...texts };
}

/** What JSON lines hold. */
export function jsonLines(text: string): readonly Readonly<Record<string, unknown>>[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

/** A terminal in memory, and what was written to it. */
export interface MemoryTerminal extends Terminal {
  readonly shown: () => string;
  readonly complaints: () => string;
}

/** A terminal that somebody types at and looks at; this one shows no colours. */
export function watchedTerminal(input = ""): MemoryTerminal {
  return { ...pipedTerminal(input), isTyped: true, isWatched: true };
}

/** A terminal that is none: the input and the output are pipes. */
export function pipedTerminal(input = ""): MemoryTerminal {
  let shown = "";
  let complaints = "";
  return {
    input: (async function* () {
      yield Buffer.from(input);
    })(),
    isTyped: false,
    isWatched: false,
    columns: 80,
    rows: 24,
    print: async (text) => {
      shown += `${text}\n`;
    },
    draw: (sequence) => {
      shown += sequence;
    },
    complain: (text) => {
      complaints += `${text}\n`;
    },
    paint: (_, text) => text,
    shown: () => shown,
    complaints: () => complaints,
  };
}

function options({ cwd, env = {} }: Surroundings): { cwd: string | undefined; env: Record<string, string> } {
  const { PATH = "" } = process.env;
  return { cwd, env: { PATH, ...env } };
}
