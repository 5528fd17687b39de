import { longestDelayMs, type SlotRecord, type SlotsContext } from "../../../machines/index.ts";
import type { FleetMember, FleetSeat } from "../../engine/fleet.ts";
import type { Cause } from "../../engine/slots-keeper.ts";
import { type Agreement, type Notes, slotsOf, viewOf, type Viewpoint } from "./local-view.ts";
import { rebase } from "./rebase.ts";
import type { SharedModel, StoredModel } from "./shared-model.ts";

/** What came of a write: it is done, or somebody else's was there before. */
export type Written =
  | { readonly kind: "done" }
  | {
      readonly kind: "refused";
      /** What is there; `undefined`: nothing. */
      readonly found: StoredModel | undefined;
      /** When credentials last served any replica, as far as the store was told. */
      readonly servedAt: ReadonlyMap<string, number>;
    };

/** What came of a claim: it is ours, another replica's, or about a model that is not as it was. */
export type Claimed = "ours" | "taken" | "outdated";

/** No write has this stamp: it asks what is there. */
export const noStamp = "?";

/** The way of one model's replica to the store that its fleet shares. All of it rejects while the store is away. */
export interface FleetLink {
  /** Name of this replica. */
  readonly replica: string;
  /** Whether the store answers. */
  readonly isConnected: boolean;
  /** What the store's time is ahead of the machine's clock, in milliseconds. */
  readonly aheadMs: number;
  /**
   * Puts a model in the place of the one with the stamp `expected`, and tells the other replicas.
   *
   * @param expected - `""`: of none. {@link noStamp} asks what is there.
   */
  write(model: SharedModel, expected: string): Promise<Written>;
  /** Claims a model's probe, unless another holds it or the model's stamp is another one. It ends by itself. */
  claimProbe(stamp: string): Promise<Claimed>;
  releaseProbe(): Promise<void>;
}

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

/** What takes a probe's lease while another replica makes it, or while it is not clear which one does. */
const heldForFleet = "fleet";

/** A claim of a probe ends after that unless its holder lives and says so. */
export const probeClaimMs = 3000;

/** A replica to which no call comes leaves the probe to the others. */
const longestIdleMs = 1000;

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
  let hasLeft = false;
  let writes = 0;
  let countedUntil = 0;
  let probe: "none" | "claiming" | "ours" | "theirs" | "over" = "none";
  let probeSince = 0;
  let partedAt = -Infinity;

  const viewpoint = (): Viewpoint => ({ replica: link.replica, ids, connections, aheadMs: link.aheadMs });

  function changed(before: SlotsContext, after: SlotsContext, cause: Cause): void {
    if (hasLeft) return;
    // What is taken over was learned by another replica.
    if (cause.event?.type !== "RESTORE") {
      takeNote(before, after, cause);
      if (isOther(before, after)) learn();
    }
    followProbe(before, after);
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
      while (mustWrite()) await writeOnce();
      await releaseWhatIsOver();
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
    const slots = member.read();
    const revision = (before?.shared.revision ?? 0) + 1;
    const stamp = `${revision}-${link.replica}-${(writes += 1)}`;
    const model = { ...viewOf(slots, notes, before, viewpoint()), revision, stamp };
    hasNews = false;
    const written = await link.write(model, isAlone ? noStamp : (before?.shared.stamp ?? ""));
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
    const before = member.read();
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

  function followProbe(before: SlotsContext, after: SlotsContext): void {
    if (before.probe?.slot === after.probe?.slot) return;
    if (probe !== "none") {
      // It is given back when the others can know how it ended: until then none of them begins another.
      probe = probe === "ours" ? "over" : "none";
      if (probe === "over") void write();
    }
    if (after.probe?.lease === null) void claim();
  }
  async function releaseWhatIsOver(): Promise<void> {
    if (probe !== "over") return;
    probe = "none";
    if (link.isConnected) await link.releaseProbe();
  }
  /** No call of this replica makes the probe before it is clear that none of another one does. */
  async function claim(): Promise<void> {
    probe = "claiming";
    probeSince = member.now();
    if (member.read().probe?.lease === null) member.holdProbe(heldForFleet, probeSince + longestDelayMs);
    const claimed = link.isConnected
      ? await link.claimProbe(agreed?.shared.stamp ?? "").catch(() => "unanswered" as const)
      : "unanswered";
    if (isClaiming()) answerClaim(claimed);
    else if (claimed === "ours") await link.releaseProbe().catch(() => undefined);
  }
  /** What was written while it was asked may have ended the probe. */
  const isClaiming = (): boolean => probe === "claiming";
  function answerClaim(claimed: Claimed | "unanswered"): void {
    if (claimed === "outdated") {
      isAlone = true;
      void write();
    }
    if (claimed === "ours") takeProbe("ours");
    else {
      probe = "theirs";
      probeAloneIfDue();
    }
  }
  /** While the store is away, what was claimed before by another replica may still go on. */
  function probeAloneIfDue(): void {
    if (!link.isConnected && member.now() - partedAt > probeClaimMs) takeProbe("none");
  }
  function takeProbe(by: "ours" | "none"): void {
    probe = by;
    probeSince = member.now();
    const slots = member.read();
    if (slots.probe?.lease?.call !== heldForFleet) return;
    member.adopt({ ...slots, at: member.now(), probe: { ...slots.probe, lease: null } }, link.replica);
  }
  function lookAfterProbe(): void {
    const waitedMs = member.now() - probeSince;
    if (probe === "theirs") {
      if (!link.isConnected) probeAloneIfDue();
      else if (waitedMs > longestIdleMs / 2) void claim();
    }
    if (probe !== "ours" || !link.isConnected || member.read().probe?.lease !== null) return;
    if (waitedMs <= longestIdleMs) return;
    member.holdProbe(heldForFleet, member.now() + longestDelayMs);
    probe = "theirs";
    // The others have their turn first.
    probeSince = member.now() + longestIdleMs;
    void link.releaseProbe().catch(() => undefined);
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
      } else isAlone = hasNews || isWriting || agreed !== undefined || knowsAnything(member.read());
      void write();
    },
    part: () => {
      partedAt = member.now();
      if (probe === "claiming") probe = "theirs";
    },
    tick: () => {
      if (hasNews || isAlone) void write();
      lookAfterProbe();
    },
    get holdsProbe() {
      return probe === "ours";
    },
    takeCounted: () => {
      const { served } = member.read();
      const counted = served < countedUntil ? served : served - countedUntil;
      countedUntil = served;
      return { era: agreed?.shared.era ?? 0, counted };
    },
    hearCount: (era, counted) => {
      const slots = member.read();
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
    leave: () => {
      hasLeft = true;
      if (probe === "ours") void link.releaseProbe().catch(() => undefined);
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
