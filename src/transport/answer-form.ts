import type { CallerRequest } from "./caller-request.ts";
import type { StreamDialect } from "./stream-dialects/index.ts";
import type { UpstreamAnswer } from "./upstream-answer.ts";

/**
 * How an answer is to be read. `whole`: to its last byte, before any of it is handed on. `events`: up to the first that
 * carries output. `items`: the same of a JSON array. `bytes`: up to the first of them, as sound that plays while it comes.
 */
export type AnswerForm = "failure" | "whole" | "events" | "items" | "bytes";

/** Tells it by status and type, or by what the caller asked for where the type is named wrongly. */
export function formOf(
  { status, headers }: Pick<UpstreamAnswer, "status" | "headers">,
  { wantsStream }: Pick<CallerRequest, "wantsStream">,
  { comesAsArray = false }: Pick<StreamDialect, "comesAsArray">,
): AnswerForm {
  if (status < 200 || status > 299) return "failure";
  const contentType = String(headers["content-type"] ?? "");
  if (/^text\/event-stream/i.test(contentType)) return "events";
  if (wantsStream && comesAsArray && /[/+]json\b/i.test(contentType)) return "items";
  if (contentType === "" || headers["content-length"] === "0" || /[/+]json\b|html/i.test(contentType)) return "whole";
  if (wantsStream) return "events";
  return /^text\/|xml/i.test(contentType) ? "whole" : "bytes";
}
