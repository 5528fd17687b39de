import type { Exchange, Route } from "../context.ts";
import { writeJson } from "../write-refusal.ts";

/** What those ask who keep the gateway running. They hold no key and no body, and ask for none. */
export const healthRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/healthz",
    isOpen: true,
    handle: ({ outgoing }) => writeJson(outgoing, 200, { status: "ok" }),
  },
  { method: "GET", path: "/readyz", isOpen: true, handle: tellReadiness },
  { method: "GET", path: "/metrics", isOpen: true, handle: scrape },
];

/**
 * Ready until it drains. A model that is exhausted is named but does not make it unready: its calls are still tried, and
 * the keys that failed would fail in every other replica as well. So with a store that is away: calls go on without it.
 */
function tellReadiness({ gateway: { closing, models }, outgoing }: Exchange): void {
  const exhausted = models.ids.filter((id) => models.get(id)?.face.active() === undefined);
  const { kind, trouble, fleet } = models.health();
  const state =
    kind === "memory"
      ? undefined
      : { state: { kind, status: trouble === undefined ? "ok" : "degraded", trouble, ...fleet } };
  if (closing.aborted) writeJson(outgoing, 503, { status: "draining", exhausted, ...state });
  else writeJson(outgoing, 200, { status: "ready", exhausted, ...state });
}

async function scrape({ gateway: { metrics }, outgoing }: Exchange): Promise<void> {
  const text = Buffer.from(await metrics.metrics());
  outgoing.writeHead(200, { "content-type": metrics.contentType, "content-length": text.length });
  outgoing.end(text);
}
