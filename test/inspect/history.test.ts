import { describe, expect, it } from "vitest";
import type { CallEntry, FeedEntry, StateEntry } from "../../src/inspect/entries.ts";
import { createHistory } from "../../src/inspect/history.ts";

const state = (number: number, at: number, model = "chat"): StateEntry => ({
  type: "state",
  number,
  at,
  model,
  state: {
    name: "s0.serving",
    active: "a",
    probing: null,
    epoch: number,
    disabled: [],
    coolingUntil: {},
    nextProbeAt: null,
  },
});

const call = (number: number, at: number, attemptCount = 1): CallEntry => ({
  type: "call",
  number,
  at,
  model: "chat",
  call: `c${number}`,
  result: "served",
  credential: "a",
  cutOff: undefined,
  usage: undefined,
  durationMs: 1,
  attempts: [],
  attemptCount,
});

const numbersOf = (entries: readonly FeedEntry[]): number[] => entries.map(({ number }) => number);

describe("the inspector's history", () => {
  it("keeps an hour, in order, and how each model stood when that hour began", () => {
    const history = createHistory({ keptMs: 1_000 });
    for (const [index, at] of [0, 400, 900, 1_500].entries()) history.append(state(index + 1, at));
    history.append(call(5, 1_600));

    expect(numbersOf(history.entries(1_600))).toEqual([2, 3, 4, 5]);
    expect(numbersOf(history.entries(10_000))).toEqual([4]);
    expect(history.dropped).toBe(0);
  });

  it("holds no more than it has room for, and counts what left too early", () => {
    const history = createHistory({ mostSmoothCalls: 2, mostTroubledCalls: 1, mostMoves: 1 });
    for (let number = 1; number <= 5; number += 1) history.append(call(number, 0));
    for (let number = 6; number <= 8; number += 1) history.append(call(number, 0, 2));
    for (let number = 9; number <= 10; number += 1) history.append(state(number, 0));

    expect(numbersOf(history.entries(0))).toEqual([9, 4, 5, 8, 10]);
    expect(history.dropped).toBe(3 + 2 + 1);
  });

  it("forgets how a model stood that is gone", () => {
    const history = createHistory({ keptMs: 1_000 });
    history.append(state(1, 0));
    history.append({ type: "gone", number: 2, at: 100, model: "chat" });
    expect(history.entries(5_000)).toEqual([]);
  });
});
