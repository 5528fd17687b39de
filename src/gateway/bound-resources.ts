import type { Api } from "../providers/provider.ts";
import { type CallerRequest, memberOf } from "../transport/caller-request.ts";
import { parsedJson } from "../transport/error-body.ts";

/** What a request names that belongs to one account: with another key it does not exist. */
export interface BoundResource {
  /** The member that names it. */
  readonly member: string;
  readonly id: string;
}

/** Members at the top of a body whose value is an id of the account's. */
const topMembers: Readonly<Record<Api, readonly string[]>> = {
  openai: ["previous_response_id", "conversation"],
  anthropic: ["container"],
  gemini: ["cachedContent"],
};

/** Members anywhere in a body whose value is one. A text that talks of them has its quotes escaped, and does not match. */
const innerMembers: Readonly<Record<Api, RegExp>> = {
  openai: /"(file_id|file_ids|vector_store_ids)"\s{0,20}:\s{0,20}\[?\s{0,20}"([^"\\]{1,200})"/,
  anthropic: /"(file_id)"\s{0,20}:\s{0,20}"([^"\\]{1,200})"/,
  gemini: /"(fileUri|file_uri)"\s{0,20}:\s{0,20}"([^"\\]{0,200}\/files\/[^"\\]{1,200})"/,
};

/** Routes whose bodies name none, and may be long. */
const unboundRoutes = /\/(?:embeddings|rerank)$|:(?:batch)?[eE]mbed/;

const hints: Readonly<Record<Api, readonly Buffer[]>> = {
  openai: ['"file_id', '"vector_store_ids"'].map((text) => Buffer.from(text)),
  anthropic: ['"file_id"'].map((text) => Buffer.from(text)),
  gemini: ['"fileUri"', '"file_uri"'].map((text) => Buffer.from(text)),
};

/** The first account-bound resource that a request names. */
export function boundResource(api: Api, request: CallerRequest): BoundResource | undefined {
  if (request.json === undefined || unboundRoutes.test(request.url.pathname)) return undefined;
  return namedAtTop(topMembers[api], request) ?? namedWithin(api, request.json.bytes);
}

function namedAtTop(members: readonly string[], request: CallerRequest): BoundResource | undefined {
  for (const member of members) {
    const text = memberOf(request, member);
    const id = text === undefined ? undefined : idIn(parsedJson(text));
    if (id !== undefined) return { member, id };
  }
  return undefined;
}

/** An id stands there by itself, or in an object. */
function idIn(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "object" && value !== null && "id" in value && typeof value.id === "string"
    ? value.id
    : undefined;
}

function namedWithin(api: Api, bytes: Buffer): BoundResource | undefined {
  // Most bodies name none: looking for bytes costs a fraction of making a text of them.
  if (!hints[api].some((hint) => bytes.includes(hint))) return undefined;
  const [, member = "", id = ""] = innerMembers[api].exec(bytes.toString("latin1")) ?? [];
  return member === "" ? undefined : { member, id };
}
