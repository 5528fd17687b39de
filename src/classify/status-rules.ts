import type { ErrorClass } from "../../machines/events.ts";

/** Statuses whose class is not that of their hundred. 404 is a wrong route: one that speaks of a model was read as words before. */
const classByStatus: Readonly<Record<number, ErrorClass>> = {
  401: "auth",
  402: "quota_exceeded",
  403: "auth",
  407: "auth",
  408: "transient",
  409: "transient",
  413: "input_too_large",
  414: "input_too_large",
  423: "transient",
  424: "transient",
  425: "transient",
  429: "transient",
  446: "content_safety",
  451: "content_safety",
  // the client went away (nginx): nobody knows what the answer would have been
  499: "unknown",
  501: "permanent",
  505: "permanent",
};

/** The class of a status that nothing else explains; undefined where it says nothing (2xx, 3xx). */
export function classOfStatus(status: number): ErrorClass | undefined {
  const named = classByStatus[status];
  if (named !== undefined) return named;
  if (status >= 500 && status <= 599) return "transient";
  return status >= 400 && status <= 499 ? "permanent" : undefined;
}
