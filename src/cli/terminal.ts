import { once } from "node:events";
import { fstatSync, readSync } from "node:fs";
import { styleText } from "node:util";

/** Colours and weights of a text on a terminal. */
export type Paint = Parameters<typeof styleText>[0];

/** Where a command reads from and writes to. */
export interface Terminal {
  readonly input: AsyncIterable<Uint8Array>;
  /** Whether a person would have to type the input. */
  readonly isTyped: boolean;
  /** Whether a person looks at the output, rather than a pipe or a file. */
  readonly isWatched: boolean;
  /** Size of the screen; 80 by 24 where there is none. */
  readonly columns: number;
  readonly rows: number;
  /** Writes a text and a line's end, and waits while the reader is slow. */
  readonly print: (text: string) => Promise<void>;
  /** Writes as it is, for a screen that is redrawn. */
  readonly draw: (sequence: string) => void;
  /** Writes to standard error, without control characters that a file's name or a value may hold. */
  readonly complain: (text: string) => void;
  /** Colours a text for the output: on a terminal only, as `NO_COLOR` and `FORCE_COLOR` say. */
  readonly paint: (paint: Paint, text: string) => string;
}

/** The terminal that the process was started on. A reader that leaves early, as `head` does, ends it quietly. */
export function processTerminal({ stdin, stdout, stderr }: NodeJS.Process = process): Terminal {
  stdout.on("error", leaveQuietly);
  stderr.on("error", leaveQuietly);
  return {
    input: bytesOf(stdin),
    isTyped: stdin.isTTY,
    isWatched: stdout.isTTY,
    get columns() {
      return stdout.isTTY ? stdout.columns : 80;
    },
    get rows() {
      return stdout.isTTY ? stdout.rows : 24;
    },
    print: async (text) => {
      if (!stdout.write(`${text}\n`)) await once(stdout, "drain");
    },
    draw: (sequence) => {
      stdout.write(sequence);
    },
    complain: (text) => {
      stderr.write(`${text.split("\n").map(printable).join("\n")}\n`);
    },
    paint: (paint, text) => styleText(paint, text, { stream: stdout }),
  };
}

async function* bytesOf(stdin: NodeJS.Process["stdin"]): AsyncGenerator<Uint8Array, void, undefined> {
  // To Node a directory is an empty input; the system's own word for it is an error.
  if (fstatSync(stdin.fd).isDirectory()) readSync(stdin.fd, Buffer.alloc(1));
  yield* stdin as AsyncIterable<Uint8Array>;
}

/** A text without characters that a terminal would obey. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "�");
}

function leaveQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit();
}
