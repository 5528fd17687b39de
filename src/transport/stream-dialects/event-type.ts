import { parsedJson } from "../error-body.ts";
import type { ServerSentEvent } from "../sse.ts";

/** The type of an event in the dialects that name them: its name, or the data's `type`, since relays drop names. */
export function eventType({ name, data }: ServerSentEvent): string {
  if (name !== "") return name;
  const fields = parsedJson(data);
  const type = typeof fields === "object" && fields !== null && "type" in fields ? fields.type : undefined;
  return typeof type === "string" ? type : "";
}
