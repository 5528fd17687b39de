import { property } from "./guarded.ts";

/** Whole answers that are longer are no errors. */
const mostErrorChars = 64 * 1024;

/** Whether this is what the AI SDK throws for a whole answer of status 200 that is none in its eyes. */
export function isUnreadAnswer(error: object): boolean {
  if (property(error, "name") !== "AI_APICallError") return false;
  const status = property(error, "statusCode");
  return typeof status === "number" && status < 300 && typeof property(error, "responseBody") === "string";
}

/**
 * What such an answer says of itself: the JSON that it is, or nothing. What the SDK missed in it sounds as if the request
 * were to blame, and half an answer is the model's own words.
 */
export function saidInAnswer(error: object): unknown {
  const body = property(error, "responseBody");
  if (typeof body !== "string" || body.length > mostErrorChars) return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
