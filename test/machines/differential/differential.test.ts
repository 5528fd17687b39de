import * as fc from "fast-check";
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { errorClasses, isExhausted, type RetryPolicy, slotsInput, type SlotsContext } from "../../../machines/index.ts";
import { credentials, type Model, startModel } from "../credential-slots/model.ts";
import { setups, statedWaits } from "../properties/histories.ts";
import { numRuns, timeoutMs } from "../properties/runs.ts";
import { assertMachineAgrees } from "./shadow.ts";
import { type Answer, type Script, startEngine, traceCall, written } from "./trace.ts";

/** What can happen to a model between two calls, in short. */
const happenings: readonly ((model: Model) => void)[] = [
  (model) => model.fails(0),
  (model) => model.fails(0, "quota_exceeded", { retryAfterMs: 900_000 }),
  (model) => model.fails(1),
  (model) => model.serves(0),
  (model) => model.pass(600),
  (model) => model.probe("another", model.clock.now() + 90_000),
  (model) => model.send({ type: "DISABLE", slot: 0 }),
];

/** Every state that a model of `count` slots gets into by these, but for when. */
function reachableStates(count: number): SlotsContext[] {
  const states = new Map<string, SlotsContext>();
  const key = ({ home, probe, slots, at }: SlotsContext): string => {
    const known = slots.map(({ cooldownUntil, disabled }) => [(cooldownUntil ?? 0) > at, disabled]);
    return JSON.stringify([home, probe?.slot, probe?.lease?.call, known]);
  };
  const paths: (typeof happenings)[] = [[]];
  for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
    const model = startModel(count);
    for (const happen of path) happen(model);
    const slots = { ...model.know(), at: model.clock.now() };
    if (states.has(key(slots))) continue;
    states.set(key(slots), slots);
    for (const happen of happenings) paths.push([...path, happen]);
  }
  return [...states.values()];
}

/** What every attempt may answer besides `ok`, which a script's end means. */
const answers: readonly Answer[] = [
  { outcome: "permanent" },
  { outcome: "auth" },
  { outcome: "transient" },
  { outcome: "transient", retryAfterMs: 20_000 },
  { outcome: "hang" },
];

const retryOnce: RetryPolicy = { maxRetries: 1, baseDelayMs: 500, maxDelayMs: 8_000, jitter: "full" };

const answer: fc.Arbitrary<Answer> = fc.record({
  outcome: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...errorClasses) },
    { weight: 4, arbitrary: fc.constantFrom("transient" as const, "auth" as const) },
    { weight: 1, arbitrary: fc.constantFrom("ok" as const, "hang" as const, "cancel" as const) },
  ),
  afterMs: fc.constantFrom(0, 0, 1, 5_000, 59_999),
  retryAfterMs: statedWaits,
});

const calls = fc.array(
  fc.record({
    script: fc.array(answer, { maxLength: 20, size: "max" }),
    deadlineMs: fc.option(fc.constantFrom(400, 20_000, 100_000), { nil: undefined, freq: 3 }),
    needsVision: fc.boolean(),
    waitMs: fc.constantFrom(0, 1_000, 600_000, 3_600_000),
  }),
  { minLength: 1, maxLength: 8 },
);

const retryPolicies: fc.Arbitrary<RetryPolicy> = fc.record({
  maxRetries: fc.integer({ min: 0, max: 3 }),
  baseDelayMs: fc.constantFrom(0, 500),
  maxDelayMs: fc.constantFrom(800, 8_000),
  jitter: fc.constantFrom("full", "none"),
});

describe("the engine's loop and the call machine", () => {
  it.each([
    [1, "try"],
    [1, "reject"],
    [2, "try"],
    [2, "reject"],
  ] as const)("agree on every script from every state of %i slots (on_exhausted: %s)", async (count, onExhausted) => {
    const { policy } = slotsInput({ credentials: credentials(count) });
    const setup = { count, policy, onExhausted };
    const states = reachableStates(count);
    expect(states.length).toBeGreaterThan(count === 1 ? 3 : 15);

    // A call is turned away only where none serves.
    for (const state of states.filter((each) => onExhausted === "try" || isExhausted(each))) {
      const scripts: Answer[][] = [[]];
      for (let script = scripts.pop(); script !== undefined; script = scripts.pop()) {
        const side = startEngine(setup, retryOnce, state);
        const trace = await traceCall(side, written(script));
        assertMachineAgrees(side, trace);
        // An attempt that the script does not write was answered `ok`: let it answer all else.
        const prefix = script;
        if (trace.attempts.length > prefix.length) scripts.push(...answers.map((each) => [...prefix, each]));
      }
    }
  });

  it("agree on any calls one after another", { timeout: timeoutMs }, async () => {
    await fc.assert(
      fc.asyncProperty(setups, retryPolicies, calls, async (setup, retry, all) => {
        const side = startEngine(setup, retry);
        for (const { script, waitMs, ...wishes } of all) {
          assertMachineAgrees(side, await traceCall(side, written(script), wishes));
          const until = side.clock.now() + waitMs;
          while (side.clock.goTo(until));
        }
      }),
      { numRuns },
    );
  });
});

describe("I6: calls with patience shorter than a hang", () => {
  it("are not lost one after another", { timeout: timeoutMs }, async () => {
    const hanging = fc.array(fc.boolean(), { minLength: 6, maxLength: 6 });
    const patience = fc.integer({ min: 30_000, max: 59_999 });
    const waits = fc.array(fc.constantFrom(0, 0, 600_000, 3_600_000), { minLength: 20, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(setups, hanging, patience, waits, async ({ policy }, hangs, deadlineMs, all) => {
        const side = startEngine({ count: 6, policy, onExhausted: "try" }, retryOnce);
        const ill = hangs.filter(Boolean).length;
        fc.pre(ill < 6);
        const script: Script = (slot) => ({ outcome: hangs[slot] === true ? "hang" : "ok" });
        let lost = 0;

        for (const waitMs of all) {
          const until = side.clock.now() + waitMs;
          while (side.clock.goTo(until));
          const { result, before, attempts } = await traceCall(side, script, { deadlineMs });
          // A probe is a call that finds out for the others: the clock allows one at a time.
          if (before.probe?.slot !== attempts[0]?.slot && result !== "served") lost += 1;
        }
        assert(lost <= ill, `${lost} calls lost, with ${ill} credentials that hang`);
      }),
      { numRuns },
    );
  });
});
