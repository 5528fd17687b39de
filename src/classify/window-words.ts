import { anyOf } from "./text-rule.ts";

/** Words of a window that refills while one waits. */
export const shortWindow = anyOf(
  /\b(?:per|a|each|every) ?(?:min(?:ute)?|sec(?:ond)?)\b|\/ ?(?:min(?:ute)?|sec(?:ond)?|s|m)\b/,
  /\b(?:[rtiq]pm|[rtq]ps)\b|\bconcurren|\bin flight\b|per ?minute|每分钟|每秒|并发|分钟内/,
);

/** Words of a window that one does not wait for: hours, days, a plan's period. */
export const longWindow = anyOf(
  /\b(?:per|a|each|every) ?(?:hour|day|week|month)\b|\b(?:daily|weekly|monthly|hourly)\b/,
  /\/ ?(?:day|month|week|1?d)\b|\b(?:[rt]pd)\b|\btoday'?s (?:quota|limit|usage|free|allowance)/,
  /(?:limit|quota|requests|usage|free) .{0,24}(?:for )?today\b|\btomorrow\b/,
  /\b\d{1,2} ?(?:hours?|h|days?)\b.{0,20}(?:limit|quota|window|usage)/,
  /\b(?:session|hour|week|month|day)(?: \w{1,12})? (?:quota|limit|usage)/,
  /\bthis (?:billing )?(?:period|cycle|month|week)\b|per ?day|每日|每天|当日|今日|当天|每月|每周|本月|本周|\d ?小时/,
  /日(?:限|调用|请求)|月度/,
);

const limitWords = anyOf(
  /limit|quota|exceed|exhaust|allocation|allowance|used (?:up|all)|reached|throttl|too many|credits|超/,
  /达到|上限|用完|用尽|耗尽|额度|限制|限流/,
);

/** Matches a text that has a window but no limit in it: "twice a day" alone is nobody's quota. */
export const noLimitWords = new RegExp(`^(?!.*(?:${limitWords.source}))`, "s");
