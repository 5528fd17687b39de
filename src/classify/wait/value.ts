import { durationPattern, parseDuration, parseTimeSpan } from "./duration.ts";
import { parseMoment } from "./moment.ts";

const wholeDuration = new RegExp(`^(?:${durationPattern})$`, "i");

/** What a number without a unit counts, as long as it is too small to be a time since 1970. */
export type Unit = "s" | "ms";

/**
 * Milliseconds until what a header or field says: a number (seconds, or a time since 1970 in seconds or milliseconds), a
 * duration, an ISO or HTTP date. Undefined for anything else.
 */
export function parseWait(value: unknown, answeredAt: number, unit: Unit = "s"): number | undefined {
  if (typeof value === "number") return fromNumber(value, answeredAt, unit);
  if (typeof value === "object" && value !== null) return fromProtobuf(value);
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (/^-?\d{1,15}(?:\.\d{1,12})?$/.test(text)) return fromNumber(Number(text), answeredAt, unit);
  if (wholeDuration.test(text)) return parseDuration(text);
  const moment = parseMoment(text, 0) ?? parseHttpDate(text);
  return moment === undefined ? parseTimeSpan(text) : moment - answeredAt;
}

function fromNumber(value: number, answeredAt: number, unit: Unit): number {
  if (value >= 1e12) return value - answeredAt;
  if (value >= 1e9) return value * 1000 - answeredAt;
  return unit === "ms" ? value : value * 1000;
}

/** `{ seconds: 56, nanos: 0 }`, as gRPC's JSON has it. */
function fromProtobuf(value: object): number | undefined {
  const { seconds, nanos = 0 } = value as { seconds?: unknown; nanos?: unknown };
  const whole = Number(seconds ?? Number.NaN) * 1000 + Number(nanos) / 1e6;
  return Number.isFinite(whole) ? whole : undefined;
}

/** Epoch milliseconds of an HTTP date; `Date.parse` alone would also take "5" or "limit 3". */
export function parseHttpDate(text: string): number | undefined {
  if (!/^(?:mon|tue|wed|thu|fri|sat|sun)\w{0,6},? /i.test(text)) return undefined;
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? undefined : parsed;
}
