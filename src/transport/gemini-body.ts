import type { Edit } from "./edits.ts";
import { type JsonMember, type JsonObjectText, memberText, readItems, readObject } from "./json-members.ts";
import { memberEdits } from "./splice-members.ts";

/*
 * What Gemini's bodies have below their top level. Its names are taken in both spellings, as its servers take them:
 * https://protobuf.dev/programming-guides/json/
 */

/** The requests that stand within one: each names its model itself. https://ai.google.dev/api/embeddings, https://ai.google.dev/api/tokens */
export function innerModelEdits({ bytes, members }: JsonObjectText, model: string): readonly Edit[] {
  const replace = new Map([["model", JSON.stringify(model)]]);
  return members
    .flatMap((member) => innerRequests(bytes, member))
    .flatMap((request) => memberEdits(request, { replace, set: new Map() }));
}

/** The requests of a batch, or the one whose tokens are to be counted. */
export function innerRequests(bytes: Buffer, { key, valueStart }: JsonMember): readonly JsonObjectText[] {
  if (key === "requests") return readItems(bytes, valueStart).flatMap((start) => readObject(bytes, start) ?? []);
  const inner = /^generate_?content_?request$/i.test(key) ? readObject(bytes, valueStart) : undefined;
  return inner === undefined ? [] : [inner];
}

/** How a limit on the tokens of an answer gets into a body. */
export interface TokenLimit {
  /** Members to set at the top level. */
  readonly members: readonly (readonly [key: string, text: string])[];
  readonly edits: readonly Edit[];
}

/** The limit, unless the caller's own is lower. https://ai.google.dev/api/generate-content */
export function tokenLimit(json: JsonObjectText, maxTokens: number): TokenLimit {
  const member = json.members.findLast(({ key }) => /^generation_?config$/i.test(key));
  const settings = member && readObject(json.bytes, member.valueStart);
  if (settings === undefined) {
    const text = JSON.stringify({ maxOutputTokens: maxTokens });
    return { members: [[member?.key ?? "generationConfig", text]], edits: [] };
  }
  const name = settings.members.findLast(({ key }) => /^max_?output_?tokens$/i.test(key))?.key ?? "maxOutputTokens";
  const isLower = Number(memberText(settings, name)) <= maxTokens;
  const set = new Map(isLower ? [] : [[name, String(maxTokens)]]);
  return { members: [], edits: memberEdits(settings, { replace: new Map(), set }) };
}
