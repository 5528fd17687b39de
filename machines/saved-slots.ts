import { isEnabled, type SlotRecord, type SlotsContext } from "./slots.ts";

/** A cooldown's end as it is saved: on the wall clock, and what remained at the save. */
interface SavedEnd {
  /** Epoch milliseconds. */
  readonly endsAt: number;
  /** Negative when it had ended. */
  readonly remainingMs: number;
}

interface SavedSlot {
  readonly id: string;
  readonly cooldown: SavedEnd | null;
  readonly stated: SavedEnd | null;
  /** How long ago it last failed, in milliseconds at the save. */
  readonly failedAgoMs: number | null;
  readonly failedFailbacks: number;
  readonly probedInVain: boolean;
  readonly disabled: boolean;
}

/** One model's state as it is saved: plain JSON, by credential id, free of the machine's own clock (S16). */
export interface SavedSlots {
  readonly version: 1;
  /** When it was saved, in epoch milliseconds. */
  readonly savedAt: number;
  /** Id of the credential that serves; `null` when exhausted. */
  readonly home: string | null;
  readonly epoch: number;
  readonly served: number;
  /** For how long home has served, in milliseconds at the save. */
  readonly servingForMs: number;
  readonly ledByProbe: boolean;
  readonly probe: { readonly slot: string; readonly undecided: boolean } | null;
  readonly slots: readonly SavedSlot[];
}

/** The two clocks at one instant: the machine's monotonic one and the wall's, both in milliseconds. */
export interface Instant {
  readonly at: number;
  readonly wallAt: number;
}

/** Writes down what a machine knows (S16). `ids` names its slots in order. */
export function saveSlots(slots: SlotsContext, ids: readonly string[], { at, wallAt }: Instant): SavedSlots {
  const end = (until: number | null): SavedEnd | null =>
    until === null ? null : { endsAt: wallAt + until - at, remainingMs: until - at };
  const idOf = (slot: number): string => ids[slot] ?? String(slot);
  return {
    version: 1,
    savedAt: wallAt,
    home: slots.home < ids.length ? idOf(slots.home) : null,
    epoch: slots.epoch,
    served: slots.served,
    servingForMs: at - slots.servingSince,
    ledByProbe: slots.ledByProbe,
    probe: slots.probe && { slot: idOf(slots.probe.slot), undecided: slots.probe.undecided },
    slots: slots.slots.map((record, slot) => ({
      id: idOf(slot),
      cooldown: end(record.cooldownUntil),
      stated: end(record.statedUntil),
      failedAgoMs: record.failedAt === null ? null : at - record.failedAt,
      failedFailbacks: record.failedFailbacks,
      probedInVain: record.probedInVain,
      disabled: record.disabled,
    })),
  };
}

/** The next credential below a home that is gone, in the order in which they were saved (S16). */
function heirOf(saved: SavedSlots, slots: SlotsContext, slotOf: ReadonlyMap<string, number>): number {
  const home = saved.slots.findIndex(({ id }) => id === saved.home);
  const heirs = saved.slots.slice(home + 1).flatMap(({ id }) => slotOf.get(id) ?? []);
  return heirs.find((slot) => isEnabled(slots, slot)) ?? slots.slots.length;
}

/**
 * Makes what a machine knows from what was saved, for a `RESTORE` event.
 *
 * Time down counts, and a clock set back never lengthens a rest. Credentials are found by id: one that is gone is dropped,
 * a new one starts fresh. The claim of a probe is released (S16).
 *
 * @param start - What a fresh machine of the present configuration knows.
 * @param ids - The present credentials' ids, in priority order.
 */
export function restoreSlots(
  saved: SavedSlots,
  start: SlotsContext,
  ids: readonly string[],
  { at, wallAt }: Instant,
): SlotsContext {
  const downMs = Math.max(0, wallAt - saved.savedAt);
  const end = (savedEnd: SavedEnd | null): number | null => {
    if (savedEnd === null) return null;
    const { endsAt, remainingMs } = savedEnd;
    return at + (remainingMs > 0 ? Math.min(Math.max(endsAt - wallAt, 0), remainingMs) : remainingMs - downMs);
  };
  const savedById = new Map(saved.slots.map((each) => [each.id, each]));
  const slotOf = new Map(ids.map((id, slot) => [id, slot]));
  const records = start.slots.map((fresh, slot): SlotRecord => {
    const known = savedById.get(ids[slot] ?? "");
    if (known === undefined) return fresh;
    return {
      cooldownUntil: end(known.cooldown),
      statedUntil: end(known.stated),
      failedAt: known.failedAgoMs === null ? null : at - known.failedAgoMs - downMs,
      failedFailbacks: known.failedFailbacks,
      probedInVain: known.probedInVain,
      disabled: known.disabled || fresh.disabled,
    };
  });

  const restored: SlotsContext = { ...start, at, wakeAt: at, slots: records };
  const savedHome = saved.home === null ? records.length : slotOf.get(saved.home);
  const stays = savedHome !== undefined && (savedHome === records.length || isEnabled(restored, savedHome));
  const home = stays ? savedHome : heirOf(saved, restored, slotOf);
  const probed = saved.probe === null ? undefined : slotOf.get(saved.probe.slot);
  const probeStays = probed !== undefined && probed < home && isEnabled(restored, probed);
  return {
    ...restored,
    // Home moved on the way: who was probed in vain for the one before is forgotten (S9).
    slots: stays ? records : records.map((record) => ({ ...record, probedInVain: false })),
    home,
    epoch: saved.epoch + (stays ? 0 : 1),
    served: stays ? saved.served : 0,
    servingSince: stays ? at - saved.servingForMs - downMs : at,
    ledByProbe: stays && saved.ledByProbe,
    probe: probeStays ? { slot: probed, lease: null, undecided: saved.probe?.undecided === true } : null,
  };
}
