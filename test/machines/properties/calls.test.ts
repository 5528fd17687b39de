import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { isExhausted, type Outcome } from "../../../machines/index.ts";
import { always } from "./always.ts";
import { histories, play } from "./histories.ts";
import { numRuns, timeoutMs } from "./runs.ts";

describe("what a call gets", () => {
  always(
    "I1: a call that ends as allFailed gave every credential that was enabled and capable throughout its turn",
    () => ({
      ended: ({ tried, throughout }, ending) => {
        if (ending !== "all_failed") return;
        for (const slot of throughout) assert(tried.includes(slot), `slot ${slot} had no turn`);
      },
    }),
  );

  always("I1: no credential ever gets two turns of a call", () => ({
    turn: ({ tried }) => assert.equal(new Set(tried).size, tried.length),
  }));

  it("I6: while one enabled credential works, every call is served", { timeout: timeoutMs }, () => {
    const calls = fc.array(
      fc.record({ flight: fc.nat({ max: 99 }), waitMs: fc.constantFrom(0, 0, 0, 1_000, 600_000) }),
      { minLength: 1, maxLength: 60 },
    );
    const works = fc.array(fc.boolean(), { minLength: 50, maxLength: 50 });
    const failure = fc.constantFrom<Outcome>("auth", "quota_exceeded", "transient", "unknown");
    fc.assert(
      fc.property(histories(), calls, works, failure, ({ setup, steps }, order, working, outcome) => {
        const world = play({ setup: { ...setup, onExhausted: "try" }, steps });
        world.stopAll();
        fc.pre(world.slots().slots.some(({ disabled }, slot) => !disabled && working[slot] === true));

        for (const { flight, waitMs } of order) {
          if (world.flights.length < 4) assert(world.begin() !== undefined);
          const chosen = world.flights[flight % world.flights.length];
          assert(chosen !== undefined);
          const ending = world.answer(chosen, working[chosen.turn.slot] === true ? "ok" : outcome);
          assert(ending === undefined || ending === "served", ending);
          world.wait(waitMs);
        }
      }),
      { numRuns },
    );
  });

  always("I8: while home is a slot, at most one call at a time has its first turn on the probed one", () => {
    let probers = 0;
    return {
      happened: ({ before, after }) => {
        const probeBegan = after.probe !== null && before.probe === null;
        const isFree = after.probe !== null && after.probe.lease === null;
        if (probeBegan || isFree) probers = 0;
      },
      turn: ({ turn }, slots) => {
        if (isExhausted(slots) || turn.slot !== slots.probe?.slot || !turn.first || turn.routed) return;
        probers += 1;
        assert.equal(probers, 1);
      },
    };
  });
});
