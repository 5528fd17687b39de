import { setTimeout as pause } from "node:timers/promises";
import { machinesInFeed, type MachinesInFeed } from "../../inspect/receivers/machines-in-feed.ts";
import type { MachinesListener, MachinesWatch } from "../../inspect/receivers/shown-machine.ts";
import type { FeedLine } from "../../inspect/viewers.ts";
import { type AdminTarget, askInspector } from "../status/admin-client.ts";

const askAgainMs = 1_000;

/** Looks at the machines of a gateway through its own feed. While it is away there are none, and it is asked again. */
export function remoteMachines(target: AdminTarget): (listener: MachinesListener) => MachinesWatch {
  return (listener) => {
    const leaving = new AbortController();
    const feed = machinesInFeed(listener);
    void readOn(target, feed, leaving.signal);
    return {
      machines: feed.machines,
      stop: () => {
        leaving.abort();
        feed.forget();
      },
    };
  };
}

async function readOn(target: AdminTarget, feed: MachinesInFeed, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // However a feed ends, and whatever it said that could not be read, the next one begins with how all stand.
    await readFeed(target, feed, signal).catch(() => undefined);
    feed.forget();
    await pause(askAgainMs, undefined, { signal }).catch(() => undefined);
  }
}

async function readFeed(target: AdminTarget, feed: MachinesInFeed, signal: AbortSignal): Promise<void> {
  const answer = await askInspector(target, "feed", signal);
  if (answer.kind === "fault" || answer.value.body === null) return;
  for await (const line of linesOf(answer.value.body)) feed.read(JSON.parse(line) as FeedLine);
}

/** Whole lines; what the end cuts off is none. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
