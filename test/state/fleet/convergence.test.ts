import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  infiniteStream,
  integer,
  nat,
  oneof,
  record,
  tuple,
} from "fast-check";
import { describe, expect, it } from "vitest";
import { createSimulatedFleet, type Fate, ids, type Step } from "./simulated-fleet.ts";

const replica = nat({ max: 2 });
const slot = nat({ max: ids.length - 1 });
const step: Arbitrary<Step> = oneof(
  { weight: 5, arbitrary: record({ kind: constant("fails" as const), replica, slot }) },
  { weight: 2, arbitrary: record({ kind: constant("serves" as const), replica, slot }) },
  { weight: 1, arbitrary: record({ kind: constantFrom("disable" as const, "enable" as const), replica, slot }) },
  { weight: 2, arbitrary: record({ kind: constantFrom("cut" as const, "heal" as const), replica }) },
  { weight: 1, arbitrary: record({ kind: constant("reset" as const), replica }) },
  { weight: 1, arbitrary: record({ kind: constantFrom("emptied" as const, "set back" as const) }) },
  { weight: 3, arbitrary: record({ kind: constant("wait" as const), ms: nat({ max: 1500 }) }) },
);
const fate: Arbitrary<Fate> = oneof(
  { weight: 1, arbitrary: constant("lost" as const) },
  { weight: 6, arbitrary: nat({ max: 400 }) },
);
const fates = infiniteStream(fate);
/** Replicas' clocks differ by minutes. */
const skewsMs = tuple(...[0, 1, 2].map(() => integer({ min: -300_000, max: 300_000 })));

describe("replicas that share a store", { timeout: 120_000 }, () => {
  it("agree once nothing is lost any more, whatever was lost, late or out of order before", async () => {
    await assert(
      asyncProperty(skewsMs, fates, array(step, { minLength: 1, maxLength: 12 }), async (skews, fateOf, steps) => {
        const fleet = createSimulatedFleet({ skewsMs: skews, fates: () => fateOf.next().value as Fate });
        for (const each of steps) await fleet.carryOut(each);

        fleet.healAll();
        // A second until what was lost before is given up, and one to agree.
        await fleet.run(2000);

        const [first, ...others] = fleet.replicas.map(({ context, seat, faults }) => ({
          home: ids[context.home] ?? null,
          epoch: context.epoch,
          disabled: context.slots.map(({ disabled }) => disabled),
          cooling: context.slots.map(({ cooldownUntil }) => cooldownUntil !== null),
          agrees: seat.standing().agrees,
          revision: seat.standing().revision,
          faults,
        }));
        expect(first).toMatchObject({ agrees: true, faults: [] });
        for (const other of others) expect(other).toEqual(first);
        if (fleet.stored !== undefined) {
          const { home, epoch } = fleet.stored.model;
          expect({ home, epoch }).toEqual({ home: first?.home, epoch: first?.epoch });
        }
        for (const slot of ids.keys()) {
          const ends = fleet.replicas.map(
            ({ context }, number) => (context.slots[slot]?.cooldownUntil ?? 0) - (skews[number] ?? 0),
          );
          // Failures within a second tell the same, and are not worth a message to everyone.
          if (first?.cooling[slot] === true) expect(Math.max(...ends) - Math.min(...ends)).toBeLessThan(1200);
          // A failure that nothing has cleared since, anywhere, is forgotten by nobody.
          const failedAt = fleet.failedAt.get(slot) ?? -Infinity;
          const isOutstanding = failedAt > (fleet.clearedAt.get(slot) ?? -Infinity) + 200;
          if (isOutstanding) expect(first?.cooling[slot]).toBe(true);
        }
      }),
      { numRuns: Number(process.env["SCHEDULES"] ?? 10_000) },
    );
  });
});
