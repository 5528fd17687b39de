import { describe, expect, it } from "vitest";
import { hearing } from "../../../visualizations/inspector/src/live/hearing.ts";
import { createStory, type Story } from "../../../visualizations/inspector/src/story/story.ts";
import { move, shape, state } from "./stories.ts";

const hello = (run: string) => ({ type: "hello", run, at: 0, dropped: 0 }) as const;

function listening(): {
  readonly story: Story;
  readonly hear: ReturnType<typeof hearing>;
  readonly dropped: () => number;
} {
  const story = createStory();
  let dropped = 0;
  const hear = hearing(story, (count) => {
    dropped += count;
  });
  return { story, hear, dropped: () => dropped };
}

describe("what the page makes of the feed", () => {
  it("tells nothing twice that the inspector tells again after a break, whatever its order", () => {
    const { story, hear } = listening();
    const entries = [shape(0), state(0, "a"), move(10, "a", "b"), state(10, "b")];
    hear(hello("one"));
    // A history begins with all shapes, then all states.
    hear({
      type: "history",
      entries: [entries[0], entries[3], entries[1], entries[2]].filter((each) => each !== undefined),
    });
    hear(hello("one"));
    hear({ type: "history", entries: [...entries, move(20, "b", "a")] });

    expect(story.turnings.items.map(({ at }) => at)).toEqual([10, 20]);
    expect(story.models.get("chat")?.states.items).toHaveLength(2);
  });

  it("takes another process for another, though its numbers begin anew, and forgets nothing", () => {
    const { story, hear } = listening();
    hear(hello("one"));
    hear({ type: "entries", entries: [move(10, "a", "b")], dropped: 0 });
    hear(hello("two"));
    hear({ type: "history", entries: [{ ...move(30, "a", "b"), number: 1 }] });
    expect(story.turnings.items.map(({ at }) => at)).toEqual([10, 30]);
  });

  it("counts what was not sent", () => {
    const { hear, dropped } = listening();
    hear({ type: "entries", entries: [], dropped: 3 });
    hear({ type: "dropped", dropped: 4 });
    expect(dropped()).toBe(7);
  });
});
