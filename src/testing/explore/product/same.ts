import type { FailbackPolicy, SlotRecord, SlotsContext } from "../../../../machines/index.ts";
import type { Flight, World } from "./world.ts";

/**
 * The same text for worlds from which the same can follow: times count from now, an end that is over is over, epochs are
 * current or old. It leaves out nothing that a rule reads.
 */
export function sameness({ at, model, flights, probers }: World): string {
  const slots = model.context;
  return JSON.stringify([
    model.value,
    knowledge(slots, at),
    flights.map((flight) => flightSeen(flight, slots, at)).toSorted(),
    probers,
  ]);
}

/** What a model knows, seen from now. */
export function knowledge(slots: SlotsContext, at: number): readonly unknown[] {
  const { policy, home, served, servingSince, ledByProbe, probe } = slots;
  const age = Math.min(at - servingSince, policy.timeoutMs);
  return [
    home,
    served,
    age,
    ledByProbe && age < policy.timeoutMs,
    probe && [probe.slot, probe.undecided, probe.lease && [probe.lease.until - at]],
    slots.slots.map((record) => recordSeen(record, slots, at)),
  ];
}

function recordSeen(record: SlotRecord, { policy, servingSince }: SlotsContext, at: number): readonly unknown[] {
  const { cooldownUntil, statedUntil, failedAt, failedFailbacks, probedInVain, disabled } = record;
  // A rest that ended after `serving` was entered still makes a failback due, at once (S7).
  const rest =
    cooldownUntil === null || cooldownUntil <= Math.min(at, servingSince) ? null : Math.max(0, cooldownUntil - at);
  const ladder = Math.min(failedFailbacks, longestLadder(policy));
  const pauseEnd = failedAt === null ? 0 : failedAt + policy.minIntervalMs * policy.growth ** Math.max(0, ladder - 1);
  return [
    rest,
    statedUntil === null || statedUntil <= at ? null : statedUntil - at,
    pauseEnd <= at ? null : pauseEnd - at,
    ladder,
    probedInVain,
    disabled,
  ];
}

/** From so many failed failbacks on neither a rest nor a pause grows any more (S8, S10). */
function longestLadder({ growth, timeoutMs, minIntervalMs, maxCooldownMs }: FailbackPolicy): number {
  if (growth === 1) return 0;
  const least = Math.min(timeoutMs, minIntervalMs > 0 ? minIntervalMs : timeoutMs);
  return Math.max(0, Math.ceil(Math.log(maxCooldownMs / Math.max(least, 1)) / Math.log(growth))) + 1;
}

function flightSeen(
  { id, call, backoffUntil, turns, throughout }: Flight,
  { epoch, probe }: SlotsContext,
  at: number,
): string {
  const { turn, tried, retries, capable } = call.context;
  return JSON.stringify([
    call.value,
    turn && [turn.slot, turn.epoch === epoch, turn.first, turn.routed, turn.probes],
    tried,
    turns,
    retries,
    capable,
    backoffUntil === undefined ? null : backoffUntil - at,
    throughout,
    probe?.lease?.call === id,
  ]);
}
