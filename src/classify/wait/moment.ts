/** A date and time as providers print it, with or without a zone. For use within other patterns; it has no groups. */
export const momentPattern =
  "\\d{4}[-/]\\d{1,2}[-/]\\d{1,2}(?:[T ]|,? at | {1,2})\\d{1,2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?(?: ?(?:Z|UTC|GMT|CST|[+-]\\d{2}:?\\d{2})\\b)?";

const moment =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]|,? at | {1,2})(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?: ?(Z|UTC|GMT|CST|[+-]\d{2}:?\d{2}))?$/;

/**
 * Epoch milliseconds of a moment, or undefined.
 *
 * @param utcOffsetMinutes - the zone of a moment that states none
 */
export function parseMoment(text: string, utcOffsetMinutes: number): number | undefined {
  const match = moment.exec(text.trim());
  if (match === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((field) => Number(field ?? 0));
  const local = Date.UTC(
    year,
    month - 1,
    day,
    hour,
    minute,
    second,
    Number((match[7] ?? "").padEnd(3, "0").slice(0, 3)),
  );
  return local - offsetMinutes(match[8], utcOffsetMinutes) * 60_000;
}

function offsetMinutes(zone: string | undefined, unsaid: number): number {
  if (zone === undefined) return unsaid;
  const numeric = /^([+-])(\d{2}):?(\d{2})$/.exec(zone);
  if (numeric !== null) return (numeric[1] === "-" ? -1 : 1) * (Number(numeric[2]) * 60 + Number(numeric[3]));
  // only Chinese providers write CST, and they mean China's
  return zone === "CST" ? 480 : 0;
}

/**
 * Epoch milliseconds of the next time that a clock in a zone shows `hour:minute`, or undefined for a zone that does not exist.
 */
export function nextClockTime(hour: number, minute: number, timeZone: string, now: number): number | undefined {
  try {
    const clock = new Intl.DateTimeFormat("en-GB", {
      timeZone,
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    });
    const [hours = 0, minutes = 0, seconds = 0] = clock.format(now).split(":").map(Number);
    const elapsed = (hours * 60 + minutes) * 60 + seconds;
    const wanted = (hour * 60 + minute) * 60;
    return now + ((wanted - elapsed + 86_400) % 86_400) * 1000;
  } catch {
    return undefined;
  }
}
