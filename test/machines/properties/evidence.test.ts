import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { changesNothing, type CredentialLevelClass, isCooling } from "../../../machines/index.ts";
import { always, isBelieved, isRequestFailure, isTurnEvent, knowsTheSame, speaksForTheProbe } from "./always.ts";
import { histories, play } from "./histories.ts";
import { numRuns, timeoutMs } from "./runs.ts";

describe("what a turn's outcome changes", () => {
  always("I2: request-level outcomes change nothing but a probe's claim", () => ({
    happened: ({ before, after, event }) => {
      if (!isTurnEvent(event) || !isRequestFailure(event)) return;
      if (!speaksForTheProbe(before, event)) return assert(knowsTheSame(before, after));
      if (before.probe?.undecided === true) return assert.equal(after.probe, null);
      assert(knowsTheSame({ ...before, probe: { slot: event.slot, lease: null, undecided: true } }, after));
    },
  }));

  always("I3: stale outcomes change nothing", () => ({
    happened: ({ before, after, event }) => {
      if (isTurnEvent(event) && event.epoch !== before.epoch && !speaksForTheProbe(before, event)) {
        assert(knowsTheSame(before, after));
      }
    },
  }));

  it("I4: simultaneous failures of one epoch move home once", { timeout: timeoutMs }, () => {
    const failures = fc.array(fc.constantFrom<CredentialLevelClass>("auth", "quota_exceeded", "transient", "unknown"), {
      minLength: 2,
      maxLength: 50,
    });
    fc.assert(
      fc.property(histories(20), failures, (history, classes) => {
        const world = play(history);
        const { epoch, home } = world.slots();
        const flights = classes.map(() => world.begin());

        for (const [index, flight] of flights.entries()) {
          if (flight !== undefined) world.answer(flight, classes[index] ?? "auth");
        }

        const onHome = flights.some((flight) => flight?.tried[0] === home);
        assert.equal(world.slots().epoch, onHome ? epoch + 1 : epoch);
      }),
      { numRuns },
    );
  });

  always("I12: a success never moves home down", () => ({
    happened: ({ before, after, event }) => {
      if (event?.type === "SUCCESS") assert(after.home <= before.home);
    },
  }));

  always("I14: a slot that has just served is not cooling", () => ({
    happened: ({ before, after, event, at }) => {
      if (event?.type === "SUCCESS" && isBelieved(before, event)) assert(!isCooling(after, event.slot, at));
    },
  }));

  always("S27: routing moves nothing: neither home nor a probe, but by a failure of the probed slot", () => ({
    happened: ({ before, after, event }) => {
      if (!isTurnEvent(event) || event.routed !== true) return;
      assert.deepEqual([after.home, after.epoch], [before.home, before.epoch]);
      if (event.type === "SUCCESS") assert.deepEqual(after.probe, before.probe);
    },
  }));

  always("a failure that is believed leaves its slot cooling, unless the provider said at once", () => ({
    happened: ({ before, after, event }) => {
      if (!isTurnEvent(event) || event.type === "SUCCESS" || isRequestFailure(event)) return;
      if (!isBelieved(before, event)) return;
      assert(isCooling(after, event.slot, after.at) || event.retryAfterMs === 0);
      assert.equal(after.slots[event.slot]?.failedAt, after.at);
    },
  }));

  always("changesNothing is true of an outcome exactly when the machine ignores it", () => ({
    happened: ({ before, after, event }) => {
      if (!isTurnEvent(event)) return;
      const ignored = knowsTheSame(before, after);
      // A failure told twice in one instant rests its slot no longer: the second is sent, and says nothing new.
      const repeats = before.slots[event.slot]?.failedAt === after.at;
      assert(changesNothing(before, event) === ignored || (ignored && repeats));
    },
  }));
});
