/** A literal read out of a text, and where it ends. */
export interface Literal {
  readonly value: unknown;
  readonly end: number;
}

const maxDepth = 40;

/**
 * Reads one JSON value, Python literal (`{'code': None}`, `b'…'`, tuples) or printed JavaScript object (`{ code: 'X' }`) at
 * `start`, forgiving as errors on their way through three programs need it: a text that was cut off yields what had been read.
 *
 * Cost: linear in what it consumes. Deeper than 40 levels it stops reading and returns what it has.
 */
export function readLiteral(text: string, start: number): Literal {
  const reader = { text, at: start };
  const value = readValue(reader, 0);
  return { value, end: reader.at };
}

interface Reader {
  readonly text: string;
  at: number;
}

function readValue(reader: Reader, depth: number): unknown {
  skipSpace(reader);
  const first = reader.text[reader.at];
  if (first === undefined) return undefined;
  if (depth > maxDepth) {
    reader.at = reader.text.length;
    return undefined;
  }
  if (first === "{") return readObject(reader, depth);
  if (first === "[" || first === "(") return readList(reader, first === "[" ? "]" : ")", depth);
  if (first === '"' || first === "'") return readString(reader, first);
  const afterPrefix = reader.text[reader.at + 1];
  if (/[bur]/.test(first) && (afterPrefix === '"' || afterPrefix === "'")) {
    reader.at += 1;
    return readString(reader, afterPrefix);
  }
  return readBareWord(reader);
}

function readObject(reader: Reader, depth: number): Record<string, unknown> {
  // no prototype: a body's "__proto__" or "constructor" is only a key
  const object = Object.create(null) as Record<string, unknown>;
  reader.at += 1;
  while (reader.at < reader.text.length) {
    skipSpace(reader, true);
    if (reader.text[reader.at] === "}") {
      reader.at += 1;
      break;
    }
    const before = reader.at;
    const key = readValue(reader, depth + 1);
    skipSpace(reader);
    if (reader.text[reader.at] === ":" || reader.text[reader.at] === "=") {
      reader.at += 1;
      const value = readValue(reader, depth + 1);
      if (typeof key === "string") object[key] = value;
    }
    if (reader.at === before) reader.at += 1; // never stand still on a character that fits nowhere
  }
  return object;
}

function readList(reader: Reader, close: "]" | ")", depth: number): unknown[] {
  const list: unknown[] = [];
  reader.at += 1;
  while (reader.at < reader.text.length) {
    skipSpace(reader, true);
    if (reader.text[reader.at] === close) {
      reader.at += 1;
      break;
    }
    const before = reader.at;
    list.push(readValue(reader, depth + 1));
    if (reader.at === before) reader.at += 1;
  }
  return list;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", "0": "\0" };

function readString(reader: Reader, quote: string): string {
  const { text } = reader;
  let read = "";
  let runStart = reader.at + 1;
  let at = runStart;
  for (; at < text.length && text[at] !== quote; at += 1) {
    if (text[at] !== "\\") continue;
    read += text.slice(runStart, at);
    at += 1;
    const escaped = text[at] ?? "";
    const digits = escaped === "u" ? 4 : escaped === "x" ? 2 : 0;
    const hex = text.slice(at + 1, at + 1 + digits);
    if (digits > 0 && hex.length === digits && /^[\da-f]+$/i.test(hex)) {
      read += String.fromCharCode(Number.parseInt(hex, 16));
      at += digits;
    } else {
      read += escapes[escaped] ?? escaped;
    }
    runStart = at + 1;
  }
  read += text.slice(runStart, at);
  reader.at = Math.min(at + 1, text.length);
  return read;
}

const constants: Readonly<Record<string, unknown>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  null: null,
  None: null,
  undefined: undefined,
};

function readBareWord(reader: Reader): unknown {
  const pattern = /[^\s,:={}[\]()"']{1,512}/y;
  pattern.lastIndex = reader.at;
  const word = pattern.exec(reader.text)?.[0];
  if (word === undefined) return undefined;
  reader.at += word.length;
  if (Object.hasOwn(constants, word)) return constants[word];
  return /^-?\d{1,15}(?:\.\d{1,20})?$/.test(word) ? Number(word) : word;
}

function skipSpace(reader: Reader, alsoCommas = false): void {
  const pattern = alsoCommas ? /[\s,]*/y : /\s*/y;
  pattern.lastIndex = reader.at;
  reader.at += pattern.exec(reader.text)?.[0].length ?? 0;
}
