import { describe, expect, it } from "vitest";
import type { FeedEntry, ModelPresent } from "../../../src/inspect/entries.ts";
import { createKept } from "../../../visualizations/inspector/src/story/kept.ts";
import { createStory, type Story } from "../../../visualizations/inspector/src/story/story.ts";
import { callEnded, failback, incident, shape, state } from "./stories.ts";

function told(entries: readonly FeedEntry[]): Story {
  const story = createStory();
  for (const entry of entries) story.add(entry);
  return story;
}

describe("the page's story", () => {
  it("tells for each moment how a model stood", () => {
    const story = told(incident());
    const standing = [50, 100, 720, 750].map((at) => {
      const view = story.viewAt("chat", at);
      return [view?.health, view?.state.active, view?.state.probing];
    });
    expect(standing).toEqual([
      ["well", "a", null],
      ["failed over", "b", null],
      ["probing", "b", "a"],
      ["well", "a", null],
    ]);
    expect([story.from, story.to]).toEqual([0, 750]);
  });

  it("knows of no model before it came, nor after it went, and of one that came back", () => {
    const story = told([shape(100), state(100, "a"), { type: "gone", number: 99, at: 200, model: "chat" }]);
    expect(story.viewsAt(99)).toEqual([]);
    expect(story.viewsAt(150)).toHaveLength(1);
    expect(story.viewsAt(undefined)).toEqual([]);
    story.add(shape(300));
    expect(story.viewsAt(undefined)).toHaveLength(1);
  });

  it("takes a credential that was taken out for none that one should be back at", () => {
    const story = told([shape(0), state(0, "b", { disabled: ["a"] })]);
    expect(story.viewAt("chat", undefined)?.health).toBe("well");
  });

  it("goes by what the inspector says when it is connected again: who is not named is gone", () => {
    const story = told([...incident(), shape(0, ["a"], "other"), state(0, "a", {}, "other")]);
    const present: ModelPresent = {
      model: "chat",
      kind: "chat",
      credentials: [],
      failback,
      state: state(0, null).state,
      callsPerSecond: 3,
      unservedShare: 0,
      attemptsPerSecond: [3, 0],
      failedPerSecond: [0, 0],
      served: 0,
      servedCalls: [1, 2],
      unservedCalls: [0, 0],
    };
    story.settle([present], 1_000);
    expect(story.viewsAt(undefined).map(({ id, health }) => `${id} ${health}`)).toEqual(["chat exhausted"]);
  });

  it("keeps no more than it has room for", () => {
    const story = createStory();
    story.add(shape(0));
    for (let at = 0; at < 40_000; at += 1) story.add(callEnded(at));
    expect(story.calls.items.length).toBeLessThan(8_000);
    expect(story.calls.items.at(-1)?.at).toBe(39_999);
  });
});

describe("a list in order of time", () => {
  it("finds what was last at a time, also among equal ones", () => {
    const { add, at, countAt } = createKept<{ readonly at: number; readonly name: string }>(10);
    for (const [time, name] of [
      [1, "a"],
      [2, "b"],
      [2, "c"],
      [4, "d"],
    ] as const)
      add({ at: time, name });
    expect([0, 1, 2, 3, 4, 9].map((time) => at(time)?.name)).toEqual([undefined, "a", "c", "c", "d", "d"]);
    expect(countAt(2)).toBe(3);
  });
});
