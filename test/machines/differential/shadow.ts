import assert from "node:assert/strict";
import { type Actor, createActor } from "xstate";
import { call, type CallMachine, eventOf, isRequestLevel } from "../../../machines/index.ts";
import { createVirtualClock } from "../../../src/testing/virtual-clock.ts";
import { type Attempt, constantDraw, type EngineSide, type Trace } from "./trace.ts";

/** Tells the call machine how an attempt ended, and what the model's machine knew then. */
function tell(
  actor: Actor<CallMachine>,
  { outcome, retryAfterMs, timedOut, endedAt: at }: Attempt,
  slots: Trace["after"],
) {
  if (outcome === undefined) return;
  if (outcome === "ok") actor.send({ type: "SUCCESS" });
  else if (outcome === "cancelled") actor.send({ type: "CANCEL" });
  else if (outcome === "timed_out") actor.send({ type: "DEADLINE" });
  else if (isRequestLevel(outcome)) actor.send({ type: eventOf(outcome) });
  else actor.send({ type: eventOf(outcome), slots, at, retryAfterMs, timedOut });
}

/**
 * Takes the call machine through what the engine's call went through, and fails where the two part: the slots, the
 * times of the attempts (so the delays between them), how it ended.
 */
export function assertMachineAgrees({ setup, retry }: EngineSide, trace: Trace): void {
  const clock = createVirtualClock();
  clock.goTo(trace.startedAt);
  const actor = createActor(call(setup.count, { random: constantDraw }), {
    clock: {
      setTimeout: (callback: () => void, delayMs: number) => clock.setTimer(callback, delayMs, "foreground"),
      clearTimeout: (timer) => clock.clearTimer(timer),
    },
    input: {
      slots: trace.before,
      at: trace.startedAt,
      retry,
      onExhausted: setup.onExhausted,
      ...(trace.capable && { capable: trace.capable }),
    },
  }).start();
  const know = () => actor.getSnapshot().context;

  for (const [index, attempt] of trace.attempts.entries()) {
    clock.goTo(attempt.startedAt);
    assert.equal(actor.getSnapshot().value, "attempting", `attempt ${index + 1}`);
    assert.deepEqual([know().turn?.slot, know().attempt], [attempt.slot, index + 1]);
    clock.goTo(attempt.endedAt);
    tell(actor, attempt, trace.attempts[index + 1]?.slots ?? trace.after);
    const next = trace.attempts[index + 1];
    if (next !== undefined) assert.equal(clock.nextDueAt() ?? attempt.endedAt, next.startedAt, "when the next begins");
  }

  // Stopped while it backed off: no attempt tells of that.
  if (actor.getSnapshot().value === "backingOff") {
    assert((clock.nextDueAt() ?? 0) >= trace.endedAt);
    actor.send({ type: trace.result === "cancelled" ? "CANCEL" : "DEADLINE" });
  }
  const failures = trace.attempts.flatMap(({ slot, outcome }) =>
    outcome === undefined || outcome === "ok" || outcome === "cancelled" || outcome === "timed_out"
      ? []
      : [{ slot, class: outcome }],
  );
  assert.equal(actor.getSnapshot().status, "done");
  const { result, failures: noted, slot } = actor.getSnapshot().output ?? {};
  assert.deepEqual(
    { result, noted, slot },
    { result: trace.result, noted: failures, slot: trace.attempts.at(-1)?.slot ?? null },
  );
}
