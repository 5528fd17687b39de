import { describe, expect, it } from "vitest";
import { createTallyRing } from "../../src/inspect/tally-ring.ts";

const ring = () => createTallyRing({ kinds: 2, bucketMs: 10, bucketCount: 3 });

describe("a ring of counts", () => {
  it("gives the buckets that are over, the oldest first", () => {
    const { add, buckets } = ring();
    for (const [kind, atMs] of [
      [0, 100],
      [0, 109],
      [1, 110],
      [0, 125],
    ] as const) {
      add(kind, atMs);
    }
    expect(buckets(130)).toEqual([
      [2, 0],
      [0, 1],
      [1, 0],
    ]);
  });

  it("counts what is being filled only when it is over", () => {
    const { add, sums } = ring();
    add(0, 100);
    expect(sums(105)).toEqual([0, 0]);
    expect(sums(110)).toEqual([1, 0]);
  });

  it("empties buckets that passed unused, also when a long time has passed", () => {
    const { add, sums } = ring();
    add(0, 100);
    expect(sums(139)).toEqual([1, 0]);
    expect(sums(140)).toEqual([0, 0]);
    add(1, 1_000_000_000);
    expect(sums(1_000_000_010)).toEqual([0, 1]);
  });
});
