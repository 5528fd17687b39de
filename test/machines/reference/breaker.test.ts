import { describe, expect, it } from "vitest";
import { breakerDepartures, type BreakerRow, replayBreaker } from "./breaker-replay.ts";
import { tally } from "./departures.ts";
import { readRows } from "./vectors.ts";

describe("the circuit breaker, against breaker", () => {
  const rows = readRows<BreakerRow>("breaker");
  const result = tally("breaker", new Map(rows.map((row) => [row.id, replayBreaker(row)])), breakerDepartures);

  it("agrees with every row, or departs exactly as said", () => {
    expect(result.unexplained).toEqual([]);
  });

  it("agrees outright with at least 29 of 111 rows", () => {
    expect(result.rows).toBe(111);
    expect(result.agree).toBeGreaterThanOrEqual(29);
  });
});
