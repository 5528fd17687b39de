import { describe, expect, it } from "vitest";
import { type Duration, parseDuration, slotsInput } from "../../machines/index.ts";

describe("slotsInput", () => {
  it("has the documented defaults", () => {
    expect(slotsInput({ credentials: ["a", "b"] })).toEqual({
      policy: {
        strategy: "stepwise",
        timeoutMs: 600_000,
        requests: 50,
        growth: 2,
        maxCooldownMs: 3_600_000,
        minIntervalMs: 5_000,
        respectRetryAfter: true,
        maxMs: 86_400_000,
      },
      disabled: [false, false],
    });
  });

  it("takes what the configuration says, in its units", () => {
    const failback = {
      strategy: "priority",
      timeout: "30s",
      requests: 0,
      growth: 1,
      max_cooldown: 90,
      min_interval: "0",
      respect_retry_after: false,
      max: "2h",
    } as const;

    expect(slotsInput({ credentials: [{}, { disabled: true }], failback })).toEqual({
      policy: {
        strategy: "priority",
        timeoutMs: 30_000,
        requests: 0,
        growth: 1,
        maxCooldownMs: 90_000,
        minIntervalMs: 0,
        respectRetryAfter: false,
        maxMs: 7_200_000,
      },
      disabled: [false, true],
    });
  });

  it("has a max_cooldown of the timeout, where that is longer than an hour", () => {
    expect(slotsInput({ credentials: ["a"], failback: { timeout: "3h" } }).policy.maxCooldownMs).toBe(10_800_000);
  });

  it.each([0, 51])("refuses %i credentials", (count) => {
    const credentials = Array.from({ length: count }, (_, slot) => `c${slot}`);

    expect(() => slotsInput({ credentials })).toThrow(
      new RangeError(`credentials: found ${count} credential slots; wanted 1 to 50`),
    );
  });

  it.each(["timeout", "max_cooldown", "min_interval", "max"] as const)("refuses a %s that is no duration", (key) => {
    expect(() => slotsInput({ credentials: ["a"], failback: { [key]: "soon" } })).toThrow(
      new RangeError(`failback.${key}: "soon" is no duration; wanted seconds or a text like "10m"`),
    );
  });
});

describe("slotsInput, told what no policy is", () => {
  it.each([
    ["strategy", "random", '"stepwise" or "priority"'],
    ["requests", -1, "a whole number from 0"],
    ["requests", 1.5, "a whole number from 0"],
    ["growth", 0.5, "a number from 1"],
    ["growth", Infinity, "a number from 1"],
  ] as const)("refuses a %s of %j", (key, value, wanted) => {
    const failback = { [key]: value };

    expect(() => slotsInput({ credentials: ["a"], failback })).toThrow(
      new RangeError(`failback.${key}: found ${JSON.stringify(value)}; wanted ${wanted}`),
    );
  });
});

describe("parseDuration", () => {
  it.each<[Duration, number]>([
    [600, 600_000],
    [0, 0],
    [0.25, 250],
    ["600", 600_000],
    ["500ms", 500],
    ["30s", 30_000],
    ["10m", 600_000],
    ["24h", 86_400_000],
    ["7d", 604_800_000],
    ["1.5s", 1_500],
    [" 2m ", 120_000],
  ])("reads %j as %i ms", (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each([
    -1,
    Number.NaN,
    Infinity,
    "",
    "-1s",
    "1 s",
    "s",
    "1w",
    "1s2",
    "x1s",
    "1.s",
    ".5s",
    null,
    undefined,
    {},
    true,
  ])("refuses %j", (value) => {
    expect(parseDuration(value)).toBeUndefined();
  });
});
