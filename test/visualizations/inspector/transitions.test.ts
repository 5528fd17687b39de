import { describe, expect, it } from "vitest";
import { keyOf, transitionOf } from "../../../visualizations/inspector/src/story/transitions.ts";
import { move, probe, state } from "./stories.ts";

const ids = ["a", "b", "c"];
const { state: onB } = state(0, "b");
const { state: provingA } = state(0, "b", { probing: "a" });
const { state: down } = state(0, null);

describe("the transition that the chart shows", () => {
  it.each([
    ["a failover", move(1, "a", "b"), onB, "s0.serving to s1.serving"],
    ["a chain that is passed", move(1, "c", null), onB, "s2.serving to exhausted"],
    ["a call that found a key well", move(1, "c", "a", "success"), onB, "s2.serving to s0.serving"],
    ["a way out of exhausted", move(1, null, "b", "success"), down, "exhausted to s1.serving"],
    ["a probe that is due", probe(1, "a", "due"), onB, "s1.serving to s0.probing"],
    ["a probe from exhausted", probe(1, "a", "due"), down, "exhausted to s0.probing"],
    ["a probe that proved", probe(1, "a", "proved"), provingA, "s0.probing to s0.serving"],
    ["a probe that failed", probe(1, "a", "failed"), provingA, "s0.probing to s1.serving"],
  ] as const)("is that of %s", (_, turning, before, expected) => {
    const transition = transitionOf(turning, before, ids);
    expect(transition && keyOf(transition)).toBe(expected);
  });

  it("is one for a credential that was proved, though it is told as two things", () => {
    expect(transitionOf(move(1, "b", "a", "success"), provingA, ids)).toBeUndefined();
  });
});
