import type { JsonMember, JsonObjectText } from "./json-members.ts";

/** What an answer of any kind holds when it is one. */
const payloadKeys = new Set([
  "choices",
  "data",
  "output",
  "content",
  "results",
  "candidates",
  "embeddings",
  "text",
  "id",
]);

/** What tells of an error, whatever else there is. */
const errorKeys = new Set(["error", "base_resp", "promptFeedback"]);

/** Whether a JSON body has to be parsed to see if it tells of an error: the names at its top say so of most. */
export function mayTellError({ bytes, members }: JsonObjectText): boolean {
  const isThere = ({ valueStart, valueEnd }: JsonMember): boolean => !isText(bytes, valueStart, valueEnd, "null");
  const isNamedError = ({ key, valueStart, valueEnd }: JsonMember): boolean =>
    (key === "object" || key === "type") && isText(bytes, valueStart, valueEnd, '"error"');
  const tells = members.some((member) => isNamedError(member) || (errorKeys.has(member.key) && isThere(member)));
  return tells || !members.some((member) => payloadKeys.has(member.key) && isThere(member));
}

function isText(bytes: Buffer, start: number, end: number, text: string): boolean {
  return end - start === text.length && bytes.toString("latin1", start, end) === text;
}

/** Whether a JSON body, or the data of an event, tells of an error, whatever the status it came under. */
export function isErrorBody(body: unknown): boolean {
  if (typeof body !== "object" || body === null) return false;
  const fields = body as Readonly<Record<string, unknown>>;
  const { error, object, type, success, base_resp: baseResponse } = fields;
  if (typeof error === "object" ? error !== null : typeof error === "string" && error !== "") return true;
  if (object === "error" || type === "error") return true;
  if (hasFailedStatus(baseResponse)) return true;
  if (isRefusedPrompt(fields)) return true;
  const isPayload = [...payloadKeys].some((key) => fields[key] !== undefined && fields[key] !== null);
  return !isPayload && (success === false || hasCodeAndSentence(fields));
}

/** MiniMax tells every failure so, under status 200. https://platform.minimax.io/docs/api-reference/errorcode */
function hasFailedStatus(baseResponse: unknown): boolean {
  if (typeof baseResponse !== "object" || baseResponse === null || !("status_code" in baseResponse)) return false;
  return typeof baseResponse.status_code === "number" && baseResponse.status_code !== 0;
}

/** Gemini refuses a prompt so, under status 200. https://ai.google.dev/api/generate-content#PromptFeedback */
function isRefusedPrompt({ promptFeedback, candidates }: Readonly<Record<string, unknown>>): boolean {
  if (typeof promptFeedback !== "object" || promptFeedback === null || !("blockReason" in promptFeedback)) return false;
  const isAnswered = Array.isArray(candidates) && candidates.length > 0;
  return typeof promptFeedback.blockReason === "string" && !isAnswered;
}

/** `{"code": "Arrearage", "message": …}`, `{"code": 500, "msg": …}`, as relays and Chinese providers write. */
function hasCodeAndSentence({ code, message, msg }: Readonly<Record<string, unknown>>): boolean {
  const isCode = (typeof code === "number" && code !== 0 && code !== 200) || (typeof code === "string" && code !== "");
  return isCode && (typeof message === "string" || typeof msg === "string");
}

/** Parses JSON; `undefined` for what is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
