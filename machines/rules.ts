/**
 * What a call does next: the order of its turns, whether it retries, how long it backs off.
 *
 * Pure, and shared: the call machine is made of these rules, and so is the engine's hot path.
 */
import type { CredentialLevelClass, ErrorClass } from "./events.ts";
import { isEnabled, isExhausted, type SlotsContext, walkOrder } from "./slots.ts";

/** What one credential gets of a call: where it is, and under which epoch it begins. */
export interface Turn {
  readonly slot: number;
  /** The model's epoch when the turn began (S4). */
  readonly epoch: number;
  /** Whether it is its call's first. */
  readonly first: boolean;
  /** Whether home was passed over for a capability that it lacks (S27). */
  readonly routed: boolean;
  /** Whether the call is to take the probe's lease for it (S11). */
  readonly probes: boolean;
}

/** What a call has done so far, as far as the order of its turns depends on it. */
export interface CallProgress {
  /** Slots that had their turn. */
  readonly tried: readonly number[];
  /** Slots that can do what the call needs. @default all */
  readonly capable?: readonly boolean[] | undefined;
}

/** Nothing tried, nothing asked for. */
export const untouched: CallProgress = { tried: [] };

const isCapable = ({ capable }: CallProgress, slot: number): boolean => capable?.[slot] ?? true;

/** Whether the slot could still serve this call. */
function isOpen(slots: SlotsContext, call: CallProgress, slot: number): boolean {
  return isEnabled(slots, slot) && isCapable(call, slot) && !call.tried.includes(slot);
}

/** Whether another slot than `slot` could still serve this call. */
function othersAreUntried(slots: SlotsContext, call: CallProgress, slot: number): boolean {
  return slots.slots.some((_, each) => each !== slot && isOpen(slots, call, each));
}

function turnAt(slots: SlotsContext, call: CallProgress, slot: number, at: Pick<Turn, "first" | "probes">): Turn {
  const routed = slot !== slots.home && !isExhausted(slots) && !at.probes && !isCapable(call, slots.home);
  return { slot, epoch: slots.epoch, routed, ...at };
}

/** The next turn of a call that began: home's if it has not had one, else the rested, then the soonest (S21). */
export function nextTurn(slots: SlotsContext, call: CallProgress, at: number): Turn | undefined {
  const first = call.tried.length === 0;
  const slot = isOpen(slots, call, slots.home)
    ? slots.home
    : walkOrder(slots, at).find((each) => isOpen(slots, call, each));
  return slot === undefined ? undefined : turnAt(slots, call, slot, { first, probes: false });
}

/** The first turn of a call: the probed slot's while the lease is free, else home's, else as {@link nextTurn} (S11, S21). */
export function firstTurn(slots: SlotsContext, call: CallProgress, at: number): Turn | undefined {
  const { probe } = slots;
  if (probe !== null && probe.lease === null && isOpen(slots, call, probe.slot)) {
    return turnAt(slots, call, probe.slot, { first: true, probes: true });
  }
  return nextTurn(slots, call, at);
}

/** Whether a call that begins now is turned away: no slot serves, and this call probes none (S12). */
export function isRejected(slots: SlotsContext, onExhausted: "try" | "reject", turn: Turn | undefined): boolean {
  return turn === undefined || (onExhausted === "reject" && isExhausted(slots) && !turn.probes);
}

/** How often and how long one credential is tried again. Durations in milliseconds (S22). */
export interface RetryPolicy {
  readonly maxRetries: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** `full`: uniform in [0, cap), capped before the draw. */
  readonly jitter: "full" | "none";
}

/** An attempt that failed, as far as the retry depends on it. */
export interface FailedAttempt {
  readonly class: ErrorClass;
  /** The wait that the provider stated. */
  readonly retryAfterMs?: number | undefined;
  /** Whether the attempt's own timeout ended it. @default false */
  readonly timedOut?: boolean | undefined;
}

/**
 * How long to back off before the same credential is tried again.
 *
 * @param retries - Retries that this turn has had.
 * @param mayWait - Whether the turn may be retried at all: no other credential is untried, or it neither probes nor timed out.
 * @param random - Uniform in [0, 1).
 * @returns Milliseconds, or `undefined` when the turn is over (S22).
 */
export function retryDelayMs(
  policy: RetryPolicy,
  failure: FailedAttempt,
  retries: number,
  mayWait: boolean,
  random: () => number,
): number | undefined {
  if (failure.class !== "transient" || retries >= policy.maxRetries || !mayWait) return undefined;
  if (failure.retryAfterMs !== undefined) {
    return failure.retryAfterMs <= policy.maxDelayMs ? failure.retryAfterMs : undefined;
  }
  const capMs = Math.min(policy.baseDelayMs * 2 ** retries, policy.maxDelayMs);
  return policy.jitter === "full" ? random() * capMs : capMs;
}

/** Whether a failed attempt may be followed by another on the same credential (S22). */
export function mayRetry(slots: SlotsContext, call: CallProgress, turn: Turn, failure: FailedAttempt): boolean {
  return !((turn.probes || failure.timedOut === true) && othersAreUntried(slots, call, turn.slot));
}

/** The class of a call whose every credential failed, from how each one's turn ended (S24). */
export function classOfAll(classes: readonly ErrorClass[]): CredentialLevelClass {
  if (classes.includes("transient")) return "transient";
  if (classes.includes("quota_exceeded")) return "quota_exceeded";
  return classes.length > 0 && classes.every((each) => each === "auth") ? "auth" : "unknown";
}

/** How each turn ended, from the failed attempts in order: a retry's outcome replaces the one before it. */
export function turnEnds<Attempt extends { readonly class: ErrorClass }>(
  failures: readonly Attempt[],
  credentialOf: (failure: Attempt) => string | number,
): ErrorClass[] {
  return [...new Map(failures.map((failure) => [credentialOf(failure), failure.class])).values()];
}
