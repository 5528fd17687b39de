import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Model } from "../../model.ts";
import { createFollower } from "../../telemetry/index.ts";
import { createEventLog, type LoggedEvent, toldEvents } from "./event-log.ts";

/** Models as far as one listens to them. */
export type ToldModel = Pick<Model, "id" | "on">;

/** What models tell, as server-sent events. */
export interface EventFeed {
  /** Listens to these models from now on, and to no others. */
  follow(models: Iterable<ToldModel>): void;
  /** Whether there is room for another reader. */
  readonly hasRoom: boolean;
  /**
   * Sends what is told from now on, or after the event that `last-event-id` names.
   *
   * @param model - Id of the only model to tell of. Default: all.
   */
  open(request: IncomingMessage, response: ServerResponse, model: string | undefined): void;
  /** Ends all readers' streams and stops listening. */
  close(): void;
}

/** How often readers get a sign of life when nothing happens. */
export interface FeedOptions {
  /** @default 15000 */
  readonly heartbeatMs?: number | undefined;
}

interface Reader {
  readonly response: ServerResponse;
  readonly model: string | undefined;
  /** Number of the last event that it was sent, or that was not for it. */
  cursor: number;
  /** Whether it has taken nothing since the last heartbeat. */
  isStuck: boolean;
}

const mostReaders = 64;

/**
 * Makes a feed. A reader is a place in the log of events, never a queue: one that is slow goes on where it was once it
 * reads again, and is told how many events have left the log meanwhile.
 */
export function createEventFeed({ heartbeatMs = 15_000 }: FeedOptions = {}): EventFeed {
  const log = createEventLog();
  // Numbers begin anew with each process, so that an id of another one must not be taken for one of this.
  const tag = randomBytes(4).toString("hex");
  const readers = new Set<Reader>();
  const follower = createFollower(listen);
  let heartbeat: NodeJS.Timeout | undefined;

  function listen(model: ToldModel): () => void {
    const stops = toldEvents.map((name) =>
      model.on(name, (event) => {
        log.append(name, event);
        for (const reader of readers) advance(reader);
      }),
    );
    return () => {
      for (const stop of stops) stop();
    };
  }

  function advance(reader: Reader): void {
    const { response, model } = reader;
    if (response.writableNeedDrain) return;
    for (const entry of log.after(reader.cursor)) {
      const dropped = entry.number - reader.cursor - 1;
      reader.cursor = entry.number;
      if (dropped > 0) response.write(`event: dropped\ndata: {"dropped":${dropped}}\n\n`);
      if (model === undefined || entry.event.model === model) response.write(eventText(entry, tag));
      if (response.writableNeedDrain) return;
    }
  }

  function beat(): void {
    for (const reader of readers) {
      const { response } = reader;
      if (!response.writableNeedDrain) response.write(":\n\n");
      else if (reader.isStuck) response.destroy();
      else reader.isStuck = true;
    }
  }

  function leave(reader: Reader): void {
    readers.delete(reader);
    if (readers.size === 0) clearInterval(heartbeat);
  }

  return {
    get hasRoom() {
      return readers.size < mostReaders;
    },
    follow: (models) => follower.follow(models),
    open: (request, response, model) => {
      const reader = { response, model, cursor: placeOf(request, tag, log.latest), isStuck: false };
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      response.write("retry: 1000\n\n");
      response.on("drain", () => {
        reader.isStuck = false;
        advance(reader);
      });
      response.once("close", () => leave(reader));
      if (readers.size === 0) heartbeat = setInterval(beat, heartbeatMs).unref();
      readers.add(reader);
      advance(reader);
    },
    close: () => {
      follower.stop();
      for (const { response } of readers) response.end();
    },
  };
}

function placeOf({ headers }: IncomingMessage, tag: string, latest: number): number {
  const last = headers["last-event-id"];
  if (typeof last !== "string") return latest;
  const [, told, number] = /^(\w+)-(\d{1,15})$/.exec(last) ?? [];
  return told === tag ? Math.min(Number(number), latest) : 0;
}

function eventText({ number, name, at, event }: LoggedEvent, tag: string): string {
  const data = JSON.stringify({ at: new Date(at).toISOString(), ...event });
  return `id: ${tag}-${number}\nevent: ${name}\ndata: ${data}\n\n`;
}
