import { describe, expect, it } from "vitest";
import { tally } from "./departures.ts";
import { replaySwitch, switchDepartures, type SwitchRow } from "./switcher-replay.ts";
import { readRows } from "./vectors.ts";

describe.each([
  { file: "switcher", hearsFailures: true, least: 20 },
  { file: "switcher_head", hearsFailures: false, least: 68 },
])("the slots machine, against $file", ({ file, hearsFailures, least }) => {
  const rows = readRows<SwitchRow>(file);
  const replays = rows.map((row) => [row.id, replaySwitch({ ...row, hearsFailures })] as const);
  const result = tally(file, new Map(replays), switchDepartures);

  it("agrees with every row, or departs exactly as said", () => {
    expect(result.unexplained).toEqual([]);
  });

  it(`agrees outright with at least ${least} of ${rows.length} rows`, () => {
    expect(result.agree).toBeGreaterThanOrEqual(least);
  });
});
