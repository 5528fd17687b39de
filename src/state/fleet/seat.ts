import type { SlotRecord, SlotsContext } from "../../../machines/index.ts";
import type { FleetMember, FleetSeat } from "../../engine/fleet.ts";
import type { Cause } from "../../engine/slots-keeper.ts";
import { type FleetLink, noStamp } from "./fleet-link.ts";
import { type Agreement, type Notes, slotsOf, viewOf, type Viewpoint } from "./local-view.ts";
import { createProbeClaim } from "./probe-claim.ts";
import { rebase } from "./rebase.ts";
import type { SharedModel, StoredModel } from "./shared-model.ts";

/** A seat, as the store sees it. */
export interface SharingSeat extends FleetSeat {
  /** Takes what another replica has written. `read`: the store holds this now, not only then. */
  hear(found: StoredModel, how: "told" | "read"): void;
  /**
   * The store answers again, or it is another one: what was learned alone is put on top of what it knows.
   *
   * @param found - What it holds now; `undefined`: nothing.
   */
  rejoin(found: StoredModel | undefined): void;
  /** The store is away: this replica goes on alone. */
  part(): void;
  /** Looks after what waits; the store calls it a few times a second, whether it answers or not. */
  tick(): void;
  /** Whether this replica holds its model's probe. */
  readonly holdsProbe: boolean;
  /** Calls served since the last look that count towards a failback, and of which era (S8). */
  takeCounted(): { readonly era: number; readonly counted: number };
  /** Takes what the whole fleet has served in an era. */
  hearCount(era: number, counted: number): void;
}

/**
 * Gives a model its place among the replicas that share a store.
 *
 * Writing is optimistic: what the machine knows takes the place of what was agreed, and if another replica was there
 * first, it is put on top of what that one wrote ({@link rebase}). So the store's order of writes is the fleet's, and all
 * that a replica has to remember is what it agreed on last and whether it has learned something since.
 */
export function createSeat(
  member: FleetMember,
  link: FleetLink,
  connections: ReadonlyMap<string, string>,
): SharingSeat {
  const { ids } = member;
  const notes: Notes = { clearedAt: new Map(), words: new Map(), movedAt: member.now(), movedBy: null };
  let agreed: Agreement | undefined;
  let hasNews = false;
  /** Whether what it learned since was learned without the others. */
  let isAlone = true;
  let isWriting = false;
  let isReadable = true;
  let hasLeft = false;
  let writes = 0;
  let countedUntil = 0;
  const probe = createProbeClaim(member, link, {
    stamp: () => (isReadable ? (agreed?.shared.stamp ?? "") : noStamp),
    onOver: () => void write(),
    onOutdated: () => {
      isAlone = true;
      void write();
    },
  });

  const viewpoint = (): Viewpoint => ({ replica: link.replica, ids, connections, aheadMs: link.aheadMs });

  function changed(before: SlotsContext, after: SlotsContext, cause: Cause): void {
    if (hasLeft) return;
    // What is taken over was learned by another replica.
    if (cause.event?.type !== "RESTORE") {
      takeNote(before, after, cause);
      if (isOther(before, after)) learn();
    }
    probe.follow(before, after);
  }
  /** What the machine does not keep: since when a credential serves, what an operator said, who moved home. */
  function takeNote(before: SlotsContext, after: SlotsContext, { event }: Cause): void {
    const { at } = after;
    const clear = (id: string): unknown => notes.clearedAt.set(id, at);
    if (event?.type === "RESET") ids.forEach(clear);
    if (event !== undefined && "slot" in event) {
      const id = ids[event.slot] ?? "";
      if (event.type === "SUCCESS" || event.type === "ENABLE") clear(id);
      if (event.type === "DISABLE" || event.type === "ENABLE") {
        notes.words.set(id, { disabled: event.type === "DISABLE", at });
      }
    }
    if (before.epoch === after.epoch) return;
    notes.movedAt = at;
    notes.movedBy = link.replica;
  }

  function learn(): void {
    hasNews = true;
    if (!link.isConnected) isAlone = true;
    void write();
  }
  const mustWrite = (): boolean => (hasNews || isAlone) && link.isConnected && !hasLeft;
  async function write(): Promise<void> {
    if (isWriting) return;
    isWriting = true;
    try {
      while (mustWrite() || probe.isOver) {
        if (mustWrite()) await writeOnce();
        else await probe.releaseWhatIsOver();
        // Asked again at once, it would be no other.
        if (!isReadable) break;
      }
    } catch {
      // The store is away: what was learned is brought when it is back.
      hasNews = true;
      isAlone = true;
    } finally {
      isWriting = false;
    }
  }
  async function writeOnce(): Promise<void> {
    const before = agreed;
    const slots = member.current();
    const revision = (before?.shared.revision ?? 0) + 1;
    const stamp = `${revision}-${link.replica}-${(writes += 1)}`;
    const model = { ...viewOf(slots, notes, before, viewpoint()), revision, stamp };
    hasNews = false;
    const written = await link.write(model, isAlone ? noStamp : (before?.shared.stamp ?? ""));
    isReadable = written.kind !== "unreadable";
    if (written.kind === "unreadable") {
      hasNews = true;
      isAlone = true;
      return;
    }
    // What others wrote meanwhile may have been heard of before the answer: it is met already.
    const isLate = agreed !== before;
    if (written.kind === "done") {
      if (!isLate) agreed = { shared: model, slots };
      return;
    }
    isAlone = false;
    if (written.found !== undefined) {
      if (!isLate || written.found.model.revision > revisionOf(agreed)) meet(written.found, written.servedAt);
      return;
    }
    // The store begins anew: whoever comes first tells what it knows, unless that is nothing.
    agreed = undefined;
    hasNews ||= tellsAnything(model);
  }
  /** Goes on from what the store holds, with what is learned here put on top of it. */
  function meet({ model: theirs, storedAt }: StoredModel, servedAt: ReadonlyMap<string, number> = new Map()): void {
    const before = member.current();
    const mine = viewOf(before, notes, agreed, viewpoint());
    // One that an operator took out is out for all; one that the configuration takes out is out for this replica.
    const isMine = (id: string, slot: number): boolean =>
      before.slots[slot]?.disabled === false || notes.words.has(id) || (theirs.slots[id]?.word ?? null) !== null;
    const inUse = ids.filter(isMine);
    const storeTime = Math.round(member.now() + link.aheadMs);
    const { model, isNews } = rebase(theirs, mine, inUse, servedAt, storeTime);
    const after = slotsOf({ model, storedAt }, before, agreed, viewpoint(), member.now());
    remember(model);
    agreed = { shared: model, slots: after };
    hasNews = isNews;
    if (isOther(before, after) || before.probe !== after.probe) member.adopt(after, model.movedBy ?? model.by);
  }
  function remember({ slots, movedAt, movedBy }: SharedModel): void {
    for (const id of ids) {
      const { clearedAt = null, word = null } = slots[id] ?? {};
      if (clearedAt !== null) notes.clearedAt.set(id, clearedAt - link.aheadMs);
      if (word !== null) notes.words.set(id, { disabled: word.disabled, at: word.at - link.aheadMs });
    }
    notes.movedAt = movedAt - link.aheadMs;
    notes.movedBy = movedBy;
  }

  return {
    changed,
    hear: (found, how) => {
      if (hasLeft || found.model.stamp === agreed?.shared.stamp) return;
      if (how === "told" && found.model.revision <= revisionOf(agreed)) return;
      // An answer is on its way that may be newer.
      if (how === "read" && isWriting) isAlone = true;
      else meet(found);
      void write();
    },
    rejoin: (found) => {
      // Who has nothing to bring need not ask: after a start of hundreds of models that is most of them.
      if (found !== undefined && !hasNews && !isWriting) {
        isAlone = false;
        meet(found);
      } else isAlone = hasNews || isWriting || agreed !== undefined || knowsAnything(member.current());
      probe.rejoin();
      void write();
    },
    part: () => probe.part(),
    tick: () => {
      if (hasNews || isAlone || probe.isOver) void write();
      probe.tick();
    },
    get holdsProbe() {
      return probe.isOurs;
    },
    takeCounted: () => {
      const { served } = member.current();
      const counted = served < countedUntil ? served : served - countedUntil;
      countedUntil = served;
      return { era: agreed?.shared.era ?? 0, counted };
    },
    hearCount: (era, counted) => {
      const slots = member.current();
      const enough = slots.policy.requests - 1;
      if (era !== agreed?.shared.era || enough < 0 || counted < enough || slots.served >= enough) return;
      countedUntil = enough;
      member.adopt({ ...slots, at: member.now(), served: enough }, link.replica);
    },
    standing: () => ({
      replica: link.replica,
      connected: link.isConnected,
      agrees: link.isConnected && !hasNews && !isAlone && !isWriting,
      movedBy: agreed?.shared.movedBy ?? notes.movedBy,
      revision: revisionOf(agreed),
    }),
    retire: () => probe.end(),
    leave: () => {
      hasLeft = true;
      probe.end();
    },
  };
}

function revisionOf(agreed: Agreement | undefined): number {
  return agreed?.shared.revision ?? 0;
}

/** Whether another replica has something to learn: not of one more call served, nor of a probe that has only begun. */
function isOther(before: SlotsContext, after: SlotsContext): boolean {
  return (
    before.home !== after.home ||
    before.epoch !== after.epoch ||
    before.servingSince !== after.servingSince ||
    after.slots.some((record, slot) => !isSameRecord(record, before.slots[slot]))
  );
}

function isSameRecord(record: SlotRecord, other: SlotRecord | undefined): boolean {
  return (
    record === other ||
    (record.cooldownUntil === other?.cooldownUntil &&
      record.statedUntil === other.statedUntil &&
      record.failedAt === other.failedAt &&
      record.failedFailbacks === other.failedFailbacks &&
      record.probedInVain === other.probedInVain &&
      record.disabled === other.disabled)
  );
}

function knowsAnything({ epoch, slots }: SlotsContext): boolean {
  return epoch > 0 || slots.some(({ failedAt }) => failedAt !== null);
}

function tellsAnything({ epoch, slots }: SharedModel): boolean {
  return epoch > 0 || Object.values(slots).some(({ failedAt, word }) => failedAt !== null || word !== null);
}
