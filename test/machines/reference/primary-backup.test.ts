import { describe, expect, it } from "vitest";
import { tally } from "./departures.ts";
import {
  type PairCallsRow,
  pairDepartures,
  type PairSwitchRow,
  replayPairCalls,
  replayPairSwitch,
} from "./pair-replay.ts";
import { readRows } from "./vectors.ts";

type Row = ({ readonly kind: "switcher" } & PairSwitchRow) | ({ readonly kind: "failover_call" } & PairCallsRow);

const rows = readRows<Row>("primary_backup");
const switches = rows.filter((row) => row.kind === "switcher");
const calls = rows.filter((row) => row.kind === "failover_call");

describe("a model of two credentials, against primary_backup", async () => {
  const onSwitches = switches.map((row) => [row.id, replayPairSwitch(row)] as const);
  const switcher = tally("primary_backup, switcher", new Map(onSwitches), pairDepartures);
  const onCalls = await Promise.all(calls.map(async (row) => [row.id, await replayPairCalls(row)] as const));
  const call = tally("primary_backup, calls", new Map(onCalls), pairDepartures);

  it("agrees with every row, or departs exactly as said", () => {
    expect([...switcher.unexplained, ...call.unexplained]).toEqual([]);
  });

  it("agrees outright with at least 17 of 44 rows on the switch, and 8 of 35 rows of calls", () => {
    expect([switcher.rows, call.rows]).toEqual([44, 35]);
    expect(switcher.agree).toBeGreaterThanOrEqual(17);
    expect(call.agree).toBeGreaterThanOrEqual(8);
  });
});
