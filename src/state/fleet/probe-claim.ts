import { longestDelayMs, type SlotsContext } from "../../../machines/index.ts";
import type { FleetMember } from "../../engine/fleet.ts";
import { type Claimed, type FleetLink, probeClaimMs } from "./fleet-link.ts";

/** One replica's part in the probes of its fleet: of those for which one is due, a single one makes it (S15). */
export interface ProbeClaim {
  /** Whether this replica holds it. */
  readonly isOurs: boolean;
  /** Whether its probe has ended, and the claim is not given back yet. */
  readonly isOver: boolean;
  /** Goes along with a change of what the machine knows. */
  follow(before: SlotsContext, after: SlotsContext): void;
  /** Gives the claim of a probe that has ended back. To be called when the others can know how it ended. */
  releaseWhatIsOver(): Promise<void>;
  /** The store is away. */
  part(): void;
  /** The store answers again, or it is another one. */
  rejoin(): void;
  /** Looks after what waits. */
  tick(): void;
  /** Makes no probe any more. */
  end(): void;
}

/** What a claim needs of the seat that it belongs to. */
export interface ClaimingSeat {
  /** The stamp of what was agreed on last. */
  stamp(): string;
  /** A probe of this replica's has ended: that is to be told before the claim is given back. */
  onOver(): void;
  /** The model is not as it was agreed on. */
  onOutdated(): void;
}

/** What takes a probe's lease while another replica makes it, or while it is not clear which one does. */
const heldForFleet = "fleet";

/** A replica to which no call comes leaves the probe to the others. */
const longestIdleMs = 1000;

/**
 * Follows the probes of a model's machine.
 *
 * Nothing that the machine knows says whose a probe is: a free lease is the next call's. So the lease is held back from
 * the moment at which a probe is due until it is clear that this replica makes it, and again whenever that is not clear
 * any more.
 */
export function createProbeClaim(member: FleetMember, link: FleetLink, seat: ClaimingSeat): ProbeClaim {
  /** `none`: no probe is on, or this replica makes it without the others. */
  let state: "none" | "claiming" | "ours" | "theirs" | "over" = "none";
  let since = -Infinity;
  let partedAt = member.now();
  let latestClaim = 0;
  let hasEnded = false;

  const isFree = (): boolean => member.current().probe?.lease === null;

  /** Keeps this replica's calls from a probe of which it is not clear that it is theirs to make. */
  function holdBack(): void {
    if (!isFree()) return;
    // A claim that cannot be renewed is another replica's before long.
    if (state === "ours" && !link.isConnected) state = "theirs";
    if (state === "claiming" || state === "theirs") member.holdProbe(heldForFleet, member.now() + longestDelayMs);
  }
  function leaveToOthers(): void {
    state = "theirs";
    holdBack();
  }
  function follow(before: SlotsContext, after: SlotsContext): void {
    if (hasEnded) return;
    // A call of ours may have left it undecided.
    if (before.probe?.slot === after.probe?.slot) return holdBack();
    if (state !== "none") {
      // It is given back when the others can know how it ended: until then none of them begins another.
      state = state === "ours" ? "over" : "none";
      if (state === "over") seat.onOver();
    }
    if (after.probe?.lease === null) claim();
  }
  function claim(): void {
    state = "claiming";
    since = member.now();
    holdBack();
    if (link.isConnected) void ask();
    else answer("unanswered");
  }
  async function ask(): Promise<void> {
    const number = (latestClaim += 1);
    const claimed = await link.claimProbe(seat.stamp()).catch(() => "unanswered" as const);
    // The answer to a later one is on its way: what this one brought is that one's by now.
    if (number !== latestClaim) return;
    if (isClaiming()) answer(claimed);
    else if (claimed === "ours") await link.releaseProbe().catch(() => undefined);
  }
  /** What was written while it was asked may have ended the probe. */
  const isClaiming = (): boolean => state === "claiming";
  function answer(claimed: Claimed | "unanswered"): void {
    if (claimed === "ours") return take("ours");
    state = "theirs";
    if (claimed === "outdated") seat.onOutdated();
    probeAloneIfDue();
  }
  /** While the store is away, what was claimed before by another replica may still go on. */
  function probeAloneIfDue(): void {
    if (!link.isConnected && member.now() - partedAt > probeClaimMs) take("none");
  }
  function take(by: "ours" | "none"): void {
    state = by;
    since = member.now();
    const slots = member.current();
    if (slots.probe?.lease?.call !== heldForFleet) return;
    member.adopt({ ...slots, at: member.now(), probe: { ...slots.probe, lease: null } }, link.replica);
  }
  /** The others have their turn first. */
  function passOn(): void {
    leaveToOthers();
    since = member.now() + longestIdleMs;
    void link.releaseProbe().catch(() => undefined);
  }
  /** Whoever had claimed the probe that is on, it has to be claimed now. */
  function startOver(): void {
    if (hasEnded || member.current().probe === null) return;
    leaveToOthers();
    since = -Infinity;
  }

  // One that was under way when this configuration took another's place.
  startOver();
  return {
    get isOurs() {
      return state === "ours";
    },
    get isOver() {
      return state === "over";
    },
    follow,
    releaseWhatIsOver: async () => {
      if (state !== "over") return;
      state = "none";
      if (link.isConnected) await link.releaseProbe();
    },
    part: () => {
      partedAt = member.now();
      if (state === "claiming") state = "theirs";
      holdBack();
    },
    rejoin: startOver,
    tick: () => {
      const waitedMs = member.now() - since;
      if (state === "theirs" && !link.isConnected) probeAloneIfDue();
      else if (state === "theirs" && waitedMs > longestIdleMs / 2) claim();
      else if (state === "ours" && waitedMs > longestIdleMs && isFree()) passOn();
    },
    end: () => {
      if (state === "ours" || state === "over") void link.releaseProbe().catch(() => undefined);
      state = "none";
      latestClaim += 1;
      hasEnded = true;
    },
  };
}
