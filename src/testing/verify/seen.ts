import { isCooling, isExhausted } from "../../../machines/index.ts";
import type { Act, ExploredModel, Reached, World } from "../explore/product/index.ts";

/** A state of a model and its calls, as a rule of one's own looks at it. */
export interface VerifiedState {
  /** Milliseconds since the start. */
  readonly atMs: number;
  /** The credential that serves; `null` when exhausted. */
  readonly active: string | null;
  /** The credential that is being proved. */
  readonly probing: string | null;
  /** How often the active one has changed. */
  readonly epoch: number;
  /** Calls that count towards a failback. */
  readonly served: number;
  readonly credentials: readonly {
    readonly id: string;
    readonly disabled: boolean;
    /** Milliseconds until its rest is over; 0: it does not rest. */
    readonly coolingMs: number;
  }[];
  /** Calls in flight. */
  readonly calls: readonly {
    readonly id: string;
    /** The credential that its turn is on. */
    readonly credential: string;
    /** Attempts so far, retries among them. */
    readonly attempts: number;
    /** Credentials that had a turn of it. */
    readonly tried: readonly string[];
    /** Whether it waits before a retry. */
    readonly backingOff: boolean;
  }[];
}

/** How a state was reached: what somebody did, and what came of it. */
export interface VerifiedStep {
  readonly act: Act;
  readonly state: VerifiedState;
}

/** What a rule of one's own sees of a world. */
export function seen({ at, model, flights }: World, { credentials }: ExploredModel): VerifiedState {
  const slots = model.context;
  const idOf = (slot: number): string => credentials[slot] ?? "";
  return {
    atMs: at,
    active: isExhausted(slots) ? null : idOf(slots.home),
    probing: slots.probe === null ? null : idOf(slots.probe.slot),
    epoch: slots.epoch,
    served: slots.served,
    credentials: slots.slots.map(({ cooldownUntil, disabled }, slot) => ({
      id: idOf(slot),
      disabled,
      coolingMs: isCooling(slots, slot, at) ? (cooldownUntil ?? at) - at : 0,
    })),
    calls: flights.map(({ id, call, turns, backoffUntil }) => ({
      id,
      credential: idOf(call.context.turn?.slot ?? -1),
      attempts: call.context.attempt,
      tried: turns.map(idOf),
      backingOff: backoffUntil !== undefined,
    })),
  };
}

/** All steps from the start to a world. */
export function historyOf(reached: Reached, model: ExploredModel): readonly VerifiedStep[] {
  const steps: VerifiedStep[] = [];
  for (let each: Reached | undefined = reached; each?.act !== undefined; each = each.from) {
    steps.unshift({ act: each.act, state: seen(each.world, model) });
  }
  return steps;
}
