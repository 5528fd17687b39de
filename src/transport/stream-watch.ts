import type { TokenUsage } from "../engine/call.ts";
import { createItemReader } from "./item-reader.ts";
import { isErrorBody, parsedJson } from "./error-body.ts";
import { createEventReader, type EventReader, type ServerSentEvent } from "./sse.ts";
import type { StreamDialect } from "./stream-dialects/index.ts";
import { usageInTail } from "./token-usage.ts";
import { createEventGate, createItemGate, type EventGate } from "./whole-events.ts";

/** How far a stream has come. `closing`: it may end here. `ended`: it said itself that it has. */
export type StreamProgress = "silent" | "begun" | "closing" | "ended";

/** Looks on as a stream goes by, and changes nothing in it. */
export interface StreamWatch {
  readonly progress: StreamProgress;
  /** How many events have gone by. */
  readonly events: number;
  /** Data of the event that told of an error. */
  readonly error: string | undefined;
  readonly usage: TokenUsage | undefined;
  /** Lets what was seen by event for event, or item for item; undefined: it has none. */
  readonly gate?: EventGate;
  see(bytes: Uint8Array): void;
  /** Says that no more bytes will come. */
  seeEnd(): void;
}

/** Watches a stream of events. */
export function watchEvents(dialect: StreamDialect): StreamWatch {
  return Object.assign(watchReader(dialect, createEventReader()), { gate: createEventGate() });
}

/** Watches a JSON array that comes item by item. */
export function watchItems(dialect: StreamDialect): StreamWatch {
  const reader = createItemReader();
  return Object.assign(watchReader(dialect, reader), { gate: createItemGate(() => reader.isWithinItem) });
}

function watchReader(dialect: StreamDialect, reader: EventReader): StreamWatch {
  const watch = {
    progress: "silent" as StreamProgress,
    events: 0,
    error: undefined as string | undefined,
    usage: undefined as TokenUsage | undefined,
    see: (bytes: Uint8Array) => reader.read(bytes).forEach(note),
    seeEnd: () => {
      reader.end().forEach(note);
      if (reader.isCutOff === true && watch.progress === "closing") watch.progress = "begun";
    },
  };

  function note(event: ServerSentEvent): void {
    watch.events += 1;
    if (watch.progress === "ended") return;
    if (watch.progress !== "silent" && dialect.isPlainOutput(event)) {
      watch.progress = "begun";
      return;
    }
    const { kind, usage } = dialect.read(event);
    if (usage !== undefined) watch.usage = { ...watch.usage, ...definedOf(usage) };
    if (kind === "output") watch.progress = "begun";
    else if (kind === "closing") watch.progress = "closing";
    else if (kind === "end" && watch.progress !== "silent") watch.progress = "ended";
    else if (kind === "error") watch.error ??= event.data;
  }

  return watch;
}

/**
 * Watches bytes that are no events, as those of a sound file: the first is output, and any may be the last. An error that
 * takes their place comes in one piece.
 */
export function watchBytes(): StreamWatch {
  const watch = {
    progress: "silent" as StreamProgress,
    events: 0,
    error: undefined as string | undefined,
    usage: undefined,
    see: (bytes: Uint8Array) => {
      if (watch.progress === "silent") watch.error = errorIn(bytes);
      if (watch.error === undefined) watch.progress = "closing";
    },
    seeEnd: () => undefined,
  };
  return watch;
}

/**
 * Watches an answer in one piece that is too long to be held: it may end where its end looks like one, and tells its usage
 * there.
 */
export function watchLong(isEnd: (end: Buffer) => boolean): StreamWatch {
  let end: Buffer = Buffer.alloc(0);
  const watch = {
    progress: "begun" as StreamProgress,
    events: 0,
    error: undefined,
    usage: undefined as TokenUsage | undefined,
    see: (bytes: Uint8Array) => {
      end = Buffer.concat([end, bytes.subarray(-lastBytes)]).subarray(-lastBytes);
    },
    seeEnd: () => {
      if (isEnd(end)) watch.progress = "closing";
      watch.usage = usageInTail(end);
    },
  };
  return watch;
}

/** The usage stands within them. */
const lastBytes = 16 * 1024;

function errorIn(bytes: Uint8Array): string | undefined {
  if (bytes[0] !== openBrace) return undefined;
  const text = Buffer.from(bytes).toString("utf8");
  return isErrorBody(parsedJson(text)) ? text : undefined;
}

const openBrace = 0x7b;

function definedOf({ inputTokens, outputTokens }: TokenUsage): TokenUsage {
  return { ...(inputTokens !== undefined && { inputTokens }), ...(outputTokens !== undefined && { outputTokens }) };
}
