import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import type { FleetHealth } from "../../src/state/index.ts";
import { registerStateMetrics } from "../../src/telemetry/state-metrics.ts";

const health: FleetHealth = {
  connected: true,
  replica: "host-1",
  replicas: 8,
  behind: 2,
  syncDelayMs: 12,
  conflicts: 3,
};

describe("the metrics of a shared state", () => {
  it("tell how it does at the time when they are asked for", async () => {
    const registry = new Registry();
    let present = health;
    registerStateMetrics(registry, () => present);
    expect(await registry.metrics()).toContain("keyswitch_state_connected 1");

    present = { ...health, connected: false };

    const told = (await registry.metrics()).split("\n").filter((line) => line.startsWith("keyswitch"));
    expect(told).toEqual([
      "keyswitch_state_connected 0",
      "keyswitch_state_sync_delay_seconds 0.012",
      "keyswitch_state_conflicts 3",
      "keyswitch_state_replicas 8",
      "keyswitch_state_replicas_behind 2",
    ]);
  });

  it("are not there where nothing is shared", async () => {
    const registry = new Registry();
    registerStateMetrics(registry, () => undefined);

    expect((await registry.metrics()).trim()).toBe("");
  });
});
