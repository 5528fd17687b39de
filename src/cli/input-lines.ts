import { UsageError } from "../errors.ts";

/** One line of the input that is not blank: its text, or why it has none. */
export type InputLine =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly fault: UsageError };

/** The longest line that is read: longer than any upstream's answer, short enough to hold. */
export const longestLineBytes = 64 * 1024 * 1024;

const lineFeed = 0x0a;

/**
 * Reads lines one at a time, holding one at most. A byte order mark, a carriage return at a line's end, and blank lines
 * are dropped; lines that are too long, or not UTF-8, come as faults.
 */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  mostBytes: number = longestLineBytes,
): AsyncGenerator<InputLine, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let number = 0;
  let pieces: Uint8Array[] = [];
  let bytes = 0;

  const add = (piece: Uint8Array): void => {
    bytes += piece.length;
    if (bytes > mostBytes) pieces = [];
    else pieces.push(piece);
  };
  const end = (): InputLine | undefined => {
    number += 1;
    const [line, lineBytes] = [pieces, bytes];
    pieces = [];
    bytes = 0;
    if (lineBytes > mostBytes) return faulty(number, `a line of ${lineBytes} bytes`, `at most ${mostBytes}`);
    try {
      const text = decoder.decode(Buffer.concat(line)).replace(/\r$/, "");
      return text.trim() === "" ? undefined : { number, text };
    } catch {
      return faulty(number, "bytes that are not UTF-8", "a text in UTF-8");
    }
  };

  for await (const chunk of source) {
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, from)) {
      add(chunk.subarray(from, at));
      from = at + 1;
      const line = end();
      if (line !== undefined) yield line;
    }
    if (from < chunk.length) add(chunk.subarray(from));
  }
  const last = bytes > 0 ? end() : undefined;
  if (last !== undefined) yield last;
}

function faulty(number: number, found: string, wanted: string): InputLine {
  return { number, fault: new UsageError({ path: "", found, wanted }) };
}
