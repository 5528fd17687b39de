import { describe, expect, it } from "vitest";
import type { KeyswitchConfig } from "../../../src/config/index.ts";
import { createModelEngine } from "../../../src/engine/model-engine.ts";
import { runtimeModel } from "../../../src/config/runtime.ts";
import { parseModelConfig } from "../../../src/config/index.ts";
import type { ChangeEvent } from "../../../src/engine/model-events.ts";
import { createLogger, logMoves } from "../../../src/telemetry/index.ts";
import { incidentsOf, replay, simulate } from "../../../src/testing/index.ts";
import { seededRandom } from "../../../src/testing/simulate/seeded-random.ts";
import { fireNext, passUntil, quiet } from "../../../src/testing/simulate/pass-time.ts";
import { playedCall } from "../../../src/testing/simulate/scripted-call.ts";
import { classifyScripted } from "../../../src/testing/simulate/scripted-failure.ts";
import type { ScriptedOutcome } from "../../../src/testing/simulate/scenario.ts";
import { createVirtualClock } from "../../../src/testing/virtual-clock.ts";
import { callModel } from "../../../src/engine/call-model.ts";

type Script = Readonly<Record<string, ScriptedOutcome>>;

/** A model of three credentials on a virtual clock, and its log as a gateway writes it. */
function recorded(failback: object = {}) {
  const model = {
    api: "any",
    credentials: [{ id: "a" }, { id: "b" }, { id: "c" }],
    failback,
    retry: { max_retries: 0 },
  } as const;
  const config: KeyswitchConfig = { models: { chat: model } };
  const clock = createVirtualClock();
  const runtime = runtimeModel("chat", parseModelConfig(model));
  const engine = createModelEngine(runtime, { classify: classifyScripted, clock });
  const lines: string[] = [];
  const changes: ChangeEvent[] = [];
  engine.listeners.on("change", (change) => changes.push(change));
  const logger = createLogger({ level: "debug", destination: { write: (line: string) => lines.push(line.trimEnd()) } });
  logMoves(
    [{ id: "chat", snapshot: () => engine.snapshot(), on: (name, listener) => engine.listeners.on(name, listener) }],
    logger,
  );

  const begin = (script: Script): Promise<unknown> => {
    const { attempt, signal } = playedCall(clock, (credential) => script[credential] ?? "ok");
    return callModel(engine, attempt, { signal }).catch(() => {});
  };
  const call = async (script: Script = {}): Promise<void> => {
    const running = new Set([script]);
    void begin(script).finally(() => running.delete(script));
    for (await quiet(); running.size > 0; await quiet()) fireNext(clock);
  };
  return {
    config,
    engine,
    clock,
    changes,
    begin,
    call,
    pass: (seconds: number) => passUntil(clock, clock.now() + seconds * 1_000),
    log: () => lines.join("\n"),
    lines: () => [...lines],
  };
}

/** A key dies, the probe is in vain, then it recovers. */
async function incident(failback: object = {}) {
  const model = recorded(failback);
  await model.call({ a: { error: "auth", after_s: 0.25 } });
  for (let each = 0; each < 7; each += 1) await model.call();
  await model.pass(600);
  await model.call({ a: { error: "quota_exceeded", retry_after_s: 3_000 } });
  await model.pass(3_000);
  await model.call({ a: { ok: true, after_s: 0.4 } });
  return model;
}

describe("a replayed log", () => {
  it("comes out as it was recorded, change by change", async () => {
    const { log, config } = await incident();

    const { replayed, divergence, takenUp } = replay(log(), config);

    expect(divergence).toBeUndefined();
    expect(takenUp).toBe(1);
    expect(replayed.map(({ told, after }) => [told?.type ?? "timer", after.home, after.epoch])).toEqual([
      ["AUTH", "b", 1],
      ["timer", "b", 1],
      ["PROBE", "b", 1],
      ["QUOTA_EXCEEDED", "b", 1],
      ["timer", "b", 1],
      ["PROBE", "b", 1],
      ["SUCCESS", "a", 2],
    ]);
  });

  it("is read as the gateway's own lines, as server-sent events, and as entries with their kind", async () => {
    const { changes, config } = await incident();
    const events = changes.map((change, index) => {
      const data = JSON.stringify({ at: new Date(0).toISOString(), ...change });
      return `id: 0badcafe-${index + 1}\nevent: change\ndata: ${data}\n`;
    });
    const sent = `retry: 1000\n\n${events.join("\n")}\n:\n\nevent: dropped\ndata: {"dropped":3}\n\n`;
    const entries = changes.map((change) => JSON.stringify({ number: 1, at: 0, type: "change", ...change }));
    const wrapped = changes.map((event) => JSON.stringify({ number: 1, name: "change", at: 0, event }));

    for (const log of [sent, entries.join("\r\n"), wrapped.join("\n")]) {
      expect(replay(log, config)).toMatchObject({ divergence: undefined, replayed: { length: 7 } });
    }
  });

  it("diverges at the first change that the machine does not make, and tells what is otherwise", async () => {
    const { lines, config } = await incident();
    const changed = lines().map((line) =>
      line.includes('"change":4') ? line.replace('"failedFailbacks":1', '"failedFailbacks":2') : line,
    );

    const { replayed, divergence } = replay(changed.join("\n"), config);

    expect(replayed).toHaveLength(3);
    expect(divergence).toMatchObject({
      line: lines().findIndex((line) => line.includes('"change":4')) + 1,
      where: "change",
      told: { type: "QUOTA_EXCEEDED", credential: "a" },
      differences: [{ what: "slots.a.failedFailbacks", recorded: 2, machine: 1 }],
    });
  });

  it("diverges where another configuration would have gone another way", async () => {
    const { log } = await incident();
    const { config } = recorded({ timeout: "1m" });

    expect(replay(log(), config).divergence).toMatchObject({
      where: "change",
      told: { type: "AUTH" },
      differences: [{ what: "slots.a.cooldownUntil", recorded: 600_250, machine: 60_250 }],
    });
  });

  it("diverges between two changes when the model did not stay as it was left", async () => {
    const { lines, config } = await incident();
    const changed = lines().map((line) =>
      line.includes('"change":3,') ? line.replaceAll('"ledByProbe":false', '"ledByProbe":true') : line,
    );

    expect(replay(changed.join("\n"), config).divergence).toMatchObject({
      where: "between",
      differences: [{ what: "ledByProbe", recorded: true, machine: false }],
    });
  });

  it("goes on where lines are missing, from how the log says that the model stood", async () => {
    const { lines, config } = await incident();
    const some = lines().filter((line) => !/"change":[25],/.test(line));

    expect(replay(some.join("\n"), config)).toMatchObject({
      divergence: undefined,
      takenUp: 3,
      replayed: { length: 5 },
    });
  });

  it("goes on after a restart, with what was restored", async () => {
    const first = await incident();
    const again = createModelEngine(first.engine.policy, {
      classify: classifyScripted,
      clock: createVirtualClock(),
      heritage: first.engine.heritage(),
      listeners: first.engine.listeners,
    });
    again.operate({ type: "RESET" });

    const { divergence, replayed } = replay(first.log(), first.config);

    expect(divergence).toBeUndefined();
    expect(replayed.slice(-2).map(({ told }) => told?.type)).toEqual(["RESTORE", "RESET"]);
  });

  it.each([1, 2, 3, 4, 5, 6])("comes out as recorded whatever happened, %i of six random lives", async (seed) => {
    const random = seededRandom(seed);
    const model = recorded({ strategy: seed % 2 === 0 ? "stepwise" : "priority", requests: 5, timeout: "30s" });
    const outcomes: readonly ScriptedOutcome[] = [
      "ok",
      "ok",
      "ok",
      "auth",
      "transient",
      "unknown",
      "permanent",
      { cancel: true },
      { error: "quota_exceeded", retry_after_s: 45 },
      { ok: true, after_s: 3 },
      { error: "auth", after_s: 5 },
    ];
    const oneOf = <Each>(list: readonly Each[]): Each => list[Math.floor(random() * list.length)] as Each;
    for (let each = 0; each < 400; each += 1) {
      void model.begin({ a: oneOf(outcomes), b: oneOf(outcomes), c: oneOf(outcomes) });
      await quiet();
      if (random() < 0.1) model.engine.operate({ type: oneOf(["DISABLE", "ENABLE"] as const), slot: oneOf([0, 1, 2]) });
      if (random() < 0.05) model.engine.operate({ type: oneOf(["RESET", "FAILBACK"] as const) });
      await model.pass(random() * 12);
    }

    const { divergence, replayed, takenUp } = replay(model.log(), model.config);

    expect(divergence).toBeUndefined();
    expect(takenUp).toBe(1);
    expect(replayed.length).toBeGreaterThan(200);
  });
});

describe("a log that is wrong", () => {
  const { config } = recorded();
  const line = async (change: (entry: Record<string, unknown>) => unknown): Promise<string> => {
    const { lines } = await incident();
    return JSON.stringify(change(JSON.parse(lines()[0] ?? "{}") as Record<string, unknown>));
  };

  it.each([
    ["nothing", "", "log: found no change of a model's machine, wanted the log of a gateway"],
    ["other lines alone", '{"event":"failover"}', "log: found no change of a model's machine"],
    [
      "no JSON",
      '{"event":"failover"}\n\n{"event": "cha',
      "line 3: found a text that is not JSON, wanted an entry of a log",
    ],
    ["no object", "7", "line 1: found 7, wanted an object, an entry of a log"],
    [
      "a change of nothing",
      '{"event":"change"}',
      "line 1: model: found nothing, wanted what a change of a machine has there",
    ],
  ])("is refused with its line: %s", (_, log, complaint) => {
    expect(() => replay(log, config)).toThrow(complaint);
  });

  it("is refused with what is wrong in a change", async () => {
    const told = await line((entry) => ({ ...entry, told: { type: "EXPLODE" } }));
    const before = await line((entry) => ({
      ...entry,
      before: { ...(entry["before"] as object), epoch: "sk-planted-0123456789abcdef" },
    }));

    expect(() => replay(told, config)).toThrow('line 1: told.type: found "EXPLODE", wanted');
    expect(() => replay(before, config)).toThrow("line 1: before.epoch: found a text of 27 characters, wanted");
  });

  it("is refused when it is another configuration's", async () => {
    const { log } = await incident();
    const others = { models: { chat: { api: "any", credentials: [{ id: "a" }, { id: "z" }] } } } as const;

    expect(() => replay(log(), { models: { other: others.models.chat } })).toThrow(
      'line 1: model: found "chat", wanted a model of the configuration',
    );
    expect(() => replay(log(), others)).toThrow('line 1: credential: found "b", wanted one of chat\'s: a, z;');
  });
});

describe("an incident as a scenario", () => {
  it("plays as it was: the calls that failed, the waits that were stated, the time in between", async () => {
    const { log, config } = await incident();

    const incidents = await incidentsOf(replay(log(), config).replayed, config);

    expect(incidents).toMatchObject([{ isFaithful: true, scenario: { id: "chat" } }]);
    expect(incidents[0]?.scenario.steps).toEqual([
      { call: { a: ["auth"] } },
      { calls: 7 },
      { advance: 600 },
      { call: { a: [{ error: "quota_exceeded", retry_after_s: 3_000 }] } },
      { advance: 3_000 },
      { call: { a: [{ ok: true, after_s: 0.4 }] } },
    ]);
    const { steps } = await simulate(incidents[0]?.scenario);
    expect(steps.map(({ active, probing }) => [active, probing])).toEqual([
      ["b", undefined],
      ["b", undefined],
      ["b", "a"],
      ["b", undefined],
      ["b", "a"],
      ["a", undefined],
    ]);
  });

  it("counts the calls that home served towards its failback, which no line of the log has", async () => {
    const model = recorded({ requests: 20 });
    await model.call({ a: "auth" });
    await model.pass(10);
    for (let each = 0; each < 20; each += 1) await model.call();
    await model.call();

    const [one] = await incidentsOf(replay(model.log(), model.config).replayed, model.config);

    expect(one?.isFaithful).toBe(true);
    expect(one?.scenario.steps).toEqual([
      { call: { a: ["auth"] } },
      { calls: 19 },
      { advance: 10 },
      { call: { b: ["ok"] } },
      { call: { a: ["ok"] } },
    ]);
  });

  it("holds calls in flight where they overlap, and repeats an operator's words", async () => {
    const model = recorded();
    const slow = model.begin({ a: { error: "auth", after_s: 5 }, b: { error: "transient", after_s: 5 } });
    await model.pass(2);
    await model.call({ a: "transient" });
    await model.pass(20);
    await slow;
    model.engine.operate({ type: "DISABLE", slot: 0 });
    model.engine.operate({ type: "RESET" });

    const [one] = await incidentsOf(replay(model.log(), model.config).replayed, model.config);

    expect(one?.isFaithful).toBe(true);
    expect(one?.scenario.steps.at(-1)).toEqual({ op: "RESET" });
  });

  it("says when no scenario goes the log's way", async () => {
    const model = await incident();
    const { replayed } = replay(model.log(), model.config);
    const other = recorded({ timeout: "2h" });

    expect(await incidentsOf(replayed, other.config)).toMatchObject([{ isFaithful: false }]);
  });

  it("begins with each fresh start of a model, and with none in the middle of its life", async () => {
    const [one, two] = [await incident(), await incident()];
    const middle = one.lines().slice(1).join("\n");

    const twice = replay(`${one.log()}\n${two.log()}`, one.config);
    const none = replay(middle, one.config);

    expect((await incidentsOf(twice.replayed, one.config)).map(({ scenario }) => scenario.id)).toEqual([
      "chat-1",
      "chat-2",
    ]);
    expect(await incidentsOf(none.replayed, one.config)).toEqual([]);
  });
});
