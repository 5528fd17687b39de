import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { failureOf } from "../../src/engine/failure-report.ts";
import {
  failure,
  quiet,
  rejection,
  scripted,
  startEngine,
  startVirtualEngine,
  UpstreamError,
} from "./scripted-engine.ts";

const everyName = ["failover", "failback", "exhausted", "probe", "attempt", "settled"] as const;

describe("a model tells its listeners", () => {
  it("of a failover: each attempt, the move with its evidence, and how the call ended, in this order", async () => {
    const { call, hear } = startVirtualEngine();
    const heard = hear(...everyName);
    let id: string | undefined;

    await call(({ credential, call: own }) => {
      id = own;
      if (credential.id === "a") throw failure("auth");
    });

    expect(heard).toMatchObject([
      ["attempt", { model: "chat", call: id, credential: "a", outcome: "auth", rule: "scripted.auth" }],
      ["failover", { model: "chat", from: "a", to: "b", cause: "auth", rule: "scripted.auth", call: id, epoch: 1 }],
      ["attempt", { model: "chat", call: id, credential: "b", outcome: "ok", rule: undefined }],
      [
        "settled",
        {
          model: "chat",
          call: id,
          result: "served",
          credential: "b",
          attempts: 2,
          failures: [{ credential: "a", class: "auth", rule: "scripted.auth" }],
          durationMs: 0,
        },
      ],
    ]);
  });

  it("of a failback: the probe that is due, its proof, and the move", async () => {
    const { call, hear, pass } = startVirtualEngine();
    await call(scripted({ a: [failure("auth")] }).attempt);
    const heard = hear("failover", "failback", "exhausted", "probe");
    await pass(600_000);
    let id: string | undefined;

    await call((context) => {
      id = context.call;
    });

    expect(heard).toMatchObject([
      ["probe", { credential: "a", phase: "due", cause: "timer", call: undefined }],
      ["probe", { credential: "a", phase: "proved", cause: "success", call: id }],
      ["failback", { from: "b", to: "a", cause: "success", call: id, epoch: 2 }],
    ]);
  });

  it("of a probe that failed", async () => {
    const { call, hear, pass } = startVirtualEngine();
    await call(scripted({ a: [failure("auth")] }).attempt);
    await pass(600_000);
    const heard = hear("failover", "failback", "exhausted", "probe");

    await call(scripted({ a: [failure("quota_exceeded")] }).attempt);

    expect(heard).toMatchObject([
      ["probe", { credential: "a", phase: "failed", cause: "quota_exceeded", rule: "scripted.quota_exceeded" }],
    ]);
  });

  it.each([
    ["RESET", { type: "RESET" }],
    ["DISABLE", { type: "DISABLE", slot: 0 }],
  ] as const)("of a probe that %s ended, which proves nothing", async (_, event) => {
    const { engine, call, hear, pass } = startVirtualEngine();
    await call(scripted({ a: [failure("auth")] }).attempt);
    await pass(600_000);
    const probes = hear("probe");

    engine.operate(event);

    expect(probes).toMatchObject([["probe", { credential: "a", phase: "ended", cause: event.type.toLowerCase() }]]);
  });

  it("of the end of the chain, and of the way back from it", async () => {
    const { call, hear } = startVirtualEngine({ credentials: ["a", "b"] });
    const moves = hear("failover", "failback", "exhausted");

    await rejection(call(scripted({ a: [failure("auth")], b: [failure("unknown")] }).attempt));
    await call(({ credential }) => credential.id);

    expect(moves).toMatchObject([
      ["failover", { from: "a", to: "b", cause: "auth" }],
      ["exhausted", { from: "b", to: null, cause: "unknown", rule: "scripted.unknown", epoch: 2 }],
      ["failback", { from: null, to: "a", cause: "success", epoch: 3 }],
    ]);
  });

  it.each([
    ["failed_fast", scripted({ a: [failure("permanent")] }).attempt],
    ["all_failed", () => Promise.reject(failure("auth"))],
  ])("how a call ended: %s", async (result, attempt) => {
    const { call, hear } = startVirtualEngine();
    const settled = hear("settled");

    await rejection(call(attempt));

    expect(settled).toMatchObject([["settled", { result, credential: undefined }]]);
  });

  it("nothing that a call on home changes nothing by", async () => {
    const { call, hear } = startVirtualEngine();
    const heard = hear("failover", "failback", "exhausted", "probe");

    await call(() => 1);
    await rejection(call(() => Promise.reject(failure("permanent"))));

    expect(heard).toEqual([]);
  });
});

describe("a listener", () => {
  const warned = vi.spyOn(process, "emitWarning");
  const unhandled = vi.fn();
  beforeEach(() => {
    warned.mockReset().mockReturnValue();
    unhandled.mockReset();
    process.on("unhandledRejection", unhandled);
  });
  afterEach(() => {
    process.off("unhandledRejection", unhandled);
  });

  it("hears nothing any more once it is taken off", async () => {
    const { engine, call } = startEngine();
    const listener = vi.fn();
    const stop = engine.listeners.on("settled", listener);

    await call(() => 1);
    stop();
    await call(() => 1);

    expect(listener).toHaveBeenCalledOnce();
  });

  it("hears nothing any more once another listener of the same event takes it off", async () => {
    const { engine, call } = startEngine();
    const listener = vi.fn();
    engine.listeners.on("settled", () => stop());
    const stop = engine.listeners.on("settled", listener);

    await call(() => 1);

    expect(listener).not.toHaveBeenCalled();
  });

  it("that is added by a listener hears the next event", async () => {
    const { engine, call } = startEngine();
    let added = 0;
    const add = (): void => {
      added += 1;
      if (added < 100) engine.listeners.on("settled", () => add());
    };
    engine.listeners.on("settled", () => add());

    await call(() => 1);

    expect(added).toBe(1);
  });

  it.each([
    ["an error", new Error("of the listener")],
    ["an object that has no text", Object.create(null) as object],
  ])("that throws %s changes nothing, and is reported", async (_, thrown) => {
    const { engine, call } = startEngine();
    const after = vi.fn();
    for (const name of everyName) {
      engine.listeners.on(name, () => {
        throw thrown;
      });
    }
    engine.listeners.on("settled", after);

    expect(await call(scripted({ a: [failure("auth")] }).attempt)).toBe("b");
    await quiet();

    expect(after).toHaveBeenCalledOnce();
    expect(engine.snapshot()).toMatchObject({ active: "b", epoch: 1 });
    expect(warned).toHaveBeenCalledTimes(4);
  });

  it("that returns a promise which rejects ends no process", async () => {
    const { engine, call } = startEngine();
    const listener: () => unknown = () => Promise.reject(new Error("of the listener"));
    engine.listeners.on("settled", listener);

    await call(() => 1);
    await quiet();

    expect(warned).toHaveBeenCalledOnce();
    expect(unhandled).not.toHaveBeenCalled();
  });

  it("finds the model as the event left it", async () => {
    const { engine, call } = startEngine();
    const seen: unknown[] = [];
    engine.listeners.on("failover", ({ to }) => seen.push([to, engine.active()]));

    await call(scripted({ a: [failure("auth")] }).attempt);

    expect(seen).toEqual([["b", "b"]]);
  });

  it("may move the model again: each move is told in its order and with its own cause, to everybody", async () => {
    const { engine, call } = startEngine();
    const heard: unknown[] = [];
    engine.listeners.on("failover", ({ to }) => {
      if (to === "b") engine.operate({ type: "DISABLE", slot: 1 });
    });
    engine.listeners.on("failover", ({ from, to, cause }) => heard.push([from, to, cause]));

    expect(await call(scripted({ a: [failure("auth")] }).attempt)).toBe("c");

    expect(heard).toEqual([
      ["a", "b", "auth"],
      ["b", "c", "disable"],
    ]);
  });

  it("may make calls when a probe is due: one of them probes", async () => {
    const { engine, call, pass } = startVirtualEngine();
    await call(scripted({ a: [failure("auth")] }).attempt);
    const { attempt, attempts } = scripted({});
    const calls: Promise<string>[] = [];
    engine.listeners.on("probe", ({ phase }) => {
      if (phase === "due") calls.push(call(attempt), call(attempt), call(attempt));
    });

    await pass(600_000);

    expect(await Promise.all(calls)).toEqual(["a", "b", "b"]);
    expect(attempts).toEqual(["a", "b", "b"]);
  });

  it("of the actor itself hears the model's moves, an event sent to the actor is told like any other", async () => {
    const { engine, hear } = startEngine();
    const moves = hear("failover");
    const states: unknown[] = [];
    engine.actor.subscribe(({ value }) => states.push(value));

    engine.actor.send({ type: "DISABLE", slot: 0 });

    expect(states).toEqual([{ s1: "serving" }]);
    expect(moves).toMatchObject([["failover", { from: "a", to: "b" }]]);
  });
});

describe("a secret", () => {
  const secret = "sk-planted-0123456789";

  /** An error that holds a secret wherever one can be. */
  const leaky = (errorClass: ConstructorParameters<typeof UpstreamError>[0]): UpstreamError =>
    Object.assign(new UpstreamError(errorClass, 1_000), {
      message: `Incorrect API key provided: ${secret}`,
      headers: { authorization: `Bearer ${secret}` },
      request: { body: secret },
      cause: new Error(secret),
    });

  it("of a credential or an error is in no event, no snapshot and no report", async () => {
    const credentials = ["a", "b"].map((id) => ({ id, apiKey: secret, headers: { "x-api-key": secret } }));
    const { engine, call, stream, hear, pass } = startVirtualEngine({ credentials, retry: { maxRetries: 1 } });
    const heard: unknown[] = hear(...everyName);
    const states: unknown[] = [];
    engine.actor.subscribe(({ value, context }) => states.push({ value, context }));
    const reports: unknown[] = [];
    const report = (error: unknown): void => {
      const { attempts = [], ...rest } = failureOf(error) ?? {};
      reports.push({ ...rest, attempts: attempts.map((attempt) => ({ ...attempt, error: "the original" })) });
    };

    const ended = [
      call(() => Promise.reject(leaky("permanent"))).catch(report),
      call(() => Promise.reject(leaky("transient"))).catch(report),
      call(scripted({ a: [leaky("auth")] }).attempt),
      (async () => {
        for await (const _ of stream(async function* () {
          yield 1;
          throw leaky("auth");
        }));
      })().catch(report),
    ];
    await pass(3_600_000);
    await Promise.all(ended);
    const shown = { heard, states, reports, snapshot: engine.snapshot() };

    expect(heard.length).toBeGreaterThan(10);
    expect(reports).toHaveLength(3);
    expect(JSON.stringify(shown)).not.toContain(secret);
    expect(inspect(shown, { depth: Infinity, showHidden: true })).not.toContain(secret);
  });
});
