import * as fc from "fast-check";
import type { FailbackPolicy, Outcome } from "../../../machines/index.ts";
import { createWorld, type Setup, type Watcher, type World } from "./world.ts";

/** One thing that happens; numbers that name a flight or a slot are taken modulo how many there are. */
export type Step = (
  | { readonly do: "begin"; readonly deadlineMs?: number | undefined; readonly lacking?: number | "home" | undefined }
  | {
      readonly do: "answer";
      readonly flight: number;
      readonly outcome: Outcome;
      readonly retryAfterMs?: number | undefined;
    }
  | { readonly do: "serve"; readonly calls: number }
  | { readonly do: "stop"; readonly flight: number }
  | { readonly do: "tellOld"; readonly slot: number; readonly outcome: Outcome; readonly age: number }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "waitForDue"; readonly shortMs: number }
  | { readonly do: "reset" | "failback" }
  | { readonly do: "disable" | "enable"; readonly slot: number }
  | { readonly do: "restart"; readonly downMs: number; readonly wallShiftMs: number }
) & {
  /** By how much the clock is behind while it happens. */
  readonly behindMs?: number;
};

/** A model, and what happens to it. */
export interface History {
  readonly setup: Setup;
  readonly steps: readonly Step[];
}

const hourMs = 3_600_000;

const counts = fc.oneof(
  { weight: 19, arbitrary: fc.integer({ min: 1, max: 8 }) },
  { weight: 1, arbitrary: fc.constantFrom(11, 24, 50) },
);

const policies: fc.Arbitrary<FailbackPolicy> = fc
  .record({
    strategy: fc.constantFrom("stepwise" as const, "priority" as const),
    timeoutMs: fc.constantFrom(600_000, 60_000, 1_000, 40 * 24 * hourMs),
    requests: fc.constantFrom(0, 2, 3, 50),
    growth: fc.constantFrom(1, 1.5, 2, 3),
    maxCooldownMs: fc.constantFrom(1, 6, 50),
    minIntervalMs: fc.constantFrom(0, 5_000),
    respectRetryAfter: fc.constantFrom(true, true, true, false),
    maxMs: fc.constantFrom(24 * hourMs, 90_000),
  })
  .map(({ maxCooldownMs: times, ...policy }) => ({ ...policy, maxCooldownMs: times * policy.timeoutMs }));

export const setups: fc.Arbitrary<Setup> = fc.record({
  count: counts,
  policy: policies,
  onExhausted: fc.constantFrom("try", "try", "reject"),
});

export const statedWaits = fc.option(fc.constantFrom(0, 1_000, 30_000, 700_000, 2 * hourMs, 100 * hourMs), {
  nil: undefined,
  freq: 2,
});

const outcomes = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Outcome>("ok") },
  { weight: 5, arbitrary: fc.constantFrom<Outcome>("auth", "quota_exceeded", "transient", "transient", "unknown") },
  { weight: 2, arbitrary: fc.constantFrom<Outcome>("permanent", "input_too_large", "content_safety") },
);

const waits = fc.constantFrom(0, 1, 999, 1_000, 5_000, 60_000, 599_999, 600_000, hourMs, 24 * hourMs, 50 * 24 * hourMs);
const some = fc.nat({ max: 999 });

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({
      do: fc.constant("begin" as const),
      deadlineMs: fc.option(fc.constantFrom(0, 500, 90_000), { nil: undefined, freq: 3 }),
      lacking: fc.oneof(
        { weight: 5, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.oneof(some, fc.constant("home" as const)) },
      ),
    }),
  },
  {
    weight: 40,
    arbitrary: fc.record({
      do: fc.constant("answer" as const),
      flight: some,
      outcome: outcomes,
      retryAfterMs: statedWaits,
    }),
  },
  { weight: 10, arbitrary: fc.record({ do: fc.constant("serve" as const), calls: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("stop" as const), flight: some }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("tellOld" as const),
      slot: some,
      outcome: outcomes,
      age: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 10, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: waits }) },
  {
    weight: 14,
    arbitrary: fc.record({ do: fc.constant("waitForDue" as const), shortMs: fc.constantFrom(0, 0, 0, 1) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reset" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("failback" as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("disable" as const, "enable" as const), slot: some }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("restart" as const),
      downMs: waits,
      wallShiftMs: fc.constantFrom(0, 0, -hourMs, hourMs),
    }),
  },
);

const timedSteps: fc.Arbitrary<Step> = fc
  .tuple(steps, fc.option(fc.constantFrom(1, 5_000, hourMs), { freq: 19 }))
  .map(([step, behindMs]) => (behindMs === null ? step : { ...step, behindMs }));

/** A model, and up to `maxLength` things that happen to it. */
export const histories = (maxLength = 40): fc.Arbitrary<History> =>
  fc.record({ setup: setups, steps: fc.array(timedSteps, { maxLength, size: "max" }) });

/** Which slots can do what a call needs: all but home, or all but the bits of a number. */
function capableOf(world: World, lacking: number | "home" | undefined): boolean[] | undefined {
  if (lacking === undefined) return undefined;
  const { home, slots } = world.slots();
  return slots.map((_, slot) => (lacking === "home" ? slot !== home : ((lacking >> (slot % 10)) & 1) === 0));
}

function perform(world: World, step: Step): void {
  const { count } = world.setup;
  switch (step.do) {
    case "begin":
      world.begin({ deadlineMs: step.deadlineMs, capable: capableOf(world, step.lacking) });
      return;
    case "answer":
    case "stop": {
      const flight = world.flights[step.flight % world.flights.length];
      if (flight === undefined) return;
      if (step.do === "stop") world.stop(flight);
      else world.answer(flight, step.outcome, { retryAfterMs: step.retryAfterMs });
      return;
    }
    case "serve":
      for (let calls = 0; calls < step.calls; calls += 1) {
        const flight = world.begin();
        if (flight !== undefined) world.answer(flight, "ok");
      }
      return;
    case "tellOld": {
      const type = step.outcome === "ok" ? "SUCCESS" : (step.outcome.toUpperCase() as "AUTH");
      const epoch = world.slots().epoch - step.age;
      world.send({ type, call: "long-gone", slot: step.slot % count, epoch, first: step.age % 2 === 0 });
      return;
    }
    case "wait":
      world.wait(step.ms);
      return;
    case "waitForDue":
      world.waitForDue(step.shortMs);
      return;
    case "reset":
      world.send({ type: "RESET" });
      return;
    case "failback":
      world.send({ type: "FAILBACK" });
      return;
    case "disable":
      world.send({ type: "DISABLE", slot: step.slot % count });
      return;
    case "enable":
      world.send({ type: "ENABLE", slot: step.slot % count });
      return;
    case "restart":
      world.restart(step.downMs, step.wallShiftMs);
  }
}

/** Lets one thing happen. */
export function take(world: World, step: Step): void {
  const { behindMs = 0 } = step;
  world.steppedBack(behindMs, () => perform(world, step));
}

/** Lets a whole history happen under a watcher's eyes. */
export function play({ setup, steps }: History, watcher?: Watcher): World {
  const world = createWorld(setup, watcher);
  for (const step of steps) take(world, step);
  return world;
}
