import { describe, expect, it } from "vitest";
import { type InterleavedRow, replayInterleaved } from "./concurrency-replay.ts";
import { tally } from "./departures.ts";
import { ringDepartures } from "./ring.ts";
import { replaySwitch, switchDepartures, type SwitchRow } from "./switcher-replay.ts";
import { readRows } from "./vectors.ts";

type Row = ({ readonly kind: "ring" } & InterleavedRow) | ({ readonly kind: "switcher" } & SwitchRow);

const rows = readRows<Row>("concurrency");
const rings = rows.filter((row) => row.kind === "ring");
const switches = rows.filter((row) => row.kind === "switcher");

describe("calls in flight together, against concurrency", async () => {
  const onRings = await Promise.all(rings.map(async (row) => [row.id, await replayInterleaved(row)] as const));
  const ring = tally("concurrency, ring", new Map(onRings), ringDepartures);
  const onSwitches = switches.map((row) => [row.id, replaySwitch(row)] as const);
  const switcher = tally("concurrency, switcher", new Map(onSwitches), switchDepartures);

  it("agrees with every row, or departs exactly as said", () => {
    expect([...ring.unexplained, ...switcher.unexplained]).toEqual([]);
  });

  // Home moves when a credential fails, not when the next one has served: every overlap with a failover shows it.
  it("agrees outright with at least 2 of 37 overlaps of calls, and 7 of 13 of their steps on the switch", () => {
    expect([ring.rows, switcher.rows]).toEqual([37, 13]);
    expect(ring.agree).toBeGreaterThanOrEqual(2);
    expect(switcher.agree).toBeGreaterThanOrEqual(7);
  });
});
