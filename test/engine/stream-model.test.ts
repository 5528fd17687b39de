import { describe, expect, it, vi } from "vitest";
import { AttemptTimeoutError, DeadlineExceededError } from "../../src/errors.ts";
import { failureOf } from "../../src/engine/failure-report.ts";
import { failure, never, pass, quiet, rejection, startEngine, startVirtualEngine } from "./scripted-engine.ts";

/** An upstream that is read by hand, and keeps what was done to it. */
function upstream<Item>(items: readonly Item[], end: { readonly error?: unknown; readonly hangs?: boolean } = {}) {
  const left = [...items];
  const next = vi.fn(async (): Promise<IteratorResult<Item>> => {
    const value = left.shift();
    if (value !== undefined) return { done: false, value };
    if (end.hangs === true) return never();
    if ("error" in end) throw end.error;
    return { done: true, value: undefined };
  });
  const close = vi.fn(async (): Promise<IteratorResult<Item>> => ({ done: true, value: undefined }));
  const iterable: AsyncIterable<Item> = { [Symbol.asyncIterator]: () => ({ next, return: close }) };
  return { iterable, next, close };
}

/** Reads a stream to its end, and tells what arrived and how it ended. */
async function read<Item>(stream: AsyncIterable<Item>): Promise<{ items: Item[]; error?: unknown }> {
  const items: Item[] = [];
  try {
    for await (const item of stream) items.push(item);
    return { items };
  } catch (error) {
    return { items, error };
  }
}

describe("a stream", () => {
  it("hands on every item in order, and leaves an upstream that ended by itself alone", async () => {
    const { stream, hear } = startEngine();
    const settled = hear("settled");
    const source = upstream([1, 2, 3]);
    let signal: AbortSignal | undefined;

    const answer = await read(
      stream((context) => {
        ({ signal } = context);
        return source.iterable;
      }),
    );

    expect(answer).toEqual({ items: [1, 2, 3] });
    expect(source.close).not.toHaveBeenCalled();
    expect(signal?.aborted).toBe(false);
    expect(settled).toMatchObject([["settled", { result: "served", credential: "a", attempts: 1 }]]);
  });

  it("does nothing before somebody reads", async () => {
    const { engine, stream } = startEngine();
    const open = vi.fn(() => upstream([1]).iterable);

    const unread = stream(open);
    await unread.return();

    expect(open).not.toHaveBeenCalled();
    await engine.close();
  });

  it("fails over when it cannot be opened", async () => {
    const { stream } = startEngine();

    const answer = stream(({ credential }) => {
      if (credential.id === "a") throw failure("auth");
      return upstream([credential.id]).iterable;
    });

    expect(await read(answer)).toEqual({ items: ["b"] });
  });

  it("fails over when it breaks before its first item", async () => {
    const { engine, stream } = startEngine();

    const answer = stream(({ credential }) =>
      credential.id === "a" ? upstream([], { error: failure("auth") }).iterable : upstream([credential.id]).iterable,
    );

    expect(await read(answer)).toEqual({ items: ["b"] });
    expect(engine.active()).toBe("b");
  });

  it("never fails over after its first item: the error is the reader's", async () => {
    const { engine, stream, hear } = startEngine();
    const settled = hear("settled");
    const error = failure("transient");
    const opened: string[] = [];

    const answer = await read(
      stream(({ credential }) => {
        opened.push(credential.id);
        return upstream([1], { error }).iterable;
      }),
    );

    expect(answer.items).toEqual([1]);
    expect(answer.error).toBe(error);
    expect(opened).toEqual(["a"]);
    expect(failureOf(error)).toMatchObject({ model: "chat", credential: "a", class: "transient" });
    expect(settled).toMatchObject([["settled", { result: "interrupted", credential: "a" }]]);
    expect(engine.snapshot()).toMatchObject({ active: "a", epoch: 0, cooldowns: {} });
  });

  it("is served when it ends with no item", async () => {
    const { stream, hear } = startEngine();
    const settled = hear("settled");

    expect(await read(stream(() => upstream([]).iterable))).toEqual({ items: [] });
    expect(settled).toMatchObject([["settled", { result: "served", credential: "a" }]]);
  });

  it("takes a next() that throws at once for a failure, before the first item and after it", async () => {
    const { engine, stream, clock } = startVirtualEngine();
    const [first, second] = [failure("auth"), failure("unknown")];
    const throwing = (items: string[], error: Error): AsyncIterable<string> => ({
      [Symbol.asyncIterator]: () => ({
        next: () => {
          const value = items.shift();
          if (value === undefined) throw error;
          return Promise.resolve({ done: false, value });
        },
      }),
    });

    const answer = await read(
      stream(({ credential }) =>
        credential.id === "a" ? throwing([], first) : throwing([`from ${credential.id}`], second),
      ),
    );

    expect(answer.items).toEqual(["from b"]);
    expect(answer.error).toBe(second);
    expect(failureOf(second)?.attempts.map(({ credential }) => credential)).toEqual(["a", "b"]);
    expect(engine.active()).toBe("b");
    expect(clock.nextDueAt()).toBe(600_000); // the failback's timer alone
  });

  it("reads an upstream that cannot be closed", async () => {
    const { stream } = startEngine();
    let count = 0;
    const endless: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: false, value: (count += 1) }) }),
    };

    for await (const item of stream(() => endless)) if (item === 3) break;

    expect(count).toBe(3);
  });
});

describe("the head of a stream", () => {
  const carriesOutput = (item: string): boolean => item.startsWith("text");

  it("is held back until an item carries output, so that an error in it still fails over", async () => {
    const { stream } = startEngine();

    const answer = stream(
      ({ credential }) =>
        credential.id === "a"
          ? upstream(["role", "ping"], { error: failure("quota_exceeded") }).iterable
          : upstream(["role", "text 1", "text 2"]).iterable,
      { carriesOutput },
    );

    expect(await read(answer)).toEqual({ items: ["role", "text 1", "text 2"] });
  });

  it("is handed on whole when the stream ends within it", async () => {
    const { stream } = startEngine();

    expect(await read(stream(() => upstream(["role", "ping"]).iterable, { carriesOutput }))).toEqual({
      items: ["role", "ping"],
    });
  });

  it("holds 64 items at most: after them an error is the reader's", async () => {
    const { stream } = startEngine();
    const error = failure("auth");
    const pings = Array.from({ length: 64 }, () => "ping");

    const answer = await read(stream(() => upstream(pings, { error }).iterable, { carriesOutput }));

    expect(answer.items).toEqual(pings);
    expect(answer.error).toBe(error);
  });

  it("closes the upstream when the reader's own question about an item fails", async () => {
    const { stream } = startEngine({ credentials: ["a"] });
    const source = upstream(["role"], { hangs: true });

    const { error } = await read(
      stream(() => source.iterable, {
        carriesOutput: () => {
          throw new Error("no such field");
        },
      }),
    );

    expect(error).toMatchObject({ message: "no such field" });
    expect(source.close).toHaveBeenCalledOnce();
  });
});

describe("an upstream is closed and its signal aborted, without waiting for it,", () => {
  const reading = () => {
    const { engine, stream, hear, clock } = startVirtualEngine({ idleTimeoutMs: 10_000, firstByteTimeoutMs: 20_000 });
    const source = upstream([1, 2], { hangs: true });
    source.close.mockImplementation(never);
    const caller = new AbortController();
    const seen: { signal?: AbortSignal } = {};
    const answer = stream(
      ({ signal, credential }) => {
        if (credential.id !== "a") return upstream<number>([]).iterable;
        seen.signal = signal;
        return source.iterable;
      },
      { signal: caller.signal },
    );
    return { engine, answer, source, seen, caller, clock, settled: hear("settled") };
  };

  it("when the reader breaks off, which is no failure", async () => {
    const { engine, answer, source, seen, settled } = reading();

    for await (const item of answer) if (item === 1) break;

    expect(source.close).toHaveBeenCalledOnce();
    expect(seen.signal?.aborted).toBe(true);
    expect(settled).toMatchObject([["settled", { result: "served" }]]);
    await engine.close();
  });

  it("when the reader throws", async () => {
    const { engine, answer, source, seen } = reading();
    const error = new Error("of the reader");

    const reader = async () => {
      for await (const item of answer) if (item === 2) throw error;
    };

    expect(await rejection(reader())).toBe(error);
    expect(source.close).toHaveBeenCalledOnce();
    expect(seen.signal?.aborted).toBe(true);
    await engine.close();
  });

  it("at once when the reader leaves while it waits for an item, as a cancelled ReadableStream does", async () => {
    const { engine, answer, source, seen, settled } = reading();
    await answer.next();
    await answer.next();
    const waiting = answer.next();
    await quiet();

    expect(await answer.return()).toEqual({ done: true, value: undefined });

    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(source.close).toHaveBeenCalledOnce();
    expect(seen.signal?.aborted).toBe(true);
    expect(settled).toMatchObject([["settled", { result: "served", failures: [] }]]);
    expect(engine.snapshot().usage["a"]).toMatchObject({ served: 1, failures: {} });
    await engine.close();
  });

  it("at once when the reader leaves while it waits for the first item: a call that was cancelled", async () => {
    const { engine, stream, hear } = startEngine();
    const settled = hear("settled");
    const source = upstream<number>([], { hangs: true });
    const answer = stream(() => source.iterable);
    const waiting = answer.next();
    await quiet();
    const reader = new Error("of the reader");

    expect(await rejection(answer.throw(reader))).toBe(reader);

    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await answer.next()).toEqual({ done: true, value: undefined });
    expect(source.close).toHaveBeenCalledOnce();
    expect(settled).toMatchObject([["settled", { result: "cancelled", cutOff: "a" }]]);
    expect(engine.active()).toBe("a");
    await engine.close();
  });

  it("when the caller aborts while an item is awaited", async () => {
    const { engine, answer, source, seen, caller, settled } = reading();
    const reason = new Error("enough");
    const reader = read(answer);
    await quiet();

    caller.abort(reason);

    const { items, error } = await reader;
    expect(items).toEqual([1, 2]);
    expect(error).toBe(reason);
    expect(seen.signal?.reason).toBe(reason);
    expect(source.close).toHaveBeenCalledOnce();
    expect(settled).toMatchObject([["settled", { result: "cancelled", credential: "a" }]]);
    expect(failureOf(reason)).toBeUndefined();
    expect(engine.snapshot().usage["a"]).toMatchObject({ served: 1, failures: {} });
    await engine.close();
  });

  it("when the caller aborts while its reader is busy, or gone for good", async () => {
    const { engine, answer, source, seen, caller, settled } = reading();
    await answer.next();

    caller.abort(new Error("enough"));

    expect(seen.signal?.aborted).toBe(true);
    expect(source.close).toHaveBeenCalledOnce();
    expect(settled).toMatchObject([["settled", { result: "cancelled" }]]);
    await engine.close();
    expect(await rejection(answer.next())).toBe(caller.signal.reason);
    expect(settled).toHaveLength(1);
  });

  it("when the caller aborts while the first item is awaited", async () => {
    const { stream } = startEngine();
    const source = upstream<number>([], { hangs: true });
    const caller = new AbortController();
    const reader = read(stream(() => source.iterable, { signal: caller.signal }));
    await quiet();

    caller.abort();

    expect((await reader).error).toBe(caller.signal.reason);
    expect(source.close).toHaveBeenCalledOnce();
  });

  it("when the next item takes longer than idle_timeout: a failure of the stream, told once", async () => {
    const { engine, answer, source, seen, clock } = reading();
    source.next.mockImplementation(
      () => new Promise((_, reject) => seen.signal?.addEventListener("abort", () => reject(new Error("aborted")))),
    );
    source.next.mockResolvedValueOnce({ done: false, value: 1 });
    const reader = read(answer);
    await pass(clock, 10_000);

    const { items, error } = await reader;
    expect(items).toEqual([1]);
    expect(error).toBeInstanceOf(AttemptTimeoutError);
    expect(error).toMatchObject({ credential: "a", limit: "idle_timeout", timeoutMs: 10_000 });
    expect(failureOf(error)).toMatchObject({ class: "transient", rule: "timeout.idle_timeout" });
    expect(seen.signal?.reason).toBe(error);
    expect(source.close).toHaveBeenCalledOnce();
    expect(engine.snapshot().usage["a"]).toMatchObject({ attempts: 1, served: 1, failures: { transient: 1 } });
  });

  it("when the first item takes longer than first_byte_timeout", async () => {
    const { stream, clock } = startVirtualEngine({ firstByteTimeoutMs: 20_000 });
    const source = upstream<string>([], { hangs: true });
    const reader = read(
      stream(({ credential }) => (credential.id === "a" ? source.iterable : upstream(["from b"]).iterable)),
    );
    await pass(clock, 20_000);

    expect(await reader).toEqual({ items: ["from b"] });
    expect(source.close).toHaveBeenCalledOnce();
  });

  it("when it opens only after its time is over, and is not read", async () => {
    const { stream, clock } = startVirtualEngine({ firstByteTimeoutMs: 20_000 });
    const source = upstream(["late"]);
    const late = Promise.withResolvers<AsyncIterable<string>>();
    const reader = read(
      stream(({ credential }) => (credential.id === "a" ? late.promise : upstream(["from b"]).iterable)),
    );
    await pass(clock, 20_000);
    late.resolve(source.iterable);
    await quiet();

    expect(await reader).toEqual({ items: ["from b"] });
    expect(source.next).not.toHaveBeenCalled();
    expect(source.close).toHaveBeenCalledOnce();
  });

  it("when the call's deadline passes", async () => {
    const { stream, clock, hear } = startVirtualEngine();
    const settled = hear("settled");
    const source = upstream([1], { hangs: true });
    const reader = read(stream(() => source.iterable, { deadlineMs: 5_000 }));
    await pass(clock, 5_000);

    const { items, error } = await reader;
    expect(items).toEqual([1]);
    expect(error).toBeInstanceOf(DeadlineExceededError);
    expect(source.close).toHaveBeenCalledOnce();
    expect(settled).toMatchObject([["settled", { result: "timed_out" }]]);
  });

  it.each([
    [
      "throws at once",
      (): Promise<never> => {
        throw new Error("cannot be closed");
      },
    ],
    ["rejects", (): Promise<never> => Promise.reject(new Error("cannot be closed"))],
  ])("also when closing it %s", async (_, close) => {
    const { engine, stream } = startEngine();
    const source = upstream([1], { hangs: true });
    source.close.mockImplementation(close);

    for await (const item of stream(() => source.iterable)) if (item === 1) break;
    await quiet();

    expect(source.close).toHaveBeenCalledOnce();
    await engine.close();
  });
});

describe("the first item of a stream", () => {
  it("commits the move that led to it, also when its reader stops early", async () => {
    const { engine, stream } = startEngine();

    for await (const _ of stream(({ credential }) => {
      if (credential.id === "a") throw failure("auth");
      return upstream([1, 2, 3]).iterable;
    }))
      break;

    expect(engine.snapshot()).toMatchObject({ active: "b", epoch: 1 });
  });

  it("proves a probed credential before the stream has ended", async () => {
    const { engine, call, stream, clock } = startVirtualEngine();
    await call(({ credential }) => {
      if (credential.id === "a") throw failure("auth");
    });
    await pass(clock, 600_000);

    const answer = stream(({ credential }) => upstream([credential.id], { hangs: true }).iterable);

    expect(await answer.next()).toEqual({ done: false, value: "a" });
    expect(engine.active()).toBe("a");
    await answer.return();
  });
});

describe("a failure after the first item", () => {
  it.each(["auth", "quota_exceeded"] as const)("still tells the model of %s", async (errorClass) => {
    const { engine, stream, hear } = startEngine();
    const failovers = hear("failover");

    await read(stream(() => upstream([1], { error: failure(errorClass) }).iterable));

    expect(engine.active()).toBe("b");
    expect(failovers).toMatchObject([["failover", { from: "a", to: "b", rule: `scripted.${errorClass}` }]]);
  });

  it("moves a model that its own first item had moved", async () => {
    const { engine, call, stream, clock } = startVirtualEngine();
    await call(({ credential }) => {
      if (credential.id === "a") throw failure("auth");
    });
    await pass(clock, 600_000);

    const { items } = await read(
      stream(({ credential }) => upstream([credential.id], { error: failure("quota_exceeded") }).iterable),
    );

    expect(items).toEqual(["a"]);
    expect(engine.snapshot()).toMatchObject({ active: "b", epoch: 3 });
  });

  it.each(["transient", "unknown", "permanent", "content_safety"] as const)(
    "tells the model nothing of %s",
    async (errorClass) => {
      const { engine, stream } = startEngine();

      await read(stream(() => upstream([1], { error: failure(errorClass) }).iterable));

      expect(engine.snapshot()).toMatchObject({ active: "a", epoch: 0, cooldowns: {} });
    },
  );

  it("changes nothing once another call has moved home", async () => {
    const { engine, call, stream } = startEngine();
    const answer = stream(() => upstream([1], { error: failure("auth") }).iterable);
    await answer.next();
    engine.operate({ type: "RESET" });
    await call(() => 1);

    await rejection(answer.next());

    expect(engine.snapshot()).toMatchObject({ active: "a", epoch: 1, cooldowns: {} });
  });
});
