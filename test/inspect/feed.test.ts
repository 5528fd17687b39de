import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { createKeyswitch } from "../../src/index.ts";
import { createListeners } from "../../src/engine/listeners.ts";
import type { ModelEvents } from "../../src/engine/model-events.ts";
import type { FeedEntry } from "../../src/inspect/entries.ts";
import type { InspectedModel } from "../../src/inspect/inspected-model.ts";
import { createFeed, type Feed, type FeedOptions } from "../../src/inspect/feed.ts";
import { liveModelOf } from "../../src/model.ts";
import { call, failure, modelOf, plantedKey } from "./models.ts";

function feedOf(models: Parameters<Feed["follow"]>[0], options: FeedOptions = {}): Feed {
  const feed = createFeed(options);
  feed.follow(models);
  onTestFinished(() => feed.close());
  return feed;
}

const typesOf = (entries: readonly FeedEntry[]): string[] => entries.map(({ type }) => type);

describe("the inspector's feed", () => {
  it("tells a call's attempts, the move that they led to, and then how the model stands", async () => {
    const model = modelOf(["primary", "spare"]);
    const feed = feedOf([model], { now: () => 1_000 });
    const told: FeedEntry[] = [];
    feed.subscribe((entry) => told.push(entry));

    await call(model, { primary: 401 });
    await turn();

    expect(typesOf(told)).toEqual(["change", "failover", "state", "call"]);
    expect(told[1]).toMatchObject({ number: 4, at: 1_000, model: "chat", from: "primary", to: "spare", cause: "auth" });
    expect(told[2]).toMatchObject({ state: { name: "s1.serving", active: "spare", probing: null, epoch: 1 } });
    expect(told[3]).toMatchObject({
      result: "served",
      credential: "spare",
      attemptCount: 2,
      attempts: [
        { credential: "primary", outcome: "auth", status: 401, rule: expect.any(String) },
        { credential: "spare", outcome: "ok" },
      ],
    });
  });

  it("tells when a cooldown ends and when the next probe is due, in times that stay true", async () => {
    const model = modelOf(["primary", "spare"], { failback: { timeout: "10m" } });
    const feed = feedOf([model], { now: () => 5_000 });
    await call(model, { primary: 401 });
    await turn();

    const { state } = feed.present()[0] ?? {};
    expect((state?.coolingUntil["primary"] ?? 0) / 1_000).toBeCloseTo(605, 0);
    expect((state?.nextProbeAt ?? 0) / 1_000).toBeCloseTo(605, 0);
  });

  it("tells of what moves nothing, but is seen: a credential below home that is taken out", async () => {
    const model = modelOf(["a", "b"]);
    const feed = feedOf([model]);
    liveModelOf(model)?.present().engine.operate({ type: "DISABLE", slot: 1 });
    await turn();

    expect(typesOf(feed.history())).toEqual(["shape", "state", "change", "state"]);
    expect(feed.history().at(-1)).toMatchObject({ state: { active: "a", disabled: ["b"] } });
  });

  it("keeps 32 smooth calls of a second while nobody looks, each that was not smooth, and tells a viewer all", async () => {
    const model = modelOf(["primary", "spare"]);
    let nowMs = 1_000;
    const feed = feedOf([model], { now: () => nowMs });
    const callsKept = (): number => feed.history().filter(({ type }) => type === "call").length;

    for (let count = 0; count < 40; count += 1) await call(model);
    expect(callsKept()).toBe(32);
    await call(model, { primary: 401 });
    expect(callsKept()).toBe(33);
    nowMs += 1_000;
    await call(model);
    expect(callsKept()).toBe(34);

    const told: FeedEntry[] = [];
    feed.subscribe((entry) => told.push(entry));
    for (let count = 0; count < 40; count += 1) await call(model);
    expect(typesOf(told)).toEqual(Array.from({ length: 40 }, () => "call"));
    expect(feed.present()[0]).toMatchObject({ model: "chat" });
  });

  it("tells nothing of a call that home serves but the call", async () => {
    const model = modelOf(["primary", "spare"]);
    const feed = feedOf([model]);
    await call(model, { primary: 401 });
    await turn();
    const before = feed.history().length;

    await call(model);
    await turn();
    expect(typesOf(feed.history().slice(before))).toEqual(["call"]);
    expect(feed.traffic()).toMatchObject([{ model: "chat", served: 1 }]);
  });

  it("goes on with a model whose configuration changes, and lets go of one that is gone", async () => {
    const configOf = (ids: readonly string[], names: readonly string[]) => ({
      models: Object.fromEntries(
        names.map((name) => [
          name,
          { model: "m", credentials: ids.map((id) => ({ id, provider: "openai", api_key: "k" })) },
        ]),
      ),
    });
    const keyswitch = createKeyswitch(configOf(["a"], ["chat", "other"]));
    onTestFinished(() => keyswitch.close());
    const all = () => keyswitch.models.map((id) => keyswitch.model(id));
    const feed = feedOf(all());
    const told: FeedEntry[] = [];
    feed.subscribe((entry) => told.push(entry));

    keyswitch.reload(configOf(["a", "b"], ["chat"]));
    feed.follow(all());

    expect(told.map(({ type, model }) => `${type} ${model}`)).toEqual([
      "change chat",
      "gone other",
      "shape chat",
      "state chat",
    ]);
    expect(feed.present().map(({ credentials }) => credentials.map(({ id }) => id))).toEqual([["a", "b"]]);
    await call(keyswitch.model("chat"), { a: 401 });
    await turn();
    expect(told.at(-2)).toMatchObject({ type: "state", state: { active: "b" } });
  });

  it("counts calls and attempts by credential over the last ten seconds that are over", async () => {
    let now = 100_000;
    const model = modelOf(["primary", "spare"], { failback: { requests: 0 } });
    const feed = feedOf([model], { now: () => now });
    await call(model, { primary: 401 });
    for (let count = 0; count < 9; count += 1) await call(model);
    now += 1_000;

    expect(feed.traffic()).toMatchObject([
      { callsPerSecond: 1, unservedShare: 0, attemptsPerSecond: [0.1, 1], failedPerSecond: [0.1, 0] },
    ]);
    now += 30_000;
    expect(feed.traffic()).toMatchObject([{ callsPerSecond: 0 }]);
    expect(feed.present()[0]?.servedCalls.reduce((sum, count) => sum + count, 0)).toBe(10);
  });

  it("tells what broke a stream that had begun to be handed on", async () => {
    const model = modelOf(["primary", "spare"]);
    const feed = feedOf([model]);
    const items = model.stream(async function* cut() {
      yield "a";
      throw failure(500);
    });
    await items.next();
    await expect(items.next()).rejects.toThrow();

    expect(feed.history().at(-1)).toMatchObject({
      type: "call",
      result: "interrupted",
      attempts: [{ credential: "primary", outcome: "ok", isStream: true }],
      lateFailure: { credential: "primary", class: "transient" },
    });
  });

  it("holds no key, no address and no error's text", async () => {
    const model = modelOf(["primary", "spare"]);
    const feed = feedOf([model]);
    await call(model, { primary: 401 });
    await expect(call(model, { primary: 400, spare: 400 })).rejects.toThrow();
    await turn();

    const all = JSON.stringify([feed.history(), feed.present(), feed.traffic()]);
    expect(all).toContain("spare");
    expect(all).not.toContain(plantedKey);
  });

  it("tells the others, and goes on, when one who listens to it throws", async () => {
    const model = modelOf(["primary", "spare"]);
    const feed = feedOf([model]);
    const told: FeedEntry[] = [];
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    feed.subscribe(() => {
      throw new Error("of a listener");
    });
    feed.subscribe((entry) => told.push(entry));

    await call(model, { primary: 401 });
    await turn();

    expect(typesOf(told)).toEqual(["change", "failover", "state", "call"]);
    expect(await warned).toMatchObject({ name: "KeyswitchListenerWarning" });
  });

  it("keeps no attempts of calls that were in flight when their model was let go", async () => {
    const listeners = createListeners<ModelEvents>();
    const gone: InspectedModel = Object.assign(Object.create(modelOf(["primary"], { id: "gone" })), {
      on: (...wanted: Parameters<InspectedModel["on"]>) => listeners.on(...wanted),
    });
    const feed = feedOf([gone]);
    const attempt = { model: "gone", credential: "primary", index: 1, isStream: true, outcome: "ok" as const };
    const told = { rule: undefined, status: undefined, durationMs: 1 };
    // As many as it would hold at most.
    for (let each = 0; each < 8_192; each += 1)
      listeners.emit("attempt", { ...attempt, ...told, call: `open-${each}` });
    const model = modelOf(["primary"]);
    feed.follow([model]);

    await call(model);

    expect(feed.history().at(-1)).toMatchObject({ type: "call", attempts: [{ credential: "primary" }] });
  });

  it("listens no more once it is closed", async () => {
    const model = modelOf(["primary", "spare"]);
    const feed = feedOf([model]);
    feed.close();
    const before = feed.history().length;
    await call(model, { primary: 401 });
    await turn();
    expect(feed.history()).toHaveLength(before);
  });
});
