import type { ServerResponse } from "node:http";

/** Aborts when the client leaves before it has its answer. */
export function goneSignal(outgoing: ServerResponse): AbortSignal {
  const controller = new AbortController();
  outgoing.once("close", () => {
    if (!outgoing.writableFinished) controller.abort(new DOMException("The client left", "AbortError"));
  });
  return controller.signal;
}
