import { describe, expect, it } from "vitest";
import type { AttemptEvent } from "../../src/engine/model-events.ts";
import { createAttemptBook } from "../../src/inspect/attempt-book.ts";

const attempt = (call: string, index: number, durationMs: number): AttemptEvent => ({
  model: "chat",
  call,
  credential: "a",
  index,
  isStream: false,
  outcome: "transient",
  rule: "status.500",
  status: 500,
  durationMs,
});

describe("the book of attempts", () => {
  it("places a call's attempts on its own time, so that what lies between them is backoff", () => {
    const book = createAttemptBook();
    book.add(attempt("one", 1, 30), 1_030);
    book.add(attempt("two", 1, 5), 1_035);
    book.add(attempt("one", 2, 20), 1_550);

    const spans = book.take("one", 1_000).map(({ startMs, durationMs }) => [startMs, durationMs]);
    expect(spans).toEqual([
      [0, 30],
      [530, 20],
    ]);
    expect(book.take("one", 1_000)).toEqual([]);
  });

  it("keeps the attempts of as many calls as it has room for, and of those all", () => {
    const book = createAttemptBook(1);
    book.add(attempt("one", 1, 1), 1);
    book.add(attempt("two", 1, 1), 1);
    book.add(attempt("one", 2, 1), 2);
    expect(book.take("two", 0)).toHaveLength(0);
    expect(book.take("one", 0)).toHaveLength(2);
  });
});
