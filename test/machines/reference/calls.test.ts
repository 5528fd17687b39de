import { describe, expect, it } from "vitest";
import { type CallsRow, replayCalls } from "./calls-replay.ts";
import { tally } from "./departures.ts";
import { ringDepartures } from "./ring.ts";
import { readRows } from "./vectors.ts";

describe("whole calls through the engine, against calls", async () => {
  const rows = readRows<CallsRow>("calls");
  const replays = await Promise.all(rows.map(async (row) => [row.id, await replayCalls(row)] as const));
  const result = tally("calls", new Map(replays), ringDepartures);

  it("agrees with every row, or departs exactly as said", () => {
    expect(result.unexplained).toEqual([]);
  });

  it("agrees outright with at least 136 of 222 rows", () => {
    expect(result.rows).toBe(222);
    expect(result.agree).toBeGreaterThanOrEqual(136);
  });
});
