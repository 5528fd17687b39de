import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { metricDefinitions } from "../../src/telemetry/metric-definitions.ts";
import { observeMetrics } from "../../src/telemetry/metrics.ts";
import { plantedKey, scriptedModel } from "./scripted-model.ts";

/** The lines of a scrape that begin so, without those that are 0. */
async function lines(registry: Registry, start: string): Promise<string[]> {
  const text = await registry.metrics();
  return text.split("\n").filter((line) => line.startsWith(start) && !line.endsWith(" 0"));
}

describe("the metrics of a model", () => {
  it("are those of the definitions, each with its kind and help, before anything happened", async () => {
    const { registry } = observeMetrics([scriptedModel("chat")]);

    const told = await registry.getMetricsAsJSON();

    expect(told.map(({ name, type, help }) => ({ name, kind: type, help }))).toEqual(
      expect.arrayContaining(Object.values(metricDefinitions).map(({ name, kind, help }) => ({ name, kind, help }))),
    );
    expect(told).toHaveLength(Object.keys(metricDefinitions).length);
  });

  it("start at zero, so that a first failure is seen by rate()", async () => {
    const { registry } = observeMetrics([scriptedModel("chat")]);

    const text = await registry.metrics();

    expect(text).toContain('keyswitch_calls_total{model="chat",result="all_failed"} 0');
    expect(text).toContain('keyswitch_attempts_total{model="chat",credential="primary",outcome="auth"} 0');
    expect(text).toContain('keyswitch_tokens_total{model="chat",credential="primary",direction="unknown"} 0');
  });

  it("count a call that failed over: its attempts, its move, its result", async () => {
    const model = scriptedModel("chat");
    const { registry } = observeMetrics([model]);

    await model.call({ primary: [{ fails: { class: "auth" } }] });

    expect(await lines(registry, "keyswitch_calls_total")).toEqual([
      'keyswitch_calls_total{model="chat",result="served"} 1',
    ]);
    expect(await lines(registry, "keyswitch_attempts_total")).toEqual([
      'keyswitch_attempts_total{model="chat",credential="primary",outcome="auth"} 1',
      'keyswitch_attempts_total{model="chat",credential="azure-east",outcome="ok"} 1',
    ]);
    expect(await lines(registry, "keyswitch_switches_total")).toEqual([
      'keyswitch_switches_total{model="chat",from="primary",to="azure-east",cause="auth"} 1',
    ]);
  });

  it("show which credential serves, which one rests, and how long", async () => {
    const model = scriptedModel("chat");
    const { registry } = observeMetrics([model]);
    await model.call({ primary: [{ fails: { class: "quota_exceeded", retryAfterMs: 90_000 } }] });
    await model.pass(30_000);

    const text = await registry.metrics();

    expect(text).toContain('keyswitch_active_slot{model="chat"} 1');
    expect(text).toContain('keyswitch_credential_up{model="chat",credential="primary"} 0');
    expect(text).toContain('keyswitch_credential_up{model="chat",credential="azure-east"} 1');
    expect(text).toContain('keyswitch_cooldown_seconds{model="chat",credential="primary"} 60');
    expect(text).toContain('keyswitch_cooldown_seconds{model="chat",credential="azure-east"} 0');
  });

  it("say -1 and exhausted when all failed", async () => {
    const model = scriptedModel("chat");
    const { registry } = observeMetrics([model]);
    await model.call({ primary: [{ fails: { class: "auth" } }], "azure-east": [{ fails: { class: "transient" } }] });

    const text = await registry.metrics();

    expect(text).toContain('keyswitch_active_slot{model="chat"} -1');
    expect(text).toContain('keyswitch_calls_total{model="chat",result="all_failed"} 1');
    expect(text).toContain('from="azure-east",to="exhausted",cause="transient"} 1');
  });

  it("show a disabled credential as down", async () => {
    const model = scriptedModel("chat");
    const { registry } = observeMetrics([model]);
    model.engine.operate({ type: "DISABLE", slot: 0 });

    const text = await registry.metrics();

    expect(text).toContain('keyswitch_credential_up{model="chat",credential="primary"} 0');
    expect(text).toContain('keyswitch_cooldown_seconds{model="chat",credential="primary"} 0');
  });

  it("move nothing when they are scraped", async () => {
    const model = scriptedModel("chat");
    const { registry } = observeMetrics([model]);
    await model.call({ primary: [{ fails: { class: "auth" } }] });
    const before = model.snapshot();

    await registry.metrics();

    expect(model.snapshot()).toEqual(before);
  });

  it("time calls over all attempts, and attempts each, in seconds", async () => {
    const model = scriptedModel("chat");
    const { registry } = observeMetrics([model]);
    await model.call({ primary: [{ takesMs: 250, fails: { class: "unknown" } }], "azure-east": [{ takesMs: 1_500 }] });

    const text = await registry.metrics();

    expect(text).toContain('keyswitch_call_duration_seconds_sum{model="chat",result="served"} 1.75');
    expect(text).toContain('keyswitch_attempt_duration_seconds_sum{model="chat",credential="primary"} 0.25');
    expect(text).toContain('keyswitch_attempt_duration_seconds_sum{model="chat",credential="azure-east"} 1.5');
    expect(text).toContain(
      'keyswitch_attempt_duration_seconds_bucket{le="1.28",model="chat",credential="azure-east"} 0',
    );
    expect(text).toContain(
      'keyswitch_attempt_duration_seconds_bucket{le="2.56",model="chat",credential="azure-east"} 1',
    );
  });

  it("time a stream's first item, and no call's", async () => {
    const model = scriptedModel("chat");
    const { registry } = observeMetrics([model]);
    await model.call({ primary: [{ takesMs: 4_000 }] });
    await model.stream({ primary: [{ takesMs: 700 }] });

    const told = await lines(registry, "keyswitch_time_to_first_byte_seconds_");

    expect(told).toContain('keyswitch_time_to_first_byte_seconds_sum{model="chat",credential="primary"} 0.7');
    expect(told).toContain('keyswitch_time_to_first_byte_seconds_count{model="chat",credential="primary"} 1');
  });

  it("leave out how long an attempt took that its caller cut short", async () => {
    const model = scriptedModel("chat");
    const { registry } = observeMetrics([model]);
    await model.call({ primary: [{ takesMs: 50_000 }] }, { deadlineMs: 1_000 });

    const text = await registry.metrics();

    expect(text).toContain('keyswitch_attempts_total{model="chat",credential="primary",outcome="timed_out"} 1');
    expect(text).toContain('keyswitch_calls_total{model="chat",result="timed_out"} 1');
    expect(text).not.toContain("keyswitch_attempt_duration_seconds_count{");
  });

  it("count tokens as they were told, and answers that told none as unknown, never as 0", async () => {
    const model = scriptedModel("chat");
    const { registry } = observeMetrics([model]);
    await model.call({ primary: [{ tells: { inputTokens: 120, outputTokens: 30 } }] });
    await model.call({ primary: [{ tells: { inputTokens: 5 } }] });
    await model.stream({ primary: [{ tells: { inputTokens: 7, outputTokens: 70 } }] });
    await model.call();

    expect(await lines(registry, "keyswitch_tokens_total")).toEqual([
      'keyswitch_tokens_total{model="chat",credential="primary",direction="input"} 132',
      'keyswitch_tokens_total{model="chat",credential="primary",direction="output"} 100',
      'keyswitch_tokens_total{model="chat",credential="primary",direction="unknown"} 1',
    ]);
  });

  it("count nothing more after they are stopped, and leave the registry to others", async () => {
    const model = scriptedModel("chat");
    const registry = new Registry();
    observeMetrics([model], registry).stop();

    const again = observeMetrics([model], registry);
    await model.call();

    expect(again.registry).toBe(registry);
    expect(await lines(registry, "keyswitch_calls_total")).toEqual([
      'keyswitch_calls_total{model="chat",result="served"} 1',
    ]);
  });

  it("show no key and no word of an upstream's", async () => {
    const model = scriptedModel("chat");
    const { registry } = observeMetrics([model]);
    await model.call({ primary: [{ fails: { class: "auth" } }], "azure-east": [{ fails: { class: "permanent" } }] });

    const text = await registry.metrics();

    expect(text).not.toContain(plantedKey);
    expect(text).not.toContain("Incorrect API key");
  });
});
