import { describe, expect, it } from "vitest";
import type { TokenUsage } from "../../src/engine/call.ts";
import { failure, quiet, rejection, scripted, startEngine } from "./scripted-engine.ts";

const nothing = { attempts: 0, served: 0, failures: {}, inputTokens: 0, outputTokens: 0, unknownUsage: 0 };

describe("a credential's usage", () => {
  it("counts the tokens of what it served, once an answer", async () => {
    const { engine, call } = startEngine();

    for (let calls = 0; calls < 3; calls += 1) {
      await call(({ recordUsage }) => recordUsage({ inputTokens: 10, outputTokens: 2 }));
    }

    expect(engine.snapshot().usage["a"]).toEqual({
      ...nothing,
      attempts: 3,
      served: 3,
      inputTokens: 30,
      outputTokens: 6,
    });
  });

  it("counts no tokens of an attempt that failed", async () => {
    const { engine, call } = startEngine();

    await call(({ credential, recordUsage }) => {
      recordUsage({ inputTokens: 10, outputTokens: 2 });
      if (credential.id === "a") throw failure("unknown");
    });

    expect(engine.snapshot().usage).toMatchObject({
      a: { ...nothing, attempts: 1, failures: { unknown: 1 } },
      b: { ...nothing, attempts: 1, served: 1, inputTokens: 10, outputTokens: 2 },
    });
  });

  it("takes the last number that is told of each kind, never their sum", async () => {
    const { engine, call } = startEngine();

    await call(({ recordUsage }) => {
      recordUsage({ inputTokens: 10, outputTokens: 1 });
      recordUsage({ outputTokens: 5 });
      recordUsage({ outputTokens: 7 });
    });

    expect(engine.snapshot().usage["a"]).toMatchObject({ inputTokens: 10, outputTokens: 7, unknownUsage: 0 });
  });

  it("counts an answer that tells nothing as unknown, not as 0", async () => {
    const { engine, call } = startEngine();

    await call(() => 1);

    expect(engine.snapshot().usage["a"]).toMatchObject({ served: 1, inputTokens: 0, unknownUsage: 1 });
  });

  it("knows an answer of 0 tokens", async () => {
    const { engine, call } = startEngine();

    await call(({ recordUsage }) => recordUsage({ inputTokens: 0, outputTokens: 0 }));

    expect(engine.snapshot().usage["a"]).toMatchObject({ inputTokens: 0, unknownUsage: 0 });
  });

  it.each([
    [{ inputTokens: Number.NaN }],
    [{ inputTokens: -1, outputTokens: -5 }],
    [{ inputTokens: Infinity }],
    [{ inputTokens: "12" }],
    [{ inputTokens: null }],
    [{}],
    [undefined],
    [null],
  ])("takes %o for unknown", async (usage) => {
    const { engine, call } = startEngine();

    await call(({ recordUsage }) => recordUsage(usage as TokenUsage));

    expect(engine.snapshot().usage["a"]).toEqual({ ...nothing, attempts: 1, served: 1, unknownUsage: 1 });
  });

  it("keeps what was known when nonsense is told after it", async () => {
    const { engine, call } = startEngine();

    await call(({ recordUsage }) => {
      recordUsage({ inputTokens: 10, outputTokens: 2 });
      recordUsage({ inputTokens: Number.NaN });
    });

    expect(engine.snapshot().usage["a"]).toMatchObject({ inputTokens: 10, outputTokens: 2 });
  });

  it("counts what a stream tells after its first item", async () => {
    const { engine, stream } = startEngine();

    for await (const _ of stream(async function* ({ recordUsage }) {
      recordUsage({ inputTokens: 10 });
      yield 1;
      recordUsage({ outputTokens: 3 });
      yield 2;
      recordUsage({ outputTokens: 5 });
    }));

    expect(engine.snapshot().usage["a"]).toEqual({
      ...nothing,
      attempts: 1,
      served: 1,
      inputTokens: 10,
      outputTokens: 5,
    });
  });

  it("counts what is told after the call has ended", async () => {
    const { engine, call } = startEngine();
    let tell: ((usage: TokenUsage) => void) | undefined;
    await call(({ recordUsage }) => {
      tell = recordUsage;
    });

    tell?.({ inputTokens: 10 });
    tell?.({ inputTokens: 10 });

    expect(engine.snapshot().usage["a"]).toMatchObject({ served: 1, inputTokens: 10, unknownUsage: 0 });
  });

  it("counts nothing that an attempt tells after it was left behind", async () => {
    const { engine, call } = startEngine({ attemptTimeoutMs: 5 });
    let tell: ((usage: TokenUsage) => void) | undefined;

    await call(({ credential, recordUsage }) => {
      if (credential.id !== "a") return 1;
      tell = recordUsage;
      return new Promise(() => {});
    });
    tell?.({ inputTokens: 10 });

    expect(engine.snapshot().usage["a"]).toMatchObject({ attempts: 1, served: 0, inputTokens: 0, unknownUsage: 0 });
  });

  it("counts tokens that the engine's driver tells of a served turn once, whatever it tells again", async () => {
    const { engine } = startEngine();
    const ended = await engine.start({ limit: "timeout", attempt: () => 1 }, {});
    if (ended.settled.result !== "served") throw new Error("it was not served");
    const { turn } = ended.settled;

    engine.tellUsage(turn, { inputTokens: 10 });
    engine.tellUsage(turn, { inputTokens: 10, outputTokens: 4 });
    engine.finish(ended);

    expect(engine.snapshot().usage["a"]).toMatchObject({ inputTokens: 10, outputTokens: 4, unknownUsage: 0 });
  });

  it("counts every attempt and every class of failure", async () => {
    const { engine, call } = startEngine({ retry: { maxRetries: 2, baseDelayMs: 0 } });

    await call(scripted({ a: [failure("transient"), failure("transient"), failure("auth")] }).attempt);
    await rejection(call(scripted({ b: [failure("permanent")] }).attempt));
    await quiet();

    expect(engine.snapshot().usage).toMatchObject({
      a: { attempts: 3, served: 0, failures: { transient: 2, auth: 1 } },
      b: { attempts: 2, served: 1, failures: { permanent: 1 } },
    });
  });
});
