import { describe, expect, it } from "vitest";
import { retryDelayMs } from "../../../machines/index.ts";
import { tally } from "./departures.ts";
import { jitterDepartures, replayJitter, replayRetry, type RetryRow } from "./retry-replay.ts";
import { readRows } from "./vectors.ts";

describe("retries on one credential, against retry", async () => {
  const rows = readRows<RetryRow>("retry");
  const retried = await Promise.all(rows.map(async (row) => [row.id, await replayRetry(row)] as const));
  const plain = tally("retry", new Map(retried), []);
  const drawn = await Promise.all(rows.map(async (row) => [row.id, await replayJitter(row)] as const));
  const jitter = tally("retry, with jitter", new Map(drawn), jitterDepartures);

  it("agrees with all 62 rows on runs, result and waits without jitter", () => {
    expect(plain.unexplained).toEqual([]);
    expect(plain.agree).toBe(62);
  });

  it("draws each wait from none to the capped one, and departs in that alone", () => {
    expect(jitter.unexplained).toEqual([]);
    expect(jitter.agree).toBe(rows.filter(({ expected }) => expected.delays_s.every((delayS) => delayS === 0)).length);
  });

  it("caps the wait of a 1100th retry, where the doubling overflows", () => {
    const policy = { maxRetries: Infinity, baseDelayMs: 500, maxDelayMs: 8_000, jitter: "none" } as const;

    expect(retryDelayMs(policy, { class: "transient" }, 1_100, true, Math.random)).toBe(8_000);
  });
});
