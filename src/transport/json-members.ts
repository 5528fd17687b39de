/** One member of a JSON object, where it stands in the object's bytes. */
export interface JsonMember {
  readonly key: string;
  readonly valueStart: number;
  /** The first byte after the value. */
  readonly valueEnd: number;
}

/** A JSON object as bytes, taken apart one level deep. */
export interface JsonObjectText {
  readonly bytes: Buffer;
  /** In order, duplicates too. */
  readonly members: readonly JsonMember[];
  /** Where its closing brace stands; undefined where the text breaks off or is no JSON from some point on. */
  readonly closedAt: number | undefined;
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

/**
 * Finds the members of a JSON object without parsing their values: strings are jumped over, nesting is counted, so that
 * neither length nor depth costs more than one look at each byte. `undefined` where the bytes are no object.
 *
 * @param from - Where the object starts, or the white space before it.
 */
export function readObject(bytes: Buffer, from = 0): JsonObjectText | undefined {
  const start = skipSpace(bytes, from);
  if (bytes[start] !== openBrace) return undefined;
  const members: JsonMember[] = [];
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === closeBrace) return { bytes, members, closedAt: at };
  for (;;) {
    const member = readMember(bytes, at);
    if (member === undefined) return { bytes, members, closedAt: undefined };
    members.push(member);
    at = skipSpace(bytes, member.valueEnd);
    if (bytes[at] === closeBrace) return { bytes, members, closedAt: at };
    if (bytes[at] !== comma) return { bytes, members, closedAt: undefined };
    at = skipSpace(bytes, at + 1);
  }
}

/**
 * Where the values of a JSON array start, as far as its text is one: one after another, since there may be millions. None
 * where the bytes are no array.
 */
export function* readItems(bytes: Buffer, from: number): Generator<number, void, undefined> {
  if (bytes[from] !== openBracket) return;
  for (let at = skipSpace(bytes, from + 1); at < bytes.length; at = skipSpace(bytes, at + 1)) {
    const end = skipValue(bytes, at);
    if (end <= at) return;
    yield at;
    at = skipSpace(bytes, end);
    if (bytes[at] !== comma) return;
  }
}

/** The value of a key, as JSON text: the last one counts, as it does for every parser. */
export function memberText({ bytes, members }: JsonObjectText, key: string): string | undefined {
  const member = members.findLast((each) => each.key === key);
  return member && bytes.toString("utf8", member.valueStart, member.valueEnd);
}

function readMember(bytes: Buffer, start: number): JsonMember | undefined {
  if (bytes[start] !== quote) return undefined;
  const keyEnd = skipString(bytes, start);
  const colonAt = skipSpace(bytes, keyEnd);
  if (bytes[colonAt] !== colon) return undefined;
  const valueStart = skipSpace(bytes, colonAt + 1);
  const valueEnd = skipValue(bytes, valueStart);
  const key = keyOf(bytes.toString("utf8", start, keyEnd));
  return key === undefined || valueEnd <= valueStart ? undefined : { key, valueStart, valueEnd };
}

/** A key may be written with escapes: `"mod\u0065l"` is `model`. */
function keyOf(text: string): string | undefined {
  if (!text.includes("\\")) return text.slice(1, -1);
  try {
    return String(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && isSpace(bytes[at])) at += 1;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** The first byte after a value; the value's own start where it never ends. */
function skipValue(bytes: Buffer, start: number): number {
  const first = bytes[start];
  if (first === quote) return skipString(bytes, start);
  if (first === openBrace || first === openBracket) return skipNested(bytes, start);
  let at = start;
  while (at < bytes.length && !isSpace(bytes[at]) && !endsScalar(bytes[at])) at += 1;
  return at;
}

function endsScalar(byte: number | undefined): boolean {
  return byte === comma || byte === closeBrace || byte === closeBracket;
}

function skipNested(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) {
      const end = skipString(bytes, at);
      if (end === at) return start;
      at = end - 1;
    } else if (byte === openBrace || byte === openBracket) depth += 1;
    else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return start;
}

/** What is looked at byte by byte, before it pays to have the rest looked through natively. */
const shortStringBytes = 32;

/** The first byte after a string's closing quote, which is the first that an even number of backslashes precedes. */
function skipString(bytes: Buffer, start: number): number {
  let from = start + 1;
  const near = Math.min(from + shortStringBytes, bytes.length);
  for (; from < near; from += 1) {
    if (bytes[from] === quote) return from + 1;
    if (bytes[from] === backslash) from += 1;
  }
  for (let at = bytes.indexOf(quote, from); at >= 0; at = bytes.indexOf(quote, at + 1)) {
    let before = at - 1;
    while (bytes[before] === backslash) before -= 1;
    if ((at - before) % 2 === 1) return at + 1;
  }
  return start;
}
