import type { Failure } from "./failures/index.ts";

/** What a healthy answer looks like; where a behaviour breaks one off, what it had looked like till then. */
export interface AnswerShape {
  /** Pieces in which a stream hands out its content. @default 3, or one more than a behaviour breaks off after */
  readonly items?: number;

  /** Wait before each item of a stream, in milliseconds. @default 0 */
  readonly itemDelayMs?: number;

  /** The content. @default one that names the credential's label, as in `Answered by primary.` */
  readonly text?: string;

  /** Compression of the body, whatever the client accepts. @default none */
  readonly contentEncoding?: "gzip" | "br";
}

/** Bytes for the wire with nothing added to them, for what no dialect would say. */
export interface RawAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** Accepts the request and says nothing, until the client leaves. */
export interface Hang {
  readonly hang: true;
}

/** Sends status 200 and the headers, then nothing more. */
export interface HangAfterHeaders {
  readonly hangAfterHeaders: true;
}

/** Waits before it does anything. */
export interface Delay {
  /** In milliseconds. */
  readonly delayMs: number;
  /** What it does after the wait. @default "healthy" */
  readonly next?: Behaviour;
}

/** Answers with a TCP reset. */
export interface Reset {
  readonly reset: true;
}

/** A TCP reset after so many items. */
export interface ResetAfterItems extends AnswerShape {
  readonly resetAfterItems: number;
}

/** Ends in good HTTP order after so many items, without the dialect's own end. */
export interface CutAfterItems extends AnswerShape {
  readonly cutAfterItems: number;
}

/** Falls silent after so many items, until the client leaves. */
export interface StallAfterItems extends AnswerShape {
  readonly stallAfterItems: number;
}

/** The dialect's error event after so many items of a 200 stream; in one piece: the error under status 200. */
export interface ErrorAfterItems extends AnswerShape {
  readonly errorAfterItems: number;
  readonly error: Failure;
}

/** A 200 stream whose first event is the error; in one piece: the error under status 200. */
export interface ErrorAtHead {
  readonly errorAtHead: Failure;
}

/** Half of the body's bytes, then a proper end: JSON that does not parse, a stream cut within an event. */
export interface TruncatedJson extends AnswerShape {
  readonly truncatedJson: true;
}

/** An HTML page with this status, as proxies and CDNs answer in an upstream's stead. */
export interface HtmlPage {
  readonly html: number;
}

/** Status 307 to this location. */
export interface Redirect {
  readonly redirect: string;
}

/** A whole healthy answer, handed out in slices of bytes that heed no boundary of events or characters. */
export interface SlowBody extends AnswerShape {
  readonly slowBody: {
    /** Bytes in a slice. @default 16 */
    readonly sliceBytes?: number;
    /** Wait before each slice, in milliseconds. @default 5 */
    readonly pauseMs?: number;
  };
}

/**
 * What the provider does with one request.
 *
 * An object is told by the key that names it, as `hang` or `cutAfterItems`; without one it is the shape of a healthy
 * answer. An answer that is no stream counts as one item, the first half of its bytes.
 */
export type Behaviour =
  | "healthy"
  | AnswerShape
  | Failure
  | { readonly raw: RawAnswer }
  | Hang
  | HangAfterHeaders
  | Delay
  | Reset
  | ResetAfterItems
  | CutAfterItems
  | StallAfterItems
  | ErrorAfterItems
  | ErrorAtHead
  | TruncatedJson
  | HtmlPage
  | Redirect
  | SlowBody;

const shapeKeys = ["items", "itemDelayMs", "text", "contentEncoding"];

/** The key that names a behaviour, and those that may stand beside it. */
const companions = new Map<string, readonly string[]>([
  ["status", ["headers", "body"]],
  ["raw", []],
  ["hang", []],
  ["hangAfterHeaders", []],
  ["delayMs", ["next"]],
  ["reset", []],
  ["resetAfterItems", shapeKeys],
  ["cutAfterItems", shapeKeys],
  ["stallAfterItems", shapeKeys],
  ["errorAfterItems", ["error", ...shapeKeys]],
  ["errorAtHead", []],
  ["truncatedJson", shapeKeys],
  ["html", []],
  ["redirect", []],
  ["slowBody", shapeKeys],
]);

/**
 * Refuses what is no behaviour, where it is scripted and not when the request comes.
 *
 * @throws TypeError that says what was found and what is wanted.
 */
export function assertBehaviour(value: unknown): asserts value is Behaviour {
  if (value === "healthy") return;
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`Unknown behaviour ${String(value)}: expected "healthy" or an object, as { hang: true }`);
  }
  assertKeys(Object.keys(value));
  assertCounts(value);
  assertRoom(value);
  if ("next" in value) assertBehaviour(value.next);
}

function assertKeys(keys: readonly string[]): void {
  const names = keys.filter((key) => companions.has(key));
  if (names.length > 1) throw new TypeError(`A behaviour is one thing, and this is several: ${names.join(", ")}`);
  const [name] = names;
  const allowed = name === undefined ? shapeKeys : companions.get(name);
  const stranger = keys.find((key) => key !== name && !allowed?.includes(key));
  if (stranger !== undefined) {
    const known = name === undefined ? [...companions.keys(), ...shapeKeys] : allowed;
    throw new TypeError(`Unknown behaviour key "${stranger}": expected ${known?.join(", ") || "none"} here`);
  }
}

function assertCounts(behaviour: object): void {
  for (const [key, value] of Object.entries(behaviour)) {
    const counts = key === "items" || key.endsWith("AfterItems") || key.endsWith("Ms");
    if (counts && !(Number.isInteger(value) && value >= 0)) {
      throw new TypeError(`${key} must be an integer of 0 or more, not ${String(value)}`);
    }
  }
}

/** What breaks off after as many items as there are, or more, would not break off. */
function assertRoom(behaviour: object): void {
  if (!("items" in behaviour)) return;
  for (const [key, value] of Object.entries(behaviour)) {
    if (key.endsWith("AfterItems") && Number(value) >= Number(behaviour.items)) {
      throw new TypeError(`${key} must be less than items, and ${String(value)} is not`);
    }
  }
}
