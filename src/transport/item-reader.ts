import type { EventReader, ServerSentEvent } from "./sse.ts";

const [quote, backslash] = [0x22, 0x5c];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Longer items are not kept, and read as nothing. The longest in use hold images in base64. */
const longestItemBytes = 16 * 1024 * 1024;

/** An {@link EventReader} whose events are items. */
export interface ItemReader extends EventReader {
  /** Whether what was read so far ends within one. */
  readonly isWithinItem: boolean;
}

/**
 * Makes a reader of a JSON array that comes in pieces of any size: each object in it is an event. An object in place of the
 * array is one by itself, as an error that is told at the head.
 */
export function createItemReader(): ItemReader {
  let depth = 0;
  let itemDepth = 1;
  let inString = false;
  let isEscaped = false;
  let item: Uint8Array[] = [];
  let itemBytes = 0;

  function keep(bytes: Uint8Array): void {
    itemBytes += bytes.length;
    if (itemBytes <= longestItemBytes) item.push(bytes);
  }

  function endItem(): ServerSentEvent {
    const data = itemBytes <= longestItemBytes ? Buffer.concat(item).toString("utf8") : "";
    item = [];
    itemBytes = 0;
    return { name: "", data };
  }

  function passString(byte: number): void {
    if (isEscaped) isEscaped = false;
    else if (byte === backslash) isEscaped = true;
    else if (byte === quote) inString = false;
  }

  return {
    read: (bytes) => {
      const events: ServerSentEvent[] = [];
      let itemFrom = 0;
      for (const [at, byte] of bytes.entries()) {
        if (inString) passString(byte);
        else if (byte === quote) inString = true;
        else if (byte === openBrace || byte === openBracket) {
          if (depth === 0) itemDepth = byte === openBracket ? 2 : 1;
          depth += 1;
          if (depth === itemDepth) itemFrom = at;
        } else if (byte === closeBrace || byte === closeBracket) {
          if (depth === itemDepth) {
            keep(bytes.subarray(itemFrom, at + 1));
            events.push(endItem());
          }
          depth -= 1;
        }
      }
      if (depth >= itemDepth) keep(bytes.subarray(itemFrom));
      return events;
    },
    end: () => [],
    get isWithinItem() {
      return depth >= itemDepth;
    },
    get isCutOff() {
      return depth > 0;
    },
  };
}
