import { type SharedModel, type SharedSlot, standingFailureAt } from "./shared-model.ts";

/**
 * Failures of one slot that are no further apart tell the same: fifty calls on a key that dies, on twenty replicas whose
 * reckoning of the store's time differs a little.
 */
const sameFailureMs = 1000;

/** What one replica brings when it finds that others have written since it last agreed with them. */
export interface Rebased {
  /** What all of them know together. */
  readonly model: SharedModel;
  /** Whether the store lacks any of it that is worth a write. */
  readonly isNews: boolean;
}

/**
 * Puts what one replica has learned on top of what the fleet knows, as evidence: which slots failed when and until when
 * they rest, which served, what an operator said. Where it moved its own home counts for nothing by itself, nor does its
 * epoch: home moves if the evidence says that the fleet's home has failed, or that a better slot serves (S15).
 *
 * @param theirs - What the store holds.
 * @param mine - What the replica knows, in the store's time.
 * @param order - The ids of the credentials that the replica may use, by priority.
 * @param servedAt - When credentials last served any replica, as far as the store was told.
 * @param now - The store's time.
 */
export function rebase(
  theirs: SharedModel,
  mine: SharedModel,
  order: readonly string[],
  servedAt: ReadonlyMap<string, number>,
  now: number,
): Rebased {
  const ids = new Set([...Object.keys(theirs.slots), ...Object.keys(mine.slots)]);
  const slots = Object.fromEntries(
    Array.from(ids, (id) => [
      id,
      together(theirs.slots[id], stillTrue(mine.slots[id], theirs.slots[id], servedAt.get(id))),
    ]),
  );
  const home = homeOf(theirs, mine, slots, order, now);
  const moved = home !== theirs.home;
  const epoch = epochOf(theirs, mine, home);
  const isNews = epoch !== theirs.epoch || Array.from(ids).some((id) => tellsMore(theirs.slots[id], slots[id]));
  const probedInVain = Object.entries(slots).some(
    ([id, slot]) => slot.failedFailbacks > (theirs.slots[id]?.failedFailbacks ?? 0),
  );
  const model: SharedModel = {
    ...theirs,
    // Home's `serving` is entered anew (S9).
    ...(probedInVain && { era: theirs.era + 1, servingSince: Math.max(theirs.servingSince, mine.servingSince) }),
    ...(moved && {
      home,
      era: theirs.era + 1,
      movedAt: now,
      movedBy: mine.by,
      servingSince: now,
      ledByProbe: home === mine.home && mine.ledByProbe,
    }),
    epoch,
    slots,
  };
  return { model, isNews };
}

/** A failure that the store has not heard of, of a credential that has served others since, is no evidence any more. */
function stillTrue(
  mine: SharedSlot | undefined,
  theirs: SharedSlot | undefined,
  servedAt: number | undefined,
): SharedSlot | undefined {
  const failedAt = standingFailureAt(mine);
  const isOutdated =
    failedAt !== null && servedAt !== undefined && servedAt > failedAt && standingFailureAt(theirs) === null;
  return mine !== undefined && isOutdated ? { ...mine, clearedAt: servedAt } : mine;
}

/** What two know of a slot together: the later end among the failures that are not older than its last success. */
function together(theirs: SharedSlot | undefined, mine: SharedSlot | undefined): SharedSlot {
  const [one, other] = mine === undefined || theirs === undefined ? [theirs ?? mine] : ofOneConnection(theirs, mine);
  if (one === undefined) throw new TypeError("A slot that nobody knows");
  const clearedAt = latest(one.clearedAt, other?.clearedAt ?? null);
  const counting = [one, other].filter(
    (slot) => slot !== undefined && standingFailureAt({ ...slot, clearedAt }) !== null,
  ) as SharedSlot[];
  const last = counting.toSorted((a, b) => (b.failedAt ?? 0) - (a.failedAt ?? 0))[0];
  return {
    connection: one.connection,
    cooldownUntil: latest(...counting.map((slot) => slot.cooldownUntil)),
    statedUntil: latest(...counting.map((slot) => slot.statedUntil)),
    failedAt: last?.failedAt ?? null,
    clearedAt,
    failedFailbacks: Math.max(0, ...counting.map((slot) => slot.failedFailbacks)),
    probedInVain: last?.probedInVain ?? false,
    word: laterWord(theirs?.word ?? null, mine?.word ?? null),
  };
}

/** With another key it is another credential, of which the older says nothing. */
function ofOneConnection(theirs: SharedSlot, mine: SharedSlot): readonly [SharedSlot, SharedSlot?] {
  if (theirs.connection === mine.connection) return [theirs, mine];
  const touchedAt = ({ failedAt, clearedAt }: SharedSlot): number => latest(failedAt, clearedAt) ?? -Infinity;
  return [touchedAt(mine) > touchedAt(theirs) ? mine : theirs];
}

function laterWord(theirs: SharedSlot["word"], mine: SharedSlot["word"]): SharedSlot["word"] {
  return mine !== null && (theirs === null || mine.at > theirs.at) ? mine : theirs;
}

function latest(...times: readonly (number | null)[]): number | null {
  const told = times.filter((each) => each !== null);
  return told.length === 0 ? null : Math.max(...told);
}

function homeOf(
  theirs: SharedModel,
  mine: SharedModel,
  slots: SharedModel["slots"],
  order: readonly string[],
  now: number,
): string | null {
  const rank = (id: string | null): number => (id === null ? order.length : order.indexOf(id));
  // Its configuration does not have it: where that leaves the fleet is for those to say that do.
  if (rank(theirs.home) < 0) return theirs.home;
  const better = mine.home;
  const hasRisen =
    better !== null &&
    rank(better) < rank(theirs.home) &&
    mine.movedAt > theirs.movedAt &&
    standingFailureAt(slots[better]) === null &&
    !isOut(slots[better]);
  if (hasRisen) return better;
  if (theirs.home === null) return null;
  const gaveOut = isOut(slots[theirs.home]) || failsAnew(theirs.slots[theirs.home], slots[theirs.home]);
  return gaveOut ? nextBelow(theirs.home, slots, order, now) : theirs.home;
}

/**
 * Calls in flight hold their epoch against their replica's: in none of them may it fall, or stand for two homes (S4, I9).
 * So what a lone replica has used up is passed over; that decides nothing about who serves.
 */
function epochOf(theirs: SharedModel, mine: SharedModel, home: string | null): number {
  const moved = home === theirs.home ? theirs.epoch : theirs.epoch + 1;
  if (home === mine.home) return Math.max(moved, mine.epoch);
  return Math.max(moved, mine.epoch + 1);
}

const isOut = (slot: SharedSlot | undefined): boolean => slot?.word?.disabled === true;

/** Whether a slot has failed as the store does not know yet. */
function failsAnew(theirs: SharedSlot | undefined, merged: SharedSlot | undefined): boolean {
  const failedAt = standingFailureAt(merged);
  return failedAt !== null && failedAt > (standingFailureAt(theirs) ?? -Infinity) + sameFailureMs;
}

/** Where home moves to when a slot gives out: as in one machine, the rested before the cooling (S3). */
function nextBelow(id: string, slots: SharedModel["slots"], order: readonly string[], now: number): string | null {
  const below = order.slice(order.indexOf(id) + 1).filter((each) => !isOut(slots[each]));
  return below.find((each) => (slots[each]?.cooldownUntil ?? 0) <= now) ?? below[0] ?? null;
}

/** Whether what is known together says more of a slot than the store does. */
function tellsMore(theirs: SharedSlot | undefined, merged: SharedSlot | undefined): boolean {
  if (theirs === undefined || merged === undefined) return theirs !== merged;
  const isLater = (end: "cooldownUntil" | "statedUntil"): boolean =>
    (merged[end] ?? -Infinity) > (theirs[end] ?? -Infinity) + sameFailureMs;
  const isCleared = standingFailureAt(theirs) !== null && standingFailureAt(merged) === null;
  return (
    theirs.connection !== merged.connection ||
    theirs.word?.at !== merged.word?.at ||
    merged.failedFailbacks > theirs.failedFailbacks ||
    isCleared ||
    isLater("cooldownUntil") ||
    isLater("statedUntil")
  );
}
