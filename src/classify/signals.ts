import { decodeParts, readableParts } from "./bounded-text.ts";
import { htmlHeadlines, takeApart, withoutEcho } from "./embedded.ts";
import {
  codeFields,
  contentFields,
  eventFields,
  headerFields,
  namedCodeFields,
  statusFields,
  waitFields,
} from "./fields.ts";
import { instanceOf, listOf, property } from "./guarded.ts";
import { type HeaderMap, readHeaders } from "./headers.ts";
import { statusesIn } from "./status-in-text.ts";
import { isUnreadAnswer, saidInAnswer } from "./unread-answer.ts";

/** What was found in a failure, however deep it was wrapped. All lists run from the outside in. */
export interface Signals {
  readonly statuses: readonly number[];
  /** Codes, types and reasons as they were written. */
  readonly codes: readonly string[];
  /** Names of error classes. */
  readonly names: readonly string[];
  /** Sentences. */
  readonly texts: readonly string[];
  readonly headers: readonly HeaderMap[];
  readonly waits: readonly StatedWait[];
}

/** A field of a body that speaks of time. */
export interface StatedWait {
  readonly field: string;
  readonly value: unknown;
}

const maxDepth = 14;
const maxObjects = 300;
const maxItems = 16;
const maxTextChars = 64 * 1024;
const maxCodeChars = 120;

/** Unwraps a failure: an error object, an answer's facts, or a text, with all that is nested in it. Never throws. */
export function collectSignals(input: unknown): Signals {
  const collector = new Collector();
  collector.visit(input, 0);
  return collector.signals;
}

class Collector {
  readonly signals = {
    statuses: [] as number[],
    codes: [] as string[],
    names: [] as string[],
    texts: [] as string[],
    headers: [] as HeaderMap[],
    waits: [] as StatedWait[],
  } satisfies Signals;
  readonly #seen = new Set<object>();
  #textCharsLeft = maxTextChars;

  visit(value: unknown, depth: number): void {
    if (typeof value === "string") return this.#readText(readableParts(value), depth);
    if (typeof value !== "object" || value === null) return;
    if (depth > maxDepth || this.#seen.has(value) || this.#seen.size >= maxObjects) return;
    this.#seen.add(value);
    if (instanceOf(value, Uint8Array)) return this.#readText(decodeParts(value), depth);
    if (instanceOf(value, ArrayBuffer)) return this.#readText(decodeParts(new Uint8Array(value)), depth);
    const list = listOf(value);
    if (list === undefined && isUnreadAnswer(value)) return this.#readAnswer(value, depth);
    if (list === undefined) return this.#readObject(value, depth);
    for (const item of list.slice(0, maxItems)) this.visit(item, depth + 1);
  }

  #readObject(value: object, depth: number): void {
    for (const field of statusFields) this.#addStatus(property(value, field));
    for (const field of codeFields) this.#addCode(property(value, field));
    for (const field of namedCodeFields) this.#addNamedCode(field, property(value, field));
    for (const field of waitFields) this.#addWait(field, property(value, field));
    for (const field of headerFields) this.#addHeaders(property(value, field));
    this.#addFlags(property(value, "reasons"));
    this.#addName(value);
    for (const field of contentFields) {
      const content = property(value, field);
      if (typeof content === "object" && content !== null && eventFields.includes(field)) this.#addCode(field);
      this.visit(content, depth + 1);
    }
    const lastError = property(value, "lastError");
    if (lastError !== undefined) this.visit(lastError, depth + 1);
  }

  #readAnswer(error: object, depth: number): void {
    this.#addHeaders(property(error, "responseHeaders"));
    const said = saidInAnswer(error);
    if (typeof said === "object") this.visit(said, depth + 1);
  }

  #readText(parts: readonly string[], depth: number): void {
    if (depth > maxDepth) return;
    let structured = false;
    for (const [index, part] of parts.entries()) {
      const headlines = htmlHeadlines(part);
      const { objects, prose } = headlines === undefined ? takeApart(part) : { objects: [], prose: headlines };
      // the tail of long JSON is the middle of some string: only the objects in it speak for themselves
      if (!(structured && index > 0)) this.#addText(withoutEcho(prose));
      structured = /^\s{0,100}(?:[[{]|data:|event:)/.test(part);
      for (const object of objects) this.visit(object, depth + 1);
    }
  }

  #addText(text: string): void {
    const read = text.trim().slice(0, this.#textCharsLeft);
    if (read === "" || this.signals.texts.includes(read)) return;
    this.#textCharsLeft -= read.length;
    this.signals.texts.push(read);
    if (/^[\w.:-]{3,80}$/.test(read)) this.#addCode(read); // a message that is one word is a code
    this.signals.statuses.push(...statusesIn(read));
  }

  #addStatus(value: unknown): void {
    const status = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
    if (typeof status !== "number" || !Number.isInteger(status)) return;
    // an answer of 200 that holds an error is no less an error: only failures say something
    if (status >= 400 && status <= 599) this.signals.statuses.push(status);
  }

  #addCode(value: unknown): void {
    const code = typeof value === "number" ? String(value) : value;
    if (typeof code !== "string") return;
    const name = code
      .trim()
      .replace(/^[\w.]{1,60}#/, "")
      .replace(/:https?:.{0,200}$/, "");
    if (name !== "" && name.length <= maxCodeChars && !this.signals.codes.includes(name)) this.signals.codes.push(name);
  }

  #addNamedCode(field: string, value: unknown): void {
    if (typeof value === "string" && value !== "") this.#addCode(`${field} ${value}`);
  }

  #addFlags(reasons: unknown): void {
    for (const reason of listOf(reasons)?.slice(0, maxItems) ?? []) {
      if (typeof reason === "string") this.#addCode(`flagged for ${reason}`);
    }
  }

  #addWait(field: string, value: unknown): void {
    if (value !== undefined && value !== null) this.signals.waits.push({ field, value });
  }

  #addHeaders(value: unknown): void {
    const headers = readHeaders(value);
    if (headers.size === 0) return;
    this.signals.headers.push(headers);
    const errorType = headers.get("x-amzn-errortype");
    if (errorType !== undefined) this.#addCode(errorType);
  }

  #addName(value: object): void {
    const name = property(value, "name");
    if (typeof name === "string" && /(?:Error|Exception)$/.test(name))
      this.signals.names.push(name.slice(0, maxCodeChars));
    if (!instanceOf(value, Error)) return;
    const made = property(value, "constructor");
    if (typeof made === "function" && made.name !== name) this.signals.names.push(made.name);
  }
}
