import { StringDecoder } from "node:string_decoder";

/** One server-sent event, as far as the dialects use it. */
export interface ServerSentEvent {
  /** Empty where the event has none. */
  readonly name: string;
  readonly data: string;
}

/** Finds the events in bytes that come in pieces of any size. */
export interface EventReader {
  /** The events that these bytes complete. */
  read(bytes: Uint8Array): readonly ServerSentEvent[];
  /** The event that the end of the stream completes: some upstreams leave out the last empty line. */
  end(): readonly ServerSentEvent[];
  /** Whether what was read so far is not whole as it stands, whatever its events say. @default false */
  readonly isCutOff?: boolean;
}

/** Longer lines, and events, are cut off. The longest in use are images in base64. */
const longestLineChars = 16 * 1024 * 1024;
const longestEventChars = 16 * 1024 * 1024;
/** What a line of an event's data takes besides its characters: there may be a great many that have none. */
const charsOfLine = 16;

/**
 * Makes a reader. Lines end in CR, LF or both, and any of them, and any character, may be split between two pieces.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createEventReader(): EventReader {
  const decoder = new StringDecoder("utf8");
  let line: string[] = [];
  let lineChars = 0;
  let endedInReturn = false;
  let isFirst = true;
  let name = "";
  let data: string[] = [];
  let dataChars = 0;
  let events: ServerSentEvent[] = [];

  function addToLine(text: string): void {
    if (text === "" || lineChars > longestLineChars) return;
    line.push(text);
    lineChars += text.length;
  }

  function endLine(): void {
    const text = line.length === 1 ? (line[0] ?? "") : line.join("");
    line = [];
    lineChars = 0;
    if (text === "") dispatch();
    else readField(text);
  }

  function readField(text: string): void {
    const colonAt = text.indexOf(":");
    const field = colonAt < 0 ? text : text.slice(0, colonAt);
    if (field !== "data" && field !== "event") return;
    const value = colonAt < 0 ? "" : text.slice(text[colonAt + 1] === " " ? colonAt + 2 : colonAt + 1);
    if (field === "event") name = value;
    else addToData(value);
  }

  function addToData(value: string): void {
    dataChars += value.length + charsOfLine;
    if (data.length === 0 || dataChars <= longestEventChars) data.push(value);
  }

  function dispatch(): void {
    if (data.length > 0) events.push({ name, data: data.join("\n") });
    name = "";
    data = [];
    dataChars = 0;
  }

  function take(text: string): void {
    let from = 0;
    if (text === "") return;
    if (isFirst && text.startsWith("\uFEFF")) from = 1;
    isFirst = false;
    if (endedInReturn && text[from] === "\n") from += 1;
    endedInReturn = text.endsWith("\r");
    const lineBreak = /\r\n?|\n/g;
    lineBreak.lastIndex = from;
    for (let found = lineBreak.exec(text); found !== null; found = lineBreak.exec(text)) {
      addToLine(text.slice(from, found.index));
      endLine();
      from = lineBreak.lastIndex;
    }
    addToLine(text.slice(from));
  }

  function taken(): readonly ServerSentEvent[] {
    const complete = events;
    if (complete.length > 0) events = [];
    return complete;
  }

  return {
    read: (bytes) => {
      take(decoder.write(bytes));
      return taken();
    },
    end: () => {
      take(decoder.end());
      endLine();
      dispatch();
      return taken();
    },
  };
}
