import type { ServerResponse } from "node:http";
import { randomBytes } from "node:crypto";
import type { FeedEntry, ModelTraffic } from "./entries.ts";
import type { Feed } from "./feed.ts";

/** Those who look at a feed at this moment. */
export interface Viewers {
  /** Whether there is room for another one. */
  readonly hasRoom: boolean;
  /** Sends what is known, then what happens, as JSON lines until the viewer leaves. */
  admit(response: ServerResponse): void;
  /** Sends everyone away. */
  close(): void;
}

/** A line of the stream. */
export type FeedLine =
  /** The first: which run of which process it is; `dropped` entries of the last hour had no room in its history. */
  | { readonly type: "hello"; readonly run: string; readonly at: number; readonly dropped: number }
  /** How all models stand now. */
  | { readonly type: "present"; readonly at: number; readonly models: ReturnType<Feed["present"]> }
  /** What happened before. */
  | { readonly type: "history"; readonly entries: readonly FeedEntry[] }
  /** What has happened since; `dropped` more were too many to be sent. */
  | { readonly type: "entries"; readonly entries: readonly FeedEntry[]; readonly dropped: number }
  /** Four times a second, also when nothing has changed: what a quarter of the models do, those of which that has. */
  | { readonly type: "traffic"; readonly at: number; readonly models: readonly ModelTraffic[] }
  /** The viewer was too slow for so many entries. */
  | { readonly type: "dropped"; readonly dropped: number };

interface Viewer {
  readonly response: ServerResponse;
  /** Entries that it was not sent, because it had not taken those before. */
  missed: number;
  /** For how many ticks it has taken nothing. */
  stuckForTicks: number;
}

const mostViewers = 32;
/** Entries are gathered for this long, so that a viewer costs few writes and not one an entry. */
const gatherMs = 40;
/** Of one gathering: some 12 000 a second, which is more than anyone reads. */
const mostGathered = 512;
const mostInHistoryLine = 512;
/** A quarter of the models at a time, so that hundreds of them are no frame that takes too long. */
const quarters = 4;
const tickMs = 1_000 / quarters;
const mostStuckTicks = 30 * quarters;

/** Makes a place for viewers of a feed. Without any it does nothing at all. */
export function createViewers(feed: Feed): Viewers {
  const run = randomBytes(6).toString("hex");
  const viewers = new Set<Viewer>();
  let gathered: FeedEntry[] = [];
  let dropped = 0;
  let gathering: NodeJS.Timeout | undefined;
  let ticking: NodeJS.Timeout | undefined;
  let unsubscribe: (() => void) | undefined;
  const toldTraffic = new Map<string, string>();
  let quarter = 0;

  function gather(entry: FeedEntry): void {
    // Moves are few, and what is seen must end where the models are.
    if (gathered.length >= mostGathered && entry.type === "call") dropped += 1;
    else gathered.push(entry);
    gathering ??= setTimeout(sendGathered, gatherMs).unref();
  }

  function sendGathered(): void {
    clearTimeout(gathering);
    gathering = undefined;
    if (gathered.length + dropped === 0) return;
    const line = lineOf({ type: "entries", entries: gathered, dropped });
    for (const viewer of viewers) {
      if (viewer.response.writableNeedDrain) viewer.missed += gathered.length + dropped;
      else viewer.response.write(line);
    }
    gathered = [];
    dropped = 0;
  }

  function tick(): void {
    const line = lineOf({ type: "traffic", at: Date.now(), models: changedTraffic() });
    for (const viewer of viewers) {
      const { response } = viewer;
      if (!response.writableNeedDrain) response.write(line);
      else if ((viewer.stuckForTicks += 1) > mostStuckTicks) response.destroy();
    }
  }

  function changedTraffic(): readonly ModelTraffic[] {
    quarter = (quarter + 1) % quarters;
    return feed
      .traffic()
      .filter((_, index) => index % quarters === quarter)
      .filter((traffic) => {
        const text = JSON.stringify(traffic);
        const isChanged = toldTraffic.get(traffic.model) !== text;
        toldTraffic.set(traffic.model, text);
        return isChanged;
      });
  }

  /** After a viewer has caught up: what it missed is lost to it, so that it is told how all stand. */
  function goOn(viewer: Viewer): void {
    viewer.stuckForTicks = 0;
    if (viewer.missed === 0) return;
    viewer.response.write(lineOf({ type: "dropped", dropped: viewer.missed }));
    viewer.response.write(present());
    viewer.missed = 0;
  }

  function leave(viewer: Viewer): void {
    viewers.delete(viewer);
    if (viewers.size > 0) return;
    unsubscribe?.();
    unsubscribe = undefined;
    clearInterval(ticking);
    clearTimeout(gathering);
    gathering = undefined;
    gathered = [];
    dropped = 0;
    toldTraffic.clear();
  }

  const present = (): string => lineOf({ type: "present", at: Date.now(), models: feed.present() });

  return {
    get hasRoom() {
      return viewers.size < mostViewers;
    },
    admit: (response) => {
      // Those who are here get what is gathered, and the new one the same in its history.
      sendGathered();
      unsubscribe ??= feed.subscribe(gather);
      if (viewers.size === 0) ticking = setInterval(tick, tickMs).unref();
      const viewer: Viewer = { response, missed: 0, stuckForTicks: 0 };
      viewers.add(viewer);
      response.on("drain", () => goOn(viewer));
      response.once("close", () => leave(viewer));
      response.write(lineOf({ type: "hello", run, at: Date.now(), dropped: feed.dropped }));
      for (const entries of inPieces(feed.history(), mostInHistoryLine)) {
        response.write(lineOf({ type: "history", entries }));
      }
      response.write(present());
    },
    close: () => {
      for (const { response } of viewers) response.end();
    },
  };
}

function lineOf(line: FeedLine): string {
  return `${JSON.stringify(line)}\n`;
}

function inPieces<Item>(items: readonly Item[], most: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / most) }, (_, index) =>
    items.slice(index * most, (index + 1) * most),
  );
}
