import { type Edit, edited } from "./edits.ts";
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
export function spliceMembers(json: JsonObjectText, changes: MemberChanges): Buffer {
  return edited(json.bytes, memberEdits(json, changes));
}

/** What {@link spliceMembers} does, as changes to the bytes that the object stands in. */
export function memberEdits(
  { bytes, members, closedAt }: JsonObjectText,
  { replace, set }: MemberChanges,
): readonly Edit[] {
  if (closedAt === undefined) return [];
  const edits = members.flatMap(({ key, valueStart: from, valueEnd: to }): Edit[] => {
    const text = set.get(key) ?? replace.get(key);
    // Most callers name a model as its upstream does: their body then goes on as it is, and is not copied.
    const stays = text === undefined || (to - from === text.length && bytes.toString("latin1", from, to) === text);
    return stays ? [] : [{ from, to, text }];
  });
  const missing = [...set].filter(([key]) => !members.some((member) => member.key === key));
  if (missing.length === 0) return edits;
  const added = missing.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(",");
  return [...edits, { from: closedAt, to: closedAt, text: members.length === 0 ? added : `,${added}` }];
}
