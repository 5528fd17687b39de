import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { ClosedError } from "../../src/errors.ts";
import { failure, quiet, rejection, scripted, startEngine, startVirtualEngine } from "./scripted-engine.ts";

const nextTick = Symbol("still open");

/** Whether a promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  await quiet();
  return (await Promise.race([promise, Promise.resolve(nextTick)])) !== nextTick;
}

describe("closing a model", () => {
  it("refuses new calls and new streams", async () => {
    const { engine, call, stream } = startEngine();
    const attempt = vi.fn(() => 1);
    const unread = stream(async function* () {
      yield 1;
    });
    await engine.close();

    expect(await rejection(call(attempt))).toBeInstanceOf(ClosedError);
    expect(await rejection(unread.next())).toBeInstanceOf(ClosedError);
    expect(attempt).not.toHaveBeenCalled();
  });

  it("waits for a call in flight, which may still fail over", async () => {
    const { engine, call } = startEngine();
    const answer = Promise.withResolvers<never>();
    const inFlight = call(({ credential }) => (credential.id === "a" ? answer.promise : credential.id));
    const closed = engine.close();
    expect(await isSettled(closed)).toBe(false);

    answer.reject(failure("auth"));

    expect(await inFlight).toBe("b");
    await closed;
    expect(engine.active()).toBe("b");
  });

  it.each([
    ["is read to its end", (stream: AsyncGenerator) => stream.next().then(() => stream.next())],
    ["is left by its reader", (stream: AsyncGenerator) => stream.return(undefined)],
    ["breaks off by its reader's fault", (stream: AsyncGenerator) => rejection(stream.throw(new Error("no more")))],
  ])("waits for an open stream until it %s", async (_, end) => {
    const { engine, stream } = startEngine();
    const answer = stream(async function* () {
      yield 1;
      yield 2;
    });
    await answer.next();
    const closed = engine.close();
    expect(await isSettled(closed)).toBe(false);

    await end(answer);

    expect(await isSettled(closed)).toBe(true);
  });

  it("waits for a call that backs off", async () => {
    const { engine, call, pass } = startVirtualEngine({ credentials: ["a"], retry: { maxRetries: 1 } });
    const inFlight = call(({ attempt }) => {
      if (attempt === 1) throw failure("transient");
      return "served";
    });
    await quiet();
    const closed = engine.close();
    expect(await isSettled(closed)).toBe(false);

    await pass(500);

    expect(await inFlight).toBe("served");
    await closed;
  });

  it("waits for no call that failed, was cancelled, or was never begun", async () => {
    const { engine, call } = startEngine();
    await rejection(call(() => Promise.reject(failure("auth"))));
    await rejection(call(() => 1, { signal: AbortSignal.abort() }));
    await rejection(call(() => 1, { capabilities: 5 as unknown as string[] }));

    expect(await isSettled(engine.close())).toBe(true);
  });

  it("can be asked for twice", async () => {
    const { engine } = startEngine();

    await Promise.all([engine.close(), engine.close()]);
    await engine.close();
  });

  it("stops the timers, and leaves the last state readable", async () => {
    const { engine, call, clock } = startVirtualEngine();
    await call(scripted({ a: [failure("auth")] }).attempt);

    await engine.close();

    expect(clock.nextDueAt()).toBeUndefined();
    expect(engine.snapshot()).toMatchObject({ active: "b", cooldowns: { a: 600_000 } });
  });
});

describe("a process with a model in it", () => {
  /** Runs a script in a process of its own; what it prints, once it has ended by itself. */
  async function run(script: string): Promise<string> {
    const support = new URL("scripted-engine.ts", import.meta.url).href;
    const code = `import { startEngine, failure } from ${JSON.stringify(support)};\n${script}`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--no-warnings", "--experimental-strip-types", "--input-type=module", "--eval", code],
      { timeout: 20_000 },
    );
    return stdout;
  }

  it("ends by itself though a failback is due in ten minutes", async () => {
    const shown = await run(`
      const { engine, call } = startEngine();
      await call(({ credential }) => { if (credential.id === "a") throw failure("auth"); });
      console.log(engine.active(), Math.round(engine.snapshot().nextProbeInMs / 1000));
    `);

    expect(shown).toBe("b 600\n");
  });

  it("lives until a call that backs off has been served", async () => {
    const shown = await run(`
      const { call } = startEngine({ credentials: ["a"], retry: { maxRetries: 1, baseDelayMs: 100 } });
      call(({ attempt }) => { if (attempt === 1) throw failure("transient"); return "served"; }).then(console.log);
    `);

    expect(shown).toBe("served\n");
  });

  it("lives until an attempt that hangs has timed out and another credential has served", async () => {
    const shown = await run(`
      const { call } = startEngine({ attemptTimeoutMs: 100 });
      call(({ credential }) => credential.id === "a" ? new Promise(() => {}) : credential.id).then(console.log);
    `);

    expect(shown).toBe("b\n");
  });

  it("ends at once when a call with a long timeout has been served", async () => {
    const shown = await run(`
      const { call, stream } = startEngine({ deadlineMs: 3_600_000, attemptTimeoutMs: 3_600_000 });
      console.log(await call(({ credential }) => credential.id));
      for await (const item of stream(async function* () { yield 1; yield 2; })) { console.log(item); break; }
    `);

    expect(shown).toBe("a\n1\n");
  });
});

it("ten thousand calls leave nothing behind but their counts", async () => {
  const { engine, call, clock } = startVirtualEngine();
  const before = Object.keys(engine.actor.getSnapshot().context).length;

  for (let done = 0; done < 10_000; done += 1) await call(() => 1, { deadlineMs: 1_000 });

  expect(engine.snapshot().usage["a"]).toMatchObject({ attempts: 10_000, served: 10_000 });
  expect(Object.keys(engine.actor.getSnapshot().context)).toHaveLength(before);
  expect(clock.nextDueAt()).toBe(2 ** 31 - 1); // the model's own timer, that waits for nothing
  expect(await isSettled(engine.close())).toBe(true);
});
