import type { Edit } from "./edits.ts";
import { type JsonObjectText, memberText, readItems, readObject } from "./json-members.ts";
import { memberEdits } from "./splice-members.ts";

/*
 * What Gemini's bodies have below their top level. Its names are taken in both spellings, as its servers take them:
 * https://protobuf.dev/programming-guides/json/
 */

/** The requests that stand within one: each names its model itself. https://ai.google.dev/api/embeddings, https://ai.google.dev/api/tokens */
export function innerModelEdits(json: JsonObjectText, model: string): readonly Edit[] {
  const changes = { replace: new Map([["model", JSON.stringify(model)]]), set: new Map() };
  const edits: Edit[] = [];
  for (const request of innerRequests(json)) edits.push(...memberEdits(request, changes));
  return edits;
}

/** The requests of a batch, or the one whose tokens are to be counted. */
export function* innerRequests({ bytes, members }: JsonObjectText): Generator<JsonObjectText, void, undefined> {
  for (const { key, valueStart } of members) {
    const starts = key === "requests" ? readItems(bytes, valueStart) : singleRequest.test(key) ? [valueStart] : [];
    for (const start of starts) {
      const request = readObject(bytes, start);
      if (request !== undefined) yield request;
    }
  }
}

const singleRequest = /^generate_?content_?request$/i;

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
