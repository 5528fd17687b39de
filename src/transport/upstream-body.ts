import type { Credential } from "../config/runtime.ts";
import type { Api } from "../providers/provider.ts";
import type { CallerRequest } from "./caller-request.ts";
import { type Edit, edited } from "./edits.ts";
import { innerModelEdits, type TokenLimit, tokenLimit } from "./gemini-body.ts";
import { type JsonObjectText, memberText } from "./json-members.ts";
import { modelResource } from "./model-resource.ts";
import { fieldEdits } from "./multipart.ts";
import { memberEdits } from "./splice-members.ts";

/**
 * The body for one credential: its own model's name in place of the caller's, its `extra_request_body` over what the
 * caller wrote, and no more tokens than its `max_tokens`. Of a form only the model's field changes; a body that is neither
 * form nor JSON object passes as it is, and one without `model` gets none.
 */
export function upstreamBody(
  { body, json, headers }: CallerRequest,
  route: string,
  credential: Credential,
  api: Api,
): Buffer | undefined {
  if (json !== undefined) {
    return edited(json.bytes, json.closedAt === undefined ? [] : jsonEdits(json, route, credential, api));
  }
  if (body === undefined) return undefined;
  return edited(body, fieldEdits(body, headers["content-type"], { name: "model", text: credential.model }));
}

function jsonEdits(json: JsonObjectText, route: string, credential: Credential, api: Api): readonly Edit[] {
  const model = modelResource(api, credential.model);
  const limit = tokenLimitOf(json, route, credential.maxTokens, api);
  const top = {
    replace: new Map(namesOfModel(json).map((name) => [name, JSON.stringify(model)])),
    set: new Map([...limit.members, ...jsonTexts(credential)]),
  };
  const inner = api === "gemini" ? innerModelEdits(json, model) : [];
  return [...memberEdits(json, top), ...inner, ...limit.edits];
}

/** In any case: what is written in Go, as many relays are, takes `Model` for it as well, and the last one. https://pkg.go.dev/encoding/json#Unmarshal */
function namesOfModel({ members }: JsonObjectText): readonly string[] {
  return members.map(({ key }) => key).filter((key) => key.length === 5 && key.toLowerCase() === "model");
}

function jsonTexts({ extraRequestBody }: Credential): [string, string][] {
  return Object.entries(extraRequestBody).map(([key, value]) => [key, JSON.stringify(value)]);
}

const limitNames = ["max_tokens", "max_completion_tokens", "max_output_tokens"];
const unlimited: TokenLimit = { members: [], edits: [] };

/** The limits that the caller wrote, where they are above the credential's; else the one that the route knows. */
function tokenLimitOf(json: JsonObjectText, route: string, maxTokens: number | undefined, api: Api): TokenLimit {
  if (maxTokens === undefined) return unlimited;
  if (api === "gemini") return /:(?:stream)?generateContent$/i.test(route) ? tokenLimit(json, maxTokens) : unlimited;
  const written = limitNames.filter((name) => json.members.some(({ key }) => key === name));
  const exceeding = written.filter((name) => !(Number(memberText(json, name)) <= maxTokens));
  const names = written.length === 0 ? limitOf(route) : exceeding;
  return { members: names.map((name) => [name, String(maxTokens)]), edits: [] };
}

/** What a route calls the limit, if its answers have tokens at all. */
function limitOf(route: string): readonly string[] {
  if (route.endsWith("/responses")) return ["max_output_tokens"];
  return /\/(?:completions|messages)$/.test(route) ? ["max_tokens"] : [];
}
