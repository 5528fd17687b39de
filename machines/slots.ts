/**
 * What one model knows of its credential slots, and what follows from it.
 *
 * Pure: no clock, no I/O. Every function takes the time as a number of milliseconds on the caller's monotonic clock.
 */

/** How a model fails back. All durations in milliseconds (S7–S10). */
export interface FailbackPolicy {
  /** `stepwise` probes the nearest better slot first, `priority` the highest. */
  readonly strategy: "stepwise" | "priority";
  /** Rest of a failed slot without a stated reset, and time served before a failback. */
  readonly timeoutMs: number;
  /** Calls served before a counted failback; 0: never by count. */
  readonly requests: number;
  /** Factor on the rest for each failed failback in a row. */
  readonly growth: number;
  /** Longest rest without a stated reset. */
  readonly maxCooldownMs: number;
  /** Least time between a slot's failure and a counted failback to it. */
  readonly minIntervalMs: number;
  /** Whether a reset that the provider states sets the rest. */
  readonly respectRetryAfter: boolean;
  /** Longest stated reset that is believed. */
  readonly maxMs: number;
}

/** What is known of one slot. Times are milliseconds on the machine's clock, `null` where there is none. */
export interface SlotRecord {
  /** The slot is cooling before this time (S10). */
  readonly cooldownUntil: number | null;
  /** The part of the cooldown that the provider stated. */
  readonly statedUntil: number | null;
  /** When it last failed. */
  readonly failedAt: number | null;
  /** Failed failbacks in a row (S10). */
  readonly failedFailbacks: number;
  /** Whether a probe of it failed since home last changed (S9). */
  readonly probedInVain: boolean;
  /** Taken out by an operator (S14). */
  readonly disabled: boolean;
}

/** The right to prove a probed slot, held by one call until it answers or `until` (S11). */
export interface Lease {
  readonly call: string;
  readonly until: number;
}

/** A probe that is on: of which slot, who holds it, and whether one request-level answer left it undecided (S11). */
export interface Probe {
  readonly slot: number;
  readonly lease: Lease | null;
  readonly undecided: boolean;
}

/** Everything that one model's machine knows. Plain data: it survives `JSON.stringify` (S16). */
export interface SlotsContext {
  readonly policy: FailbackPolicy;
  /** The time of the last event that changed something. */
  readonly at: number;
  /** When the armed delayed transition fires. */
  readonly wakeAt: number;
  /** The slot that serves; `slots.length` when exhausted. */
  readonly home: number;
  readonly epoch: number;
  /** Calls served by home that count towards a failback (S8). */
  readonly served: number;
  /** When home's `serving`, or `exhausted`, was entered (S7). */
  readonly servingSince: number;
  /** Whether a probe made home home (S10). */
  readonly ledByProbe: boolean;
  readonly probe: Probe | null;
  readonly slots: readonly SlotRecord[];
}

export const freshSlot: SlotRecord = {
  cooldownUntil: null,
  statedUntil: null,
  failedAt: null,
  failedFailbacks: 0,
  probedInVain: false,
  disabled: false,
};

/**
 * A model has 1 to 50 slots.
 *
 * @throws RangeError for another count.
 */
export function assertSlotCount(count: number, of: string): void {
  if (!Number.isInteger(count) || count < 1 || count > 50) {
    throw new RangeError(`${of}: found ${count} credential slots; wanted 1 to 50`);
  }
}

const isOver = (end: number | null, at: number): boolean => end === null || end <= at;

const indexes = (context: SlotsContext): number[] => context.slots.map((_, slot) => slot);

/** The record of a slot that exists. */
export function slotAt(context: SlotsContext, slot: number): SlotRecord {
  return context.slots[slot] ?? freshSlot;
}

/** Whether the slot exists and no operator took it out (S14). */
export function isEnabled(context: SlotsContext, slot: number): boolean {
  return context.slots[slot]?.disabled === false;
}

/** Whether the slot's cooldown is still running (S10). */
export function isCooling(context: SlotsContext, slot: number, at: number): boolean {
  return !isOver(slotAt(context, slot).cooldownUntil, at);
}

/** Whether home is no slot: the chain's end was passed (S12). */
export function isExhausted(context: SlotsContext): boolean {
  return context.home === context.slots.length;
}

/** The slot that home moves to when `slot` gives out: the next enabled one below, rested before cooling (S3). */
export function slotBelow(context: SlotsContext, slot: number, at: number): number {
  const below = indexes(context).filter((each) => each > slot && isEnabled(context, each));
  return below.find((each) => !isCooling(context, each, at)) ?? below[0] ?? context.slots.length;
}

/** The first enabled slot, where a reset model starts; past the last when there is none (S14). */
export function firstEnabled(context: SlotsContext): number {
  const slot = context.slots.findIndex(({ disabled }) => !disabled);
  return slot < 0 ? context.slots.length : slot;
}

/**
 * Slots in the order in which a call without a home tries them: the rested by priority, then the cooling, soonest end
 * first. A slot whose probe is out ranks with the cooling ones (S21).
 */
export function walkOrder(context: SlotsContext, at: number): number[] {
  const { probe } = context;
  const leased = (slot: number): boolean => probe !== null && probe.lease !== null && probe.slot === slot;
  const later = (slot: number): boolean => isCooling(context, slot, at) || leased(slot);
  const end = (slot: number): number => slotAt(context, slot).cooldownUntil ?? 0;
  const enabled = indexes(context).filter((slot) => isEnabled(context, slot));
  return [
    ...enabled.filter((slot) => !later(slot)),
    ...enabled.filter(later).toSorted((a, b) => end(a) - end(b) || a - b),
  ];
}

/** Whether home has an enabled slot above it, so that there is something to fail back to (S7). */
export function canFailBack(context: SlotsContext): boolean {
  return context.slots.some((record, slot) => slot < context.home && !record.disabled);
}

/** The enabled slots above home in the order in which a failback considers them (S9). */
function failbackCandidates(context: SlotsContext): number[] {
  const above = indexes(context).filter((slot) => slot < context.home && isEnabled(context, slot));
  if (context.policy.strategy === "stepwise") above.reverse();
  const inVain = (slot: number): boolean => slotAt(context, slot).probedInVain;
  return [...above.filter((slot) => !inVain(slot)), ...above.filter(inVain)];
}

/** When a failback to this slot is due: at its cooldown's end, where that ends after `serving` began (S7). */
function dueOf(context: SlotsContext, slot: number): number {
  const { servingSince, policy } = context;
  const end = slotAt(context, slot).cooldownUntil;
  return end !== null && end > servingSince ? end : servingSince + policy.timeoutMs;
}

/** The stepwise target: the first candidate that rests no longer than `timeout`, else the one that is due first (S9). */
function stepwiseTarget(context: SlotsContext): number | undefined {
  const candidates = failbackCandidates(context);
  const patience = context.servingSince + context.policy.timeoutMs;
  return (
    candidates.find((slot) => isOver(slotAt(context, slot).cooldownUntil, patience)) ??
    candidates.toSorted((a, b) => dueOf(context, a) - dueOf(context, b))[0]
  );
}

/** When the timed failback fires, or `null` with no enabled slot above home (S7, S9). */
export function failbackDueAt(context: SlotsContext): number | null {
  if (context.policy.strategy === "stepwise") {
    const target = stepwiseTarget(context);
    return target === undefined ? null : dueOf(context, target);
  }
  const dues = failbackCandidates(context).map((slot) => dueOf(context, slot));
  return dues.length === 0 ? null : Math.min(...dues);
}

/** The slot that a timed failback probes at `at`, or `undefined` with none (S9). */
export function failbackTarget(context: SlotsContext, at: number): number | undefined {
  if (context.policy.strategy === "stepwise") return stepwiseTarget(context);
  return failbackCandidates(context).find((slot) => !isCooling(context, slot, at));
}

/** The slot that an operator's failback probes, against any cooldown (S14). */
export function forcedTarget(context: SlotsContext, at: number): number | undefined {
  if (isExhausted(context)) return walkOrder(context, at)[0];
  return failbackTarget(context, at) ?? failbackCandidates(context)[0];
}

/** The least time between a slot's failure and a counted failback to it (S8). */
function pauseMs(policy: FailbackPolicy, failedFailbacks: number): number {
  return Math.min(policy.minIntervalMs * policy.growth ** Math.max(0, failedFailbacks - 1), policy.maxCooldownMs);
}

/** The slot that a counted failback probes: no stated reset running, its pause over (S8). */
export function countedTarget(context: SlotsContext, at: number): number | undefined {
  return failbackCandidates(context).find((slot) => {
    const { statedUntil, failedAt, failedFailbacks } = slotAt(context, slot);
    const pauseEnd = failedAt === null ? null : failedAt + pauseMs(context.policy, failedFailbacks);
    return isOver(statedUntil, at) && isOver(pauseEnd, at);
  });
}

/** When `exhausted` is left for a probe: at the earliest cooldown's end of an enabled slot; `null` with none (S12). */
export function recoveryAt(context: SlotsContext): number | null {
  const ends = context.slots.filter((record) => !record.disabled).map((record) => record.cooldownUntil ?? 0);
  return ends.length === 0 ? null : Math.min(...ends);
}

/** When the model next looks for a better credential by the clock; `null` when it does not (S7, S12). */
export function nextDueAt(context: SlotsContext): number | null {
  if (context.probe !== null) return null;
  return isExhausted(context) ? recoveryAt(context) : failbackDueAt(context);
}

/** Milliseconds until the earliest cooldown's end of an enabled slot; 0 when it is over, `undefined` with none (S24). */
export function retryAfterMs(context: SlotsContext, at: number): number | undefined {
  const end = recoveryAt(context);
  return end === null ? undefined : Math.max(0, end - at);
}

const later = (end: number | null, other: number | null): number | null =>
  end === null || other === null ? (end ?? other) : Math.max(end, other);

/** What a failure was: of a failback, of home in its ordinary life, or of a slot beside home (S10). */
export type FailureKind = "failback" | "home" | "aside";

function failedFailbacksAfter(kind: FailureKind, before: number): number {
  if (kind === "failback") return before + 1;
  return kind === "home" ? 0 : before;
}

/** What a failure leaves in its slot's record (S10). */
export function rested(
  record: SlotRecord,
  policy: FailbackPolicy,
  failure: { readonly kind: FailureKind; readonly at: number; readonly retryAfterMs?: number | undefined },
): SlotRecord {
  const { kind, at, retryAfterMs: stated } = failure;
  const failedFailbacks = failedFailbacksAfter(kind, record.failedFailbacks);
  const statedMs = stated !== undefined && policy.respectRetryAfter ? Math.min(stated, policy.maxMs) : undefined;
  const cooldownMs =
    statedMs === undefined
      ? Math.min(policy.timeoutMs * policy.growth ** failedFailbacks, policy.maxCooldownMs)
      : Math.max(statedMs, kind === "failback" ? pauseMs(policy, failedFailbacks) : 0);
  return {
    ...record,
    cooldownUntil: later(record.cooldownUntil, at + cooldownMs),
    statedUntil: statedMs === undefined ? record.statedUntil : later(record.statedUntil, at + statedMs),
    failedAt: at,
    failedFailbacks,
  };
}
