import {
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
import { createSimulatedFleet, ids, type ProbeEnd } from "./simulated-fleet.ts";

/** With a message's time, and what it takes to notice it and to connect anew, it is less than a claim lives. */
const longestCutMs = 1000;
const longestMessageMs = 100;
/** Short rests, so that seconds hold many probes. */
const failback = { timeoutMs: 2000, growth: 1, minIntervalMs: 0 };

const replicas = [0, 1, 2];
const replica = nat({ max: 2 });
const slot = nat({ max: ids.length - 1 });
const skewsMs = tuple(...replicas.map(() => integer({ min: -300_000, max: 300_000 })));
const ends: readonly ProbeEnd[] = ["serves", "fails", "is refused", "is given up", "hangs"];
const probe = record({ end: constantFrom(...ends), ms: nat({ max: 1200 }) });
const trouble = record({
  step: oneof(
    { weight: 3, arbitrary: record({ kind: constant("cut" as const), replica }) },
    { weight: 1, arbitrary: record({ kind: constant("fails" as const), replica, slot }) },
    { weight: 1, arbitrary: record({ kind: constantFrom("disable" as const, "enable" as const), replica, slot }) },
  ),
  lastsMs: nat({ max: longestCutMs }),
});

describe("replicas that share a store", { timeout: 120_000 }, () => {
  it("make one probe at a time, while nobody is cut off for longer than a claim lives, and fail back in the end", async () => {
    let probes = 0;
    await assert(
      asyncProperty(
        skewsMs,
        infiniteStream(nat({ max: longestMessageMs })),
        infiniteStream(probe),
        array(trouble, { minLength: 1, maxLength: 6 }),
        async (skews, messages, probed, troubles) => {
          const fleet = createSimulatedFleet({
            skewsMs: skews,
            fates: () => messages.next().value as number,
            failback,
          });
          /** Calls come to all replicas for as long. */
          const callsFor = async (
            ms: number,
            everyMs: number,
            next: () => { readonly end: ProbeEnd; readonly ms: number },
          ): Promise<void> => {
            for (let passedMs = 0; passedMs < ms; passedMs += everyMs) {
              for (const each of replicas) await fleet.carryOut({ kind: "call", replica: each, ...next() });
              await fleet.run(everyMs);
            }
          };
          const anyProbe = () => probed.next().value as { end: ProbeEnd; ms: number };
          await fleet.run(1500);
          await fleet.carryOut({ kind: "fails", replica: 0, slot: 0 });
          await callsFor(2000, 50, anyProbe);
          for (const { step, lastsMs } of troubles) {
            await fleet.carryOut(step);
            await callsFor(lastsMs, 50, anyProbe);
            if (step.kind === "cut") await fleet.carryOut({ kind: "heal", replica: step.replica });
            await callsFor(1500, 50, anyProbe);
          }
          expect(fleet.mostProbing).toBeLessThanOrEqual(1);

          fleet.healAll();
          for (const each of ids.keys()) await fleet.carryOut({ kind: "enable", replica: 0, slot: each });
          // The rest of each of two credentials, and of the lease of a call that hangs.
          await callsFor(4 * failback.timeoutMs, 250, () => ({ end: "serves", ms: 0 }));
          expect(fleet.replicas.map(({ context }) => context.home)).toEqual([0, 0, 0]);
          expect(fleet.mostProbing).toBeLessThanOrEqual(1);
          probes += fleet.probes;
        },
      ),
      { numRuns: Number(process.env["SCHEDULES"] ?? 200) },
    );
    expect(probes).toBeGreaterThan(200);
  });
});
