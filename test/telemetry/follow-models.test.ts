import { describe, expect, it } from "vitest";
import { createFollower } from "../../src/telemetry/follow-models.ts";
import { observeMetrics } from "../../src/telemetry/metrics.ts";
import { scriptedModel } from "./scripted-model.ts";

describe("a follower", () => {
  it("listens to what comes, on to what stays, and no more to what is gone", () => {
    const told: string[] = [];
    const follower = createFollower((model: string) => {
      told.push(`+${model}`);
      return () => told.push(`-${model}`);
    });

    follower.follow(["a", "b"]);
    follower.follow(["b", "c"]);
    follower.stop();
    follower.stop();

    expect(told).toEqual(["+a", "+b", "+c", "-a", "-b", "-c"]);
  });
});

describe("metrics that follow a reload", () => {
  it("count what a new model does, keep what was counted, and show no gauge of what is gone", async () => {
    const [former, latter] = [scriptedModel("former"), scriptedModel("latter")];
    const metrics = observeMetrics([former]);
    await former.call();

    metrics.follow([latter]);
    await former.call();
    await latter.call();
    const text = await metrics.registry.metrics();

    expect(text).toContain('keyswitch_calls_total{model="former",result="served"} 1');
    expect(text).toContain('keyswitch_calls_total{model="latter",result="served"} 1');
    expect(text).toContain('keyswitch_active_slot{model="latter"} 0');
    expect(text).not.toContain('keyswitch_active_slot{model="former"}');
  });
});
