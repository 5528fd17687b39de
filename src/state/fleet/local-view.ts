import type { SlotRecord, SlotsContext } from "../../../machines/index.ts";
import { freshSlot } from "../../../machines/slots.ts";
import type { SharedModel, SharedSlot, StoredModel } from "./shared-model.ts";

/** What one replica knows beside its machine, on the machine's clock. */
export interface Notes {
  /** Until when a credential's failures count no more. */
  readonly clearedAt: Map<string, number>;
  /** What an operator said last. */
  readonly words: Map<string, { readonly disabled: boolean; readonly at: number }>;
  movedAt: number;
  movedBy: string | null;
}

/** What a replica shared last, with the stamp of what the store held then, and what its machine knew. */
export interface Agreement {
  readonly shared: SharedModel;
  readonly slots: SlotsContext;
}

/** Who looks, and with which clocks. */
export interface Viewpoint {
  readonly replica: string;
  readonly ids: readonly string[];
  /** Fingerprints of the connections, by credential id. */
  readonly connections: ReadonlyMap<string, string>;
  /** What the store's time is ahead of the machine's clock. */
  readonly aheadMs: number;
}

/** What a replica knows, as a fleet shares it. What it does not know of stays as agreed. */
export function viewOf(
  slots: SlotsContext,
  notes: Notes,
  agreed: Agreement | undefined,
  { replica, ids, connections, aheadMs }: Viewpoint,
): SharedModel {
  const inStore = (at: number): number => Math.round(at + aheadMs);
  const timeOf = (at: number | null | undefined): number | null =>
    at === null || at === undefined ? null : inStore(at);
  const slotOf = (id: string, slot: number): SharedSlot => {
    const record = slots.slots[slot] ?? freshSlot;
    const word = notes.words.get(id);
    return {
      connection: connections.get(id) ?? "",
      cooldownUntil: timeOf(record.cooldownUntil),
      statedUntil: timeOf(record.statedUntil),
      failedAt: timeOf(record.failedAt),
      clearedAt: timeOf(notes.clearedAt.get(id)),
      failedFailbacks: record.failedFailbacks,
      probedInVain: record.probedInVain,
      word: word === undefined ? null : { disabled: word.disabled, at: inStore(word.at) },
    };
  };
  const own = Object.fromEntries(ids.map((id, slot) => [id, slotOf(id, slot)]));
  const { shared, slots: adopted } = agreed ?? { shared: undefined, slots: undefined };
  const hasMoved = adopted === undefined || adopted.home !== slots.home || adopted.epoch !== slots.epoch;
  const isServingAnew = hasMoved || adopted.servingSince !== slots.servingSince;
  const movedEpochs = adopted === undefined ? slots.epoch : slots.epoch - adopted.epoch;
  return {
    revision: shared?.revision ?? 0,
    stamp: shared?.stamp ?? "",
    by: replica,
    home: hasMoved ? (ids[slots.home] ?? null) : (shared?.home ?? null),
    epoch: (shared?.epoch ?? 0) + movedEpochs,
    era: (shared?.era ?? 0) + (isServingAnew ? 1 : 0),
    movedAt: hasMoved ? inStore(notes.movedAt) : (shared?.movedAt ?? 0),
    movedBy: hasMoved ? notes.movedBy : (shared?.movedBy ?? null),
    servingSince: isServingAnew ? inStore(slots.servingSince) : (shared?.servingSince ?? 0),
    ledByProbe: slots.ledByProbe,
    slots: { ...shared?.slots, ...own },
  };
}

/** What a replica's machine makes of what the fleet shares. A probe of its own that may go on does (S11). */
export function slotsOf(
  { model, storedAt }: StoredModel,
  before: SlotsContext,
  agreed: Agreement | undefined,
  { ids, connections, aheadMs }: Viewpoint,
  now: number,
): SlotsContext {
  const here = (at: number): number => at - aheadMs;
  // Two that reckon the store's time differ a little, and which came first must not change; more is a clock set back.
  const past = (at: number): number => (isLater(here(at), now) ? now : here(at));
  // As after a restart: a store whose clock was set back never lengthens a rest (S16).
  const endOf = (end: number | null): number | null =>
    end === null ? null : Math.min(here(end), now + Math.max(0, end - storedAt));
  const recordOf = (id: string, slot: number): SlotRecord => {
    const known = model.slots[id];
    const record = before.slots[slot] ?? freshSlot;
    if (known === undefined) return record;
    const disabled = known.word?.disabled ?? record.disabled;
    if (known.connection !== connections.get(id)) return { ...record, disabled };
    return {
      cooldownUntil: endOf(known.cooldownUntil),
      statedUntil: endOf(known.statedUntil),
      failedAt: known.failedAt === null ? null : past(known.failedAt),
      failedFailbacks: known.failedFailbacks,
      probedInVain: known.probedInVain,
      disabled,
    };
  };
  const slots = ids.map(recordOf);
  const home = homeHere(model.home, ids, slots, now);
  return {
    ...before,
    at: now,
    wakeAt: now,
    home,
    // It never falls, and stands for one home (I9).
    epoch: home === before.home ? Math.max(model.epoch, before.epoch) : Math.max(model.epoch, before.epoch + 1),
    served: home === before.home && model.era === agreed?.shared.era ? before.served : 0,
    servingSince: past(model.servingSince),
    ledByProbe: model.ledByProbe,
    probe: before.probe !== null && mayGoOn(before, slots, home) ? before.probe : null,
    slots,
  };
}

const isLater = (one: number, other: number): boolean => one > other + 1000;

/** A home that this replica does not have, or may not use, is for it the first that it can use. */
function homeHere(id: string | null, ids: readonly string[], slots: readonly SlotRecord[], now: number): number {
  if (id === null) return slots.length;
  const home = ids.indexOf(id);
  if (slots[home]?.disabled === false) return home;
  const usable = slots.flatMap(({ disabled }, slot) => (disabled ? [] : [slot]));
  return usable.find((slot) => (slots[slot]?.cooldownUntil ?? 0) <= now) ?? usable[0] ?? slots.length;
}

/** Whether nobody has answered the probe that is on: its slot is above home, in use, and has not failed since. */
function mayGoOn({ probe, slots: before }: SlotsContext, slots: readonly SlotRecord[], home: number): boolean {
  if (probe === null || probe.slot >= home) return false;
  const { disabled, failedAt } = slots[probe.slot] ?? freshSlot;
  const known = before[probe.slot]?.failedAt ?? null;
  return !disabled && (failedAt === null || (known !== null && !isLater(failedAt, known)));
}
