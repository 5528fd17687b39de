import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { InspectorSource } from "../../inspect/inspector-source.ts";
import { type AdminTarget, askInspector } from "../status/admin-client.ts";

/** What a gateway's own inspector tells. The admin key goes there, and never to the page; it only shows. */
export function remoteSource(target: AdminTarget): InspectorSource {
  const closing = new AbortController();

  async function admit(response: ServerResponse, head: OutgoingHttpHeaders): Promise<boolean> {
    const leaving = new AbortController();
    response.once("close", () => leaving.abort());
    const answer = await askInspector(target, "feed", AbortSignal.any([leaving.signal, closing.signal]));
    if (answer.kind === "fault" || answer.value.body === null) return false;
    response.writeHead(200, head);
    // The gateway may go away at any time; the page sees the end, and asks again.
    await pipeline(Readable.fromWeb(answer.value.body), response).catch(() => response.destroy());
    return true;
  }

  return {
    admit,
    svg: async (query) => {
      const answer = await askInspector(target, `chart?${query.toString()}`, closing.signal);
      return answer.kind === "told" ? answer.value.text() : undefined;
    },
    close: () => closing.abort(),
  };
}
