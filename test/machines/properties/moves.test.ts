import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "vitest";
import {
  isCooling,
  isEnabled,
  isExhausted,
  nextDueAt,
  type Outcome,
  retryAfterMs,
  saveSlots,
  type SlotsContext,
} from "../../../machines/index.ts";
import { always, knowsTheSame } from "./always.ts";
import { histories, play, statedWaits, take } from "./histories.ts";
import { numRuns, timeoutMs } from "./runs.ts";
import { createWorld, type Ending, idsOf, type World } from "./world.ts";

const longestDelayMs = 2 ** 31 - 1;

/** Runs one call to its end; every turn ends as its slot does these days. */
function callThrough(
  world: World,
  answerOf: (slot: number) => { outcome: Outcome; retryAfterMs?: number | undefined },
) {
  const flight = world.begin();
  if (flight === undefined) return;
  for (let ending: Ending | undefined; ending === undefined;) {
    const { outcome, ...facts } = answerOf(flight.turn.slot);
    ending = world.answer(flight, outcome, facts);
  }
}

/** How each slot answers from now on: one that works serves, another fails and may state when it resets. */
const health = fc.record({
  works: fc.array(fc.boolean(), { minLength: 50, maxLength: 50 }),
  outcome: fc.constantFrom<Outcome>("auth", "quota_exceeded", "transient", "unknown"),
  retryAfterMs: fc.array(statedWaits, { minLength: 50, maxLength: 50 }),
});

const firstEnabled = (slots: SlotsContext): number => slots.slots.findIndex(({ disabled }) => !disabled);

describe("where home is", () => {
  it(
    "I5: once the top slot answers again and stays so, it is home after at most n probes, each due in time",
    { timeout: timeoutMs },
    () => {
      // Counted from when its own rest is over: until then the clock goes on trying the others.
      fc.assert(
        fc.property(histories(), health, (history, { works, outcome, retryAfterMs: stated }) => {
          let probes = 0;
          let recovered = false;
          const world = play(history, {
            happened: ({ before, after }) => {
              const began = recovered && before.probe === null && after.probe !== null;
              if (began && !isCooling(after, firstEnabled(after), after.at)) probes += 1;
            },
          });
          world.stopAll();
          const top = firstEnabled(world.slots());
          fc.pre(top !== -1);
          recovered = true;
          const answerOf = (slot: number) =>
            slot === top || works[slot] === true ? { outcome: "ok" as const } : { outcome, retryAfterMs: stated[slot] };

          for (let round = 0; world.slots().home !== top; round += 1) {
            // Where others are tried every second of a rest of days, that rest is not sat out here.
            fc.pre(round < 300 || !isCooling(world.slots(), top, world.now()));
            assert(round < 600, "it is never home");
            callThrough(world, answerOf);
            if (world.slots().probe !== null || world.slots().home === top) continue;
            const before = world.slots();
            const waitingSince = world.now();
            world.waitForDue();
            const { probe } = world.slots();
            assert(probe !== null);
            const statedMs = (before.slots[probe.slot]?.statedUntil ?? 0) - waitingSince;
            assert(world.now() - waitingSince <= Math.max(before.policy.maxCooldownMs, statedMs));
            assert(probes <= world.setup.count, `${probes} probes`);
          }
          assert(probes <= world.setup.count, `${probes} probes`);
        }),
        { numRuns },
      );
    },
  );

  always("I7: no automatic probe begins before a time that the provider stated", () => ({
    happened: ({ before, after, event }) => {
      if (after.probe === null || before.probe !== null || event?.type === "FAILBACK" || event?.type === "RESTORE")
        return;
      assert((after.slots[after.probe.slot]?.statedUntil ?? -Infinity) <= after.at);
    },
  }));

  always("I9: the epoch never falls, and moves exactly when home does", () => ({
    happened: ({ before, after, event }) => {
      if (event?.type === "RESET") return assert.equal(after.epoch, before.epoch + 1);
      if (event?.type !== "RESTORE") assert.equal(after.epoch - before.epoch, Number(after.home !== before.home));
    },
  }));

  it("I10: reads change nothing", { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(histories(), ({ setup, steps }) => {
        const read = createWorld(setup);
        const unread = createWorld(setup);
        for (const step of steps) {
          const keeper = read.keeper();
          const slots = keeper.read();
          keeper.actor.getSnapshot();
          keeper.actor.getPersistedSnapshot();
          saveSlots(slots, idsOf(setup.count), { at: read.now(), wallAt: 0 });
          nextDueAt(slots);
          retryAfterMs(slots, read.now());
          assert.equal(keeper.read(), slots);
          take(read, step);
          take(unread, step);
          assert.deepEqual(read.keeper().read(), unread.keeper().read());
        }
      }),
      { numRuns },
    );
  });

  always("I13: there is no turn on, no home at, no probe of a disabled slot", () => ({
    happened: ({ after }) => {
      assert(isExhausted(after) || isEnabled(after, after.home));
      assert(after.probe === null || isEnabled(after, after.probe.slot));
    },
    turn: ({ turn }, slots) => assert(isEnabled(slots, turn.slot)),
  }));

  always("a probed slot is always above home", () => ({
    happened: ({ after }) => assert(after.probe === null || after.probe.slot < after.home),
  }));

  always("only a failure, DISABLE or RESET moves home down, and only to the next enabled slot below", () => ({
    happened: ({ before, after, event }) => {
      if (after.home <= before.home || event === undefined || event.type === "RESTORE" || event.type === "RESET")
        return;
      assert(event.type === "DISABLE" || ("slot" in event && event.slot === before.home));
      const below = after.slots.flatMap((_, slot) => (slot > before.home && isEnabled(after, slot) ? [slot] : []));
      const rested = below.find((slot) => !isCooling(before, slot, after.at));
      assert.equal(after.home, rested ?? below[0] ?? after.slots.length);
    },
  }));

  always("the state says what is known: the probed slot's probing, else home's serving", () => ({
    happened: ({ after, state }) => {
      const expected =
        after.probe !== null
          ? { [`s${after.probe.slot}`]: "probing" }
          : isExhausted(after)
            ? "exhausted"
            : { [`s${after.home}`]: "serving" };
      assert.deepEqual(state, expected);
    },
  }));

  always("one delayed transition is armed for what is due next, at most one timer's length ahead", () => ({
    happened: ({ after }) => {
      const dueAt = (after.probe === null ? nextDueAt(after) : after.probe.lease?.until) ?? Infinity;
      assert(Number.isFinite(after.wakeAt));
      assert(after.wakeAt <= after.at + longestDelayMs);
      if (after.wakeAt < dueAt) assert(dueAt > after.at + longestDelayMs - 51 * 86_400_000);
      else assert(after.wakeAt === dueAt || after.wakeAt <= after.at);
    },
  }));

  always("what is known is plain data that JSON keeps", () => ({
    happened: ({ after }) => assert.deepEqual(JSON.parse(JSON.stringify(after)), after),
  }));

  always("a rest is never cut short but by a success, an operator or a restart", () => ({
    happened: ({ before, after, event }) => {
      if (event !== undefined && ["SUCCESS", "RESET", "ENABLE", "RESTORE"].includes(event.type)) return;
      for (const [slot, { cooldownUntil }] of before.slots.entries()) {
        if (cooldownUntil !== null) assert((after.slots[slot]?.cooldownUntil ?? -Infinity) >= cooldownUntil);
      }
    },
  }));
});

describe("a model that is left alone", () => {
  it("moves nothing but the clock's own probes", { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(histories(), (history) => {
        const world = play(history);
        world.stopAll();
        const { home, epoch } = world.slots();

        world.wait(100 * 86_400_000);

        const after = world.slots();
        assert.deepEqual([after.home, after.epoch], [home, epoch]);
        assert(knowsTheSame(after, world.slots()));
      }),
      { numRuns },
    );
  });
});
