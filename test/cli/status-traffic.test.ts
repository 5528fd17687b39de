import { describe, expect, it } from "vitest";
import type { ShownModel } from "../../src/cli/status/model-report.ts";
import { createRecentTraffic } from "../../src/cli/status/recent-traffic.ts";
import { statusLines } from "../../src/cli/status/status-table.ts";

const shown = (attempts: Readonly<Record<string, number>>, model = "chat"): ShownModel => ({
  model,
  active: "a",
  probing: null,
  epoch: 0,
  credentials: Object.keys(attempts),
  disabled: [],
  cooldowns: {},
  nextProbeInMs: null,
  usage: Object.fromEntries(
    Object.entries(attempts).map(([id, count]) => [
      id,
      { attempts: count, served: count, failures: {}, inputTokens: 0, outputTokens: 0, unknownUsage: 0 },
    ]),
  ),
  upstreams: {},
});

describe("the bars of keyswitch status --watch", () => {
  it("show what each credential did from look to look, beside the others of its model", () => {
    const traffic = createRecentTraffic();
    for (const attempts of [
      { a: 100, b: 0 },
      { a: 108, b: 0 },
      { a: 108, b: 4 },
      { a: 112, b: 4 },
    ]) {
      traffic.note([shown(attempts)]);
    }
    expect(traffic.barsOf("chat", "a")).toBe("█▁▅");
    expect(traffic.barsOf("chat", "b")).toBe("▁▅▁");
    expect(traffic.barsOf("other", "a")).toBe("");
  });

  it("go on when the gateway has begun anew, and are never more than the last thirty", () => {
    const traffic = createRecentTraffic();
    for (const a of [500, 3]) traffic.note([shown({ a })]);
    expect(traffic.barsOf("chat", "a")).toBe("█");
    for (let a = 4; a < 60; a += 1) traffic.note([shown({ a })]);
    expect(traffic.barsOf("chat", "a")).toHaveLength(30);
  });

  it("stand at the end of each credential's line", () => {
    const traffic = createRecentTraffic();
    for (const a of [0, 7]) traffic.note([shown({ a })]);
    const lines = statusLines([shown({ a: 7 })], { paint: (_, text) => text }, traffic);
    expect(lines[1]).toMatch(/the last looks$/);
    expect(lines[2]).toMatch(/█$/);
  });
});
