import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { isEnabled, isExhausted, restoreSlots, type SlotsContext } from "../../../machines/index.ts";
import { histories, play, take } from "./histories.ts";
import { numRuns, timeoutMs } from "./runs.ts";
import { createWorld } from "./world.ts";

/** What is known, but for when it was last looked at and who holds a probe. */
const claimless = (slots: SlotsContext) => ({
  ...slots,
  at: 0,
  wakeAt: 0,
  probe: slots.probe && { ...slots.probe, lease: null },
});

const toGo = (until: number | null, now: number) => (until === null ? null : Math.max(0, until - now));

/** The same, its times told as ages and rests from `now` on; a rest that is over is 0. */
const seenFrom = (slots: SlotsContext, now: number) => ({
  ...claimless(slots),
  servingSince: now - slots.servingSince,
  slots: slots.slots.map(({ cooldownUntil, statedUntil, failedAt, ...record }) => ({
    ...record,
    coolsForMs: toGo(cooldownUntil, now),
    statedForMs: toGo(statedUntil, now),
    failedAgoMs: failedAt === null ? null : now - failedAt,
  })),
});

describe("save and restore", () => {
  it("I11: save and restore at any point is invisible, claims apart", { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(histories(25), histories(25), ({ setup, steps }, { steps: later }) => {
        const [stayed, saved] = [play({ setup, steps }), play({ setup, steps })];
        stayed.stopAll();
        saved.stopAll();

        saved.restart(0);

        assert.deepEqual(claimless(saved.slots()), claimless(stayed.slots()));
        for (const step of later.filter((each) => each.do !== "restart" && each.behindMs === undefined)) {
          take(stayed, step);
          take(saved, step);
          assert.deepEqual(claimless(saved.slots()), claimless(stayed.slots()));
        }
      }),
      { numRuns },
    );
  });

  it("takes the time down off every rest, whatever the new process's clock starts from", { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(
        histories(),
        fc.nat({ max: 10 ** 9 }),
        fc.integer({ min: 1, max: 10 ** 9 }),
        (history, downMs, at) => {
          const world = play(history);
          world.stopAll();
          const before = world.slots();
          const saved = world.save();
          const ids = saved.slots.map(({ id }) => id);

          const after = restoreSlots(saved, createWorld(history.setup).slots(), ids, {
            at,
            wallAt: saved.savedAt + downMs,
          });

          assert.deepEqual(seenFrom(after, at), seenFrom(before, world.now() + downMs));
        },
      ),
      { numRuns },
    );
  });

  it("gives a machine that can go on, whatever became of the credentials", { timeout: timeoutMs }, () => {
    const newIds = fc.uniqueArray(fc.constantFrom("c0", "c1", "c2", "c3", "new", "newer"), { minLength: 1 });
    fc.assert(
      fc.property(histories(), newIds, ({ setup, steps }, ids) => {
        const saved = play({ setup, steps }).save();
        const world = createWorld({ ...setup, count: ids.length });

        const state = restoreSlots(saved, world.slots(), ids, { at: world.now(), wallAt: saved.savedAt });
        world.send({ type: "RESTORE", state });

        const { home, probe, epoch } = world.slots();
        assert(isExhausted(world.slots()) || isEnabled(world.slots(), home));
        assert(probe === null || (probe.slot < home && isEnabled(world.slots(), probe.slot)));
        assert.equal(epoch - saved.epoch, Number(saved.home !== null && saved.home !== ids[home]));
      }),
      { numRuns },
    );
  });
});
