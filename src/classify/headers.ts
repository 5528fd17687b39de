/** Header names in lower case, to values. */
export type HeaderMap = ReadonlyMap<string, string>;

const maxHeaders = 200;

/** Reads headers in any of their shapes: an object, a `Headers`, a `Map`, pairs, undici's flat list. Wrong types are skipped. */
export function readHeaders(value: unknown): HeaderMap {
  const headers = new Map<string, string>();
  if (typeof value !== "object" || value === null) return headers;
  try {
    for (const [name, content] of pairsOf(value)) {
      if (headers.size >= maxHeaders) break;
      const text = headerText(content);
      if (typeof name === "string" && text !== undefined) headers.set(name.toLowerCase(), text.slice(0, 1024));
    }
  } catch {
    // an iterator or a getter that throws ends the reading; what was read stays
  }
  return headers;
}

function pairsOf(value: object): Iterable<readonly [unknown, unknown]> {
  if (Array.isArray(value)) return listPairs(value as unknown[]);
  if (value instanceof Headers || value instanceof Map) return value as Iterable<readonly [unknown, unknown]>;
  return Object.entries(value);
}

function* listPairs(list: readonly unknown[]): Generator<readonly [unknown, unknown]> {
  for (let index = 0; index < list.length && index < 2 * maxHeaders; index += 1) {
    const item = list[index];
    if (Array.isArray(item)) yield [item[0], item[1]];
    else {
      yield [item, list[index + 1]];
      index += 1;
    }
  }
}

function headerText(content: unknown): string | undefined {
  if (typeof content === "string") return content.trim();
  if (typeof content === "number") return String(content);
  return Array.isArray(content) && typeof content[0] === "string" ? content[0].trim() : undefined;
}
