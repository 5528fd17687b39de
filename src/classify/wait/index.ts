import { waitFields } from "../fields.ts";
import type { Signals, StatedWait } from "../signals.ts";
import { waitFromHeaders } from "./headers.ts";
import { waitFromSentence } from "./sentence.ts";
import { parseHttpDate, parseWait } from "./value.ts";

/** No provider means a wait of more than 400 days: such a number was something else. */
const longestMs = 400 * 86_400_000;

/**
 * The wait that an answer states, in milliseconds: by its headers, else by its body's fields, else in its sentences.
 *
 * Moments count from the answer's own `date`, so that a local clock that is wrong does no harm. What is over already is 0.
 *
 * @param utcOffsetMinutes - the zone of dates that state none; default: China's in a Chinese sentence, else UTC
 */
export function statedWaitMs(signals: Signals, now: number, utcOffsetMinutes?: number): number | undefined {
  const answeredAt =
    signals.headers.map((headers) => parseHttpDate(headers.get("date") ?? "")).find((date) => date !== undefined) ??
    now;
  const stated =
    firstWait(signals.headers, (headers) => waitFromHeaders(headers, answeredAt)) ??
    firstWait(waitFields, (field) => waitFromField(field, signals.waits, answeredAt)) ??
    firstWait(signals.texts, (text) => waitFromSentence(text, { answeredAt, utcOffsetMinutes }));
  return stated === undefined ? undefined : Math.max(0, roundedToMicroseconds(stated));
}

/** Seconds in decimals times a thousand leave binary dust behind. */
function roundedToMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function waitFromField(field: string, waits: readonly StatedWait[], answeredAt: number): number | undefined {
  const unit = /_?ms$/i.test(field) ? "ms" : "s";
  return firstWait(
    waits.filter((wait) => wait.field === field),
    ({ value }) => parseWait(value, answeredAt, unit),
  );
}

function firstWait<Source>(
  sources: readonly Source[],
  read: (source: Source) => number | undefined,
): number | undefined {
  for (const source of sources) {
    const waitMs = read(source);
    if (waitMs !== undefined && Number.isFinite(waitMs) && waitMs <= longestMs) return waitMs;
  }
  return undefined;
}
