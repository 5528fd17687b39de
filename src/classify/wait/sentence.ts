import { durationPattern, parseDuration, parseTimeSpan } from "./duration.ts";
import { momentPattern, nextClockTime, parseMoment } from "./moment.ts";

/** When a sentence was said. */
export interface SaidAt {
  /** Epoch milliseconds. */
  readonly answeredAt: number;
  /** The zone of dates that state none, in minutes east of UTC. */
  readonly utcOffsetMinutes: number | undefined;
}

type Reading = (match: RegExpExecArray, said: SaidAt, text: string) => number | undefined;

const again =
  "(?:(?:try|retry|call|send|request|come|check)(?: (?:it|back|your request|the request|this request|requests|once|sending|a moment)){0,2} (?:again|back)" +
  "|try|retry|wait|available|reset(?:s|ting)?|refresh(?:es)?|renew(?:s|ed)?|replenish(?:ed|es)?|refill(?:s|ed)?|regain access|unblocked|lifted|cool(?:ing)? ?down)";
const connecting =
  "(?:[ :]{1,3}(?:again|back|in|after|for|at|on|at least|about|approximately|approx\\.?|another|within|until|will|be|next|the|~)){0,5}[ :~]{1,3}";

/** A number in words. */
const spelled: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  ten: 10,
  一: 1,
  两: 2,
  二: 2,
  三: 3,
  五: 5,
  十: 10,
};

const chineseUnitMs: Readonly<Record<string, number>> = {
  秒: 1000,
  分: 60_000,
  分钟: 60_000,
  小时: 3_600_000,
  天: 86_400_000,
};

/** How a wait is said. A client's own "Retrying in 5 seconds" is none of these: it tells of that client's patience. */
const sayings: readonly (readonly [RegExp, Reading])[] = [
  [new RegExp(`\\b${again}${connecting}(${durationPattern})`, "i"), ([, wait = ""]) => parseDuration(wait)],
  [new RegExp(`\\b${again}${connecting}(a|an|one|two|three|four|five|six|ten) (second|minute|hour|day)`, "i"), ([, count = "", unit = ""]) => (spelled[count.toLowerCase()] ?? 1) * (parseDuration(`1${unit}`) ?? 0)],
  [new RegExp(`\\b${again}${connecting}((?:\\d{1,3}\\.)?\\d{1,2}:\\d{2}:\\d{2})\\b`, "i"), ([, span = ""]) => parseTimeSpan(span)],
  [/\bretry[-_ ]?after(?:[-_ ]?(?:seconds|secs))?["']?\s?[:=]\s?["']?(\d{1,7}(?:\.\d{1,6})?)\b(?!\.|-)/i, ([, seconds = ""]) => Number(seconds) * 1000],
  [new RegExp(`\\b(?:${again}|until)${connecting}["'(]?(${momentPattern})`, "i"), ([, moment = ""], said, text) => untilMoment(moment, said, text)],
  [new RegExp(`(${momentPattern}).{0,6}(?:重置|恢复|刷新|后重试|再试)`), ([, moment = ""], said, text) => untilMoment(moment, said, text)],
  [/(\d{1,7}|[一两二三五十]) ?(秒|分钟|分|小时|天) ?(?:钟)?(?:之?后|内|以后).{0,6}(?:重试|再试|重置|恢复|刷新|解除|尝试)/, ([, count = "", unit = ""]) => (spelled[count] ?? Number(count)) * (chineseUnitMs[unit] ?? Number.NaN)],
  // Claude's clients print the epoch after a bar, and the clock with its zone
  [/\blimit reached\|(\d{10,13})\b/i, ([, epoch = ""], { answeredAt }) => Number(epoch) * (epoch.length > 10 ? 1 : 1000) - answeredAt],
  [/\bresets?(?: at)? (\d{1,2})(?::(\d{2}))? ?(am|pm)? \(([A-Za-z_]{1,30}(?:\/[A-Za-z_+-]{1,30}){0,2})\)/i, ([, hour, minute, half, zone], said) => untilClock(Number(hour), Number(minute ?? 0), half, zone ?? "UTC", said)],
]; // prettier-ignore

/** Milliseconds that a sentence asks to wait, or undefined. */
export function waitFromSentence(sentence: string, said: SaidAt): number | undefined {
  const text = sentence.replace(/[\s\\]+/g, " ");
  for (const [pattern, read] of sayings) {
    const match = pattern.exec(text);
    const waitMs = match === null ? undefined : read(match, said, text);
    if (waitMs !== undefined && Number.isFinite(waitMs)) return waitMs;
  }
  return undefined;
}

const chineseMinutes = 480;

function untilMoment(moment: string, { answeredAt, utcOffsetMinutes }: SaidAt, text: string): number | undefined {
  const unsaidZone = utcOffsetMinutes ?? (/[\u4e00-\u9fff]/.test(text) ? chineseMinutes : 0);
  const at = parseMoment(moment, unsaidZone);
  return at === undefined ? undefined : at - answeredAt;
}

function untilClock(
  hour: number,
  minute: number,
  half: string | undefined,
  zone: string,
  { answeredAt }: SaidAt,
): number | undefined {
  const hours = half === undefined ? hour : (hour % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
  const at = nextClockTime(hours, minute, zone, answeredAt);
  return at === undefined ? undefined : at - answeredAt;
}
