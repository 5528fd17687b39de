import { describe, expect, it } from "vitest";
import { readRecording, recordingOf } from "../../../visualizations/inspector/src/story/recording.ts";
import { createStory } from "../../../visualizations/inspector/src/story/story.ts";
import { incident } from "./stories.ts";

const recorded = (): string => {
  const story = createStory();
  for (const entry of incident()) story.add(entry);
  return recordingOf(story, new Date(0));
};

describe("a recording", () => {
  it("tells the same story when it is read as when it was written", () => {
    const text = recorded();
    const story = readRecording(text);
    expect(recordingOf(story, new Date(0))).toBe(text);
    expect(story.viewAt("chat", 720)).toMatchObject({ health: "probing", state: { active: "b", probing: "a" } });
  });

  it("is lines of JSON, in order of time, under a heading", () => {
    const [heading, ...lines] = recorded()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(heading).toEqual({ keyswitch: "recording", version: 1, exportedAt: "1970-01-01T00:00:00.000Z" });
    const times = lines.map(({ at }) => Number(at));
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(lines).toHaveLength(incident().length);
  });

  const heading = '{"keyswitch":"recording","version":1}';
  it.each([
    ["", "Line 1 is no JSON object"],
    ["{}", "This is no recording of an inspector's"],
    ['{"keyswitch":"recording","version":2}', "Version 2 is not known here"],
    [heading, "Nothing happens in this recording"],
    [`${heading}\n{`, "Line 2 is no JSON object"],
    [`${heading}\n{"type":"state","at":1,"number":1,"model":"chat"}`, "Line 2 tells of nothing that is known here"],
    [`${heading}\n{"type":"__proto__","at":1,"number":1,"model":"chat"}`, "Line 2 tells of nothing that is known here"],
    [`${heading}\n{"type":"gone","at":"1","number":1,"model":"chat"}`, "Line 2 tells of nothing that is known here"],
    [`${heading}\n{"type":"gone","at":1,"number":1,"model":{}}`, "Line 2 tells of nothing that is known here"],
  ])("that is none is refused, with the line: %s", (text, message) => {
    expect(() => readRecording(text)).toThrow(message);
  });
});
