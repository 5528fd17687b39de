import { describe, expect, it } from "vitest";
import { classifyFailure } from "../../src/classify/index.ts";
import { errorTableFor } from "../../src/providers/error-tables.ts";

const now = Date.parse("2026-05-01T00:00:00Z");
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const waitOf = (input: unknown, provider?: string) =>
  classifyFailure(input, { now, table: errorTableFor(provider) }).retryAfterMs;

describe("the wait that headers state", () => {
  it.each<[Record<string, string>, number | undefined]>([
    [{ "retry-after": "7" }, 7 * second],
    [{ "Retry-After": "0" }, 0],
    [{ "retry-after": "1.5" }, 1.5 * second],
    [{ "retry-after": "-3" }, 0],
    [{ "retry-after": "Fri, 01 May 2026 00:02:00 GMT" }, 2 * minute],
    [{ "retry-after": "Thu, 30 Apr 2026 23:59:00 GMT" }, 0],
    [{ "retry-after": "Fri, 01 May 2026 00:02:00 GMT", date: "Fri, 01 May 2026 00:01:30 GMT" }, 30 * second],
    [{ "retry-after-ms": "250", "retry-after": "1" }, 250],
    [{ "x-ms-retry-after-ms": "1200" }, 1200],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": "NaN" }, undefined],
    [{ "retry-after": "999999999" }, undefined],
    [{ "retry-after": "" }, undefined],
    [{ "x-ratelimit-reset-requests": "6m0s", "x-ratelimit-remaining-requests": "0" }, 6 * minute],
    [{ "x-ratelimit-reset-tokens": "6ms", "x-ratelimit-remaining-tokens": "0" }, 6],
    [{ "x-ratelimit-reset-tokens": "2m59.56s", "x-ratelimit-remaining-tokens": "0" }, 179_560],
    [{ "x-ratelimit-reset-tokens": "7.66s", "x-ratelimit-remaining-tokens": "12" }, undefined],
    [{ "x-ratelimit-reset-tokens": "7.66s" }, undefined],
    [
      {
        "x-ratelimit-reset-requests": "1h",
        "x-ratelimit-remaining-requests": "99",
        "x-ratelimit-reset-tokens": "3s",
        "x-ratelimit-remaining-tokens": "0",
      },
      3 * second,
    ],
    [
      {
        "x-ratelimit-reset-requests": "9s",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-tokens": "3s",
        "x-ratelimit-remaining-tokens": "0",
      },
      9 * second,
    ],
    [{ "x-ratelimit-reset-requests-day": "33011.38", "x-ratelimit-remaining-requests-day": "0" }, 33_011_380],
    [
      { "anthropic-ratelimit-requests-reset": "2026-05-01T00:00:20Z", "anthropic-ratelimit-requests-remaining": "0" },
      20 * second,
    ],
    [
      {
        "anthropic-ratelimit-input-tokens-reset": "2026-05-01T00:00:20Z",
        "anthropic-ratelimit-input-tokens-remaining": "0",
        date: "Fri, 01 May 2026 00:00:15 GMT",
      },
      5 * second,
    ],
    [
      { "anthropic-ratelimit-tokens-reset": "2026-05-01T00:00:20Z", "anthropic-ratelimit-tokens-remaining": "4000" },
      undefined,
    ],
    [
      {
        "anthropic-ratelimit-unified-reset": String(now / 1000 + 3600),
        "anthropic-ratelimit-unified-status": "rejected",
      },
      hour,
    ],
    [{ "anthropic-ratelimit-unified-reset": String(now / 1000 + 3600) }, hour],
    [
      {
        "anthropic-ratelimit-unified-reset": String(now / 1000 + 3600),
        "anthropic-ratelimit-unified-status": "allowed",
      },
      undefined,
    ],
    [
      {
        "anthropic-ratelimit-unified-7d-reset": String(now / 1000 + 86_400),
        "anthropic-ratelimit-unified-7d-status": "rejected",
      },
      day,
    ],
    [{ "x-ratelimit-reset": String(now + 5000), "x-ratelimit-remaining": "0" }, 5 * second],
    [{ "x-ratelimit-reset": String(now / 1000 + 5) }, 5 * second],
    [{ "x-ratelimit-reset": "12" }, 12 * second],
    [{ "x-ratelimit-reset": "12", "x-ratelimit-remaining": "3" }, undefined],
    [{ "x-ratelimit-reset-after": "1.25", "x-ratelimit-remaining": "0" }, 1250],
    [{ "ratelimit-reset": "30", "ratelimit-remaining": "0" }, 30 * second],
    [{ ratelimit: '"default";r=0;t=40' }, 40 * second],
    [{ "x-codex-primary-reset-after-seconds": "471285", "x-codex-primary-used-percent": "100" }, 471_285 * second],
    [{ "x-codex-primary-reset-after-seconds": "471285", "x-codex-primary-used-percent": "40" }, undefined],
    [{ "x-codex-secondary-reset-at": String(now / 1000 + 60), "x-codex-secondary-used-percent": "100" }, minute],
  ])("%o is %s ms", (headers, expected) => {
    expect(waitOf({ status: 429, headers })).toBe(expected);
  });

  it("is read from a Headers object, a Map, and pairs alike", () => {
    const pairs: [string, string][] = [["Retry-After", "7"]];
    for (const headers of [new Headers(pairs), new Map(pairs), pairs, ["Retry-After", "7"], { "Retry-After": ["7"] }]) {
      expect(waitOf({ status: 429, headers })).toBe(7 * second);
    }
  });
});

describe("the wait that a body's fields state", () => {
  it.each<[unknown, number | undefined]>([
    [{ error: { details: [{ retryDelay: "56s" }] } }, 56 * second],
    [{ error: { details: [{ retryDelay: "0.539477544s" }] } }, 539.478],
    [{ error: { details: [{ retryDelay: { seconds: 3, nanos: 500_000_000 } }] } }, 3500],
    [{ error: { details: [{ metadata: { quotaResetDelay: "539.477544ms" } }] } }, 539.478],
    [{ error: { details: [{ metadata: { quotaResetDelay: "19h8m49s" } }] } }, 19 * hour + 8 * minute + 49 * second],
    [{ error: { details: [{ metadata: { quotaResetTimeStamp: "2026-05-01T01:00:00Z" } }] } }, hour],
    [{ error: { type: "usage_limit_reached", resets_in_seconds: 7200 } }, 2 * hour],
    [{ error: { type: "usage_limit_reached", resets_at: now / 1000 + 60 } }, minute],
    [{ error: "Model is currently loading", estimated_time: 20.5 }, 20.5 * second],
    [{ error: { message: "slow down", retry_after: 4 } }, 4 * second],
    [{ error: { message: "slow down", retry_after_ms: 40 } }, 40],
    [{ error: { message: "slow down", retryAfterMs: "40" } }, 40],
    [
      { error: { metadata: { headers: { "X-RateLimit-Reset": String(now + 9000), "X-RateLimit-Remaining": "0" } } } },
      9 * second,
    ],
    [{ error: { message: "slow down", retry_after: "tomorrow" } }, undefined],
    [{ error: { message: "slow down", retry_after: { forever: true } } }, undefined],
    [{ error: { message: "slow down", retry_after: null } }, undefined],
  ])("%j is %s ms", (body, expected) => {
    expect(waitOf({ status: 429, body })).toBe(expected);
  });
});

describe("the wait that a sentence states", () => {
  it.each<[string, number | undefined]>([
    ["Please try again in 3.89s.", 3890],
    ["Please try again in 174ms.", 174],
    ["Please try again in 7m12s. Visit https://example.com", 7 * minute + 12 * second],
    ["Please try again in 1m47.5854s.", 107_585.4],
    ["Please try again in 1h2m3s.", hour + 2 * minute + 3 * second],
    ["Please retry in 44.097740004s.", 44_097.740004],
    ["Please retry in 900.2ms.", 900.2],
    ["Your quota will reset after 9s.", 9 * second],
    ["(reset after 3s)", 3 * second],
    ["Please retry after 26 seconds.", 26 * second],
    ["Please wait 20 seconds before retrying.", 20 * second],
    ["Try again in 30 seconds.", 30 * second],
    ["please try again after 1 seconds", second],
    ["try again in 2 minutes", 2 * minute],
    ["Try again in about 5 minutes", 5 * minute],
    ["Please retry after one minute.", minute],
    ["Your rate limit resets in ~10s.", 10 * second],
    ["rate limit exceeded, retry_after: 12", 12 * second],
    ["Quota will be replenished in 22.14:18:12.", 22 * day + 14 * hour + 18 * minute + 12 * second],
    ["Quota will be replenished in 00:05:00.", 5 * minute],
    ["It will reset at 2026-05-01 17:18:52 +0800 CST.", 9 * hour + 18 * minute + 52 * second],
    ["usage limit reached, resets at 2026-05-01T15:00:00Z (2056)", 15 * hour],
    ["You will regain access on 2026-05-02 at 00:00 UTC.", day],
    ["Limit resets at: 2026-05-01 10:00:00", 10 * hour],
    ["您的限额将在 2026-05-01 08:01:00 重置。", minute],
    ["请在 30 秒后重试", 30 * second],
    ["请求过于频繁，请一分钟后重试", minute],
    ["请 2 小时后再试", 2 * hour],
    [`Claude AI usage limit reached|${now / 1000 + 60}`, minute],
    ["5-hour limit reached ∙ resets 6:30am (Asia/Dhaka)", 30 * minute],
    ["weekly limit reached, resets 1am (UTC)", hour],
    ["rate limit reached, resets 1am (Mars/Olympus)", undefined],
    ["It will reset at 2020-01-01 00:00:00 UTC.", 0],
    ["Rate limit. Retrying in 33 seconds… (attempt 10/10)", undefined],
    ["Too many requests, please try again later.", undefined],
    ["Limit 500000, Used 500370, Requested 252", undefined],
    ["Request exceeded the timeout sent in the request: 5000ms", undefined],
  ])("%s", (message, expected) => {
    const stated = waitOf({ status: 429, message });
    if (expected === undefined) expect(stated).toBeUndefined();
    else expect(stated).toBeCloseTo(expected, 2);
  });

  it("takes a date without a zone for China's where the provider is Chinese", () => {
    const message = "Your limit will reset at 2026-05-01 09:00:00";
    expect(waitOf({ status: 429, message }, "zhipu")).toBe(hour);
    expect(waitOf({ status: 429, message })).toBe(9 * hour);
  });
});

describe("which wait counts", () => {
  it("puts headers before fields, and fields before sentences", () => {
    const body = { error: { message: "Please retry in 3s.", details: [{ retryDelay: "2s" }] } };
    expect(waitOf({ status: 429, body, headers: { "retry-after": "1" } })).toBe(second);
    expect(waitOf({ status: 429, body })).toBe(2 * second);
  });

  it("states none for a request that no waiting mends", () => {
    expect(
      waitOf({ status: 400, body: { error: { message: "Bad Request" } }, headers: { "retry-after": "7" } }),
    ).toBeUndefined();
  });

  it("reads a rate limit that lasts longer than a minute's window as a used-up quota", () => {
    expect(classifyFailure({ status: 429, headers: { "retry-after": "5400" } })).toEqual({
      class: "quota_exceeded",
      rule: "wait.long-window",
      retryAfterMs: 5_400_000,
      status: 429,
    });
    expect(classifyFailure({ status: 503, headers: { "retry-after": "5400" } }).class).toBe("transient");
  });
});
