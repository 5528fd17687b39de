import { describe, expect, it } from "vitest";
import { slotsInput } from "../../../machines/index.ts";
import { type ExploredModel, realSubject } from "../../../src/testing/explore/product/index.ts";
import { verifyRealModel } from "../../../src/testing/verify/index.ts";
import { faults } from "./faults/index.ts";

function modelOf(count: number): ExploredModel {
  const credentials = Array.from({ length: count }, (_, slot) => `key-${slot}`);
  return {
    id: "chat",
    credentials,
    input: slotsInput({ credentials }),
    retry: { maxRetries: 3, baseDelayMs: 500, maxDelayMs: 8_000, jitter: "full" },
    onExhausted: "try",
  };
}

const fault = (name: string) => faults.find((each) => each.name.includes(name));

describe("the real engine, over real sockets", () => {
  it.each([
    [1, 1],
    [2, 9],
    [4, 301],
  ])("does what the machine says, of %i credentials, along every %i. pair of the cover", async (count, every) => {
    const { holds, difference, pairs, driven, steps, exchanges } = await verifyRealModel(modelOf(count), { every });

    expect(difference).toBeUndefined();
    expect(holds).toBe(true);
    // What no call can bring about is the smaller part.
    expect(driven).toBeGreaterThan((0.6 * pairs) / every);
    expect(steps).toBeGreaterThan(driven);
    expect(exchanges).toBeGreaterThan(driven);
  });

  it("takes the first credentials of a model that has more", async () => {
    expect(await verifyRealModel(modelOf(6), { credentials: 2, every: 200 })).toMatchObject({
      credentials: 2,
      holds: true,
    });
  });

  it.each(["a bad request is counted", "one failure advances twice", "does not rest", "counts for two"])(
    "is told from a machine in which something else happens: %s",
    async (name) => {
      const found = await verifyRealModel(modelOf(3), { every: 7 }, (input) => {
        const subject = realSubject({ ...modelOf(3), input });
        return fault(name)?.into(subject).model ?? subject.model;
      });

      expect(found.holds).toBe(false);
      expect(found.difference?.expected).not.toEqual(found.difference?.found);
    },
  );
});
