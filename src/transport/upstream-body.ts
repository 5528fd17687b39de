import type { Credential } from "../config/runtime.ts";
import type { CallerRequest } from "./caller-request.ts";
import { type JsonObjectText, memberText } from "./json-members.ts";
import { spliceMembers } from "./splice-members.ts";
import { routeOf } from "./upstream-url.ts";

/**
 * The body for one credential: its own model's name in place of the caller's, its `extra_request_body` over what the
 * caller wrote, and no more tokens than its `max_tokens`. A body that is no JSON object passes as it is, and one without
 * `model` gets none.
 */
export function upstreamBody({ body, json, url }: CallerRequest, credential: Credential): Buffer | undefined {
  if (json === undefined) return body;
  return spliceMembers(json, {
    replace: new Map([["model", JSON.stringify(credential.model)]]),
    set: new Map([...tokenLimits(json, routeOf(url).route, credential.maxTokens), ...jsonTexts(credential)]),
  });
}

function jsonTexts({ extraRequestBody }: Credential): [string, string][] {
  return Object.entries(extraRequestBody).map(([key, value]) => [key, JSON.stringify(value)]);
}

const limitNames = ["max_tokens", "max_completion_tokens", "max_output_tokens"];

/** The limits that the caller wrote, where they are above the credential's; else the one that the route knows. */
function tokenLimits(json: JsonObjectText, route: string, maxTokens: number | undefined): [string, string][] {
  if (maxTokens === undefined) return [];
  const written = limitNames.filter((name) => json.members.some(({ key }) => key === name));
  if (written.length === 0) return limitOf(route).map((name) => [name, String(maxTokens)]);
  return written
    .filter((name) => !(Number(memberText(json, name)) <= maxTokens))
    .map((name) => [name, String(maxTokens)]);
}

/** What a route calls the limit, if its answers have tokens at all. */
function limitOf(route: string): readonly string[] {
  if (route.endsWith("/responses")) return ["max_output_tokens"];
  return /\/(?:completions|messages)$/.test(route) ? ["max_tokens"] : [];
}
