const unitMs: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
  ns: 0.000_001,
};

/** A duration in words or letters: `1m30s`, `6ms`, `2 hours, 5 minutes`. For use within other patterns; it has no groups. */
export const durationPattern =
  "\\d{1,9}(?:\\.\\d{1,12})? ?(?:days?|hours?|hrs?|minutes?|mins?|seconds?|secs?|milliseconds?|msecs?|ms|µs|us|ns|d|h|m|s)(?![a-z])" +
  "(?:(?:,| and)? {0,2}\\d{1,9}(?:\\.\\d{1,12})? ?(?:hours?|hrs?|minutes?|mins?|seconds?|secs?|milliseconds?|ms|h|m|s)(?![a-z])){0,4}" +
  "|\\d{1,9}(?:\\.\\d{1,12})?[dhm](?:\\d{1,9}(?:\\.\\d{1,12})?[hms]s?){1,4}";

const part = /(\d{1,9}(?:\.\d{1,12})?) ?([a-zµ]{1,12})/gi;

/** Milliseconds of a duration as {@link durationPattern} finds it, or undefined. */
export function parseDuration(text: string): number | undefined {
  let total: number | undefined;
  for (const [, amount = "", unit = ""] of text.matchAll(part)) {
    const ms = unitMs[shortUnit(unit.toLowerCase())];
    if (ms === undefined) return undefined;
    total = (total ?? 0) + Number(amount) * ms;
  }
  return total;
}

function shortUnit(unit: string): string {
  if (/^(?:ms|msecs?|millis)/.test(unit)) return "ms";
  if (unit === "us" || unit === "µs") return "us";
  return unit === "ns" ? "ns" : (unit[0] ?? "");
}

/** Milliseconds of a .NET time span, `22.14:18:12` (days.hours:minutes:seconds) or `00:05:00`. */
export function parseTimeSpan(text: string): number | undefined {
  const match = /^(?:(\d{1,3})\.)?(\d{1,2}):(\d{2}):(\d{2})(?:\.\d{1,7})?$/.exec(text);
  if (match === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((field) => Number(field ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
