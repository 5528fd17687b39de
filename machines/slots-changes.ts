import {
  canFailBack,
  type FailureKind,
  firstEnabled,
  freshSlot,
  type Lease,
  rested,
  slotAt,
  slotBelow,
  type SlotRecord,
  type SlotsContext,
} from "./slots.ts";

/**
 * What each event changes in what a model knows: one function a change, each from what was known and when it happened
 * to what is different afterwards. Pure; the machine says when which one happens.
 */
type Change = Partial<SlotsContext>;

interface Failure {
  readonly slot: number;
  readonly retryAfterMs?: number | undefined;
}

const withoutCooldown: Partial<SlotRecord> = { cooldownUntil: null, statedUntil: null };

const withSlot = (records: readonly SlotRecord[], slot: number, change: Partial<SlotRecord>): readonly SlotRecord[] =>
  records.map((record, each) => (each === slot ? { ...record, ...change } : record));

const afterFailure = (slots: SlotsContext, failure: Failure, kind: FailureKind, at: number): readonly SlotRecord[] =>
  withSlot(
    slots.slots,
    failure.slot,
    rested(slotAt(slots, failure.slot), slots.policy, { kind, at, retryAfterMs: failure.retryAfterMs }),
  );

/** Home moves: a new epoch, a new count, a new ladder (S3, S6, S9, S11). */
const homeMoved = (slots: SlotsContext, records: readonly SlotRecord[], home: number, at: number) => ({
  slots: records.map((record) => (record.probedInVain ? { ...record, probedInVain: false } : record)),
  home,
  epoch: slots.epoch + 1,
  served: 0,
  servingSince: at,
  ledByProbe: false,
});

/** A failure of home is a failed failback when it comes within `timeout` of the probe that made it home (S10). */
const failureOfHome = (slots: SlotsContext, at: number): FailureKind =>
  slots.ledByProbe && at - slots.servingSince < slots.policy.timeoutMs ? "failback" : "home";

/** Home fails: it rests, and the next slot below is home (S3). */
export function advanced(slots: SlotsContext, at: number, failure: Failure): Change {
  const records = afterFailure(slots, { ...failure, slot: slots.home }, failureOfHome(slots, at), at);
  return homeMoved(slots, records, slotBelow(slots, slots.home, at), at);
}

/** A slot beside home fails: it rests, and nothing moves (S4). */
export function cooledAside(slots: SlotsContext, at: number, failure: Failure): Change {
  return { slots: afterFailure(slots, failure, "aside", at) };
}

/** A slot above home serves: it is home (S6). */
export function tookHome(slots: SlotsContext, at: number, { slot }: { readonly slot: number }): Change {
  const records = withSlot(slots.slots, slot, { ...withoutCooldown, failedFailbacks: 0 });
  return { ...homeMoved(slots, records, slot, at), probe: null };
}

/** A slot serves without a move: it is not cooling (S10, I14). */
export function clearedCooldown(slots: SlotsContext, _at: number, { slot }: { readonly slot: number }): Change {
  return { slots: withSlot(slots.slots, slot, withoutCooldown) };
}

/** Home serves a call that began there: one more towards a failback (S8). */
export function counted(slots: SlotsContext, at: number, turn: { readonly slot: number }): Change {
  return { ...clearedCooldown(slots, at, turn), ...(canFailBack(slots) && { served: slots.served + 1 }) };
}

/** A probe begins; nobody holds it yet (S7, S11). When all candidates were probed in vain, that is forgotten (S9). */
export function probing(slots: SlotsContext, slot: number): Change {
  const untried = slots.slots.some((record, each) => each < slots.home && !record.disabled && !record.probedInVain);
  return {
    probe: { slot, lease: null, undecided: false },
    ...(!untried && { slots: slots.slots.map((record) => ({ ...record, probedInVain: false })) }),
  };
}

/** A call takes the probe's lease (S11). */
export function leased(slots: SlotsContext, { call, until }: Lease): Change {
  return slots.probe === null ? {} : { probe: { ...slots.probe, lease: { call, until } } };
}

/** The holder's request was at fault: the next call probes (S11). */
export function leftUndecided(slots: SlotsContext): Change {
  return slots.probe === null ? {} : { probe: { ...slots.probe, lease: null, undecided: true } };
}

/** The probed slot serves: it is home, led there by a probe (S11). */
export function proved(slots: SlotsContext, at: number): Change {
  if (slots.probe === null) return {};
  const records = withSlot(slots.slots, slots.probe.slot, withoutCooldown);
  return { ...homeMoved(slots, records, slots.probe.slot, at), probe: null, ledByProbe: true };
}

/** The probe leads nowhere: home serves on, entered anew, its count too (S9, S11). */
function probeEnded(at: number): Change {
  return { probe: null, served: 0, servingSince: at, ledByProbe: false };
}

/** The probed slot fails: it rests longer, and comes last on the ladder (S9, S10, S11). */
export function failedProbe(slots: SlotsContext, at: number, retryAfterMs?: number): Change {
  if (slots.probe === null) return {};
  const { slot } = slots.probe;
  const records = afterFailure(slots, { slot, retryAfterMs }, "failback", at);
  return { ...probeEnded(at), slots: withSlot(records, slot, { probedInVain: true }) };
}

/** An operator takes a slot out: home moves off it, a probe of it ends, neither with a cooldown (S14). */
export function disabled(slots: SlotsContext, at: number, slot: number): Change {
  const without: SlotsContext = { ...slots, slots: withSlot(slots.slots, slot, { disabled: true }) };
  if (slot === slots.home) return homeMoved(without, without.slots, slotBelow(without, slot, at), at);
  return { slots: without.slots, ...(slots.probe?.slot === slot && probeEnded(at)) };
}

/** An operator puts a slot back, its cooldown and growth forgotten (S14). */
export function enabled(slots: SlotsContext, slot: number): Change {
  return {
    slots: withSlot(slots.slots, slot, { ...withoutCooldown, failedAt: null, failedFailbacks: 0, disabled: false }),
  };
}

/** An operator starts over: the first enabled slot is home, what is in flight is stale (S14). */
export function reset(slots: SlotsContext, at: number): Change {
  const records = slots.slots.map(({ disabled }) => ({ ...freshSlot, disabled }));
  return { ...homeMoved(slots, records, firstEnabled(slots), at), probe: null };
}
