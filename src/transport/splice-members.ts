import type { JsonObjectText } from "./json-members.ts";

/** What is to stand in a JSON object, as JSON text by key. */
export interface MemberChanges {
  /** Takes the place of the value where the key is there, duplicates too, and is left out where it is not. */
  readonly replace: ReadonlyMap<string, string>;
  /** Stands there in any case. */
  readonly set: ReadonlyMap<string, string>;
}

/**
 * Changes members of a JSON object and leaves every other byte as it was: numbers too large for a parser, the order of
 * keys, white space. An object that is not whole stays as it is, for its upstream to refuse.
 */
export function spliceMembers({ bytes, members, closedAt }: JsonObjectText, { replace, set }: MemberChanges): Buffer {
  if (closedAt === undefined) return bytes;
  const parts: Buffer[] = [];
  let copiedTo = 0;
  const put = (text: string, from: number, to: number): void => {
    parts.push(bytes.subarray(copiedTo, from), Buffer.from(text));
    copiedTo = to;
  };
  for (const { key, valueStart, valueEnd } of members) {
    const text = set.get(key) ?? replace.get(key);
    if (text !== undefined) put(text, valueStart, valueEnd);
  }
  const missing = [...set].filter(([key]) => !members.some((member) => member.key === key));
  const added = missing.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(",");
  if (added !== "") put(members.length === 0 ? added : `,${added}`, closedAt, closedAt);
  return Buffer.concat([...parts, bytes.subarray(copiedTo)]);
}
