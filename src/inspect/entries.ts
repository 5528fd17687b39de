import type { FailbackPolicy } from "../../machines/index.ts";
import type {
  AttemptEvent,
  ChangeEvent,
  Move,
  ProbeEvent,
  SettledEvent,
  SettledFailure,
} from "../engine/model-events.ts";

/**
 * What the inspector tells, as plain JSON: ids, classes, rules, counts and times. There is no key, no address, no body and
 * no word of an upstream's in it. Times are milliseconds since 1970.
 */
export type FeedEntry = ShapeEntry | GoneEntry | StateEntry | ChangeEntry | MoveEntry | ProbeEntry | CallEntry;

interface Numbered {
  /** Counts from 1 without a gap. */
  readonly number: number;
  readonly at: number;
  readonly model: string;
}

/** A model came, or goes on under another configuration. */
export interface ShapeEntry extends Numbered, ModelShape {
  readonly type: "shape";
}

/** A model was taken away. */
export interface GoneEntry extends Numbered {
  readonly type: "gone";
}

/** How a model's machine stands from now on. It follows the move that led there, if it was one. */
export interface StateEntry extends Numbered {
  readonly type: "state";
  readonly state: ModelState;
}

/** A machine changed, with all that it takes to run it through that again. It comes before the move that it is. */
export interface ChangeEntry extends Numbered, Told<ChangeEvent> {
  readonly type: "change";
}

/** Home moved. */
export interface MoveEntry extends Numbered, Told<Move> {
  readonly type: "failover" | "failback" | "exhausted";
}

/** A probe began or ended. */
export interface ProbeEntry extends Numbered, Told<ProbeEvent> {
  readonly type: "probe";
}

/** A call ended, with all its attempts. */
export interface CallEntry extends Numbered, Omit<Told<SettledEvent>, "failures" | "attempts"> {
  readonly type: "call";
  /** What was sent, in order; fewer than `attemptCount` where the record of some was lost for want of room. */
  readonly attempts: readonly CallAttempt[];
  readonly attemptCount: number;
  /** What failed after the answer had begun to be handed on (S25). */
  readonly lateFailure?: SettledFailure | undefined;
}

/** One exchange of a call. */
export interface CallAttempt extends Pick<
  AttemptEvent,
  "credential" | "outcome" | "rule" | "status" | "isStream" | "durationMs"
> {
  /** From the call's start. What lies between an attempt's end and the next one's start was backoff. */
  readonly startMs: number;
}

/** An event without the fields that every entry has. */
type Told<Event> = Omit<Event, "model">;

/** What of a model only its configuration changes. */
export interface ModelShape {
  readonly kind: string;
  /** In order of priority. */
  readonly credentials: readonly CredentialShape[];
  readonly failback: FailbackPolicy;
}

/** Whom a credential reaches. */
export interface CredentialShape {
  readonly id: string;
  readonly provider: string;
  /** The model's name there. */
  readonly upstreamModel: string;
}

/** How a model's machine stands at a moment. */
export interface ModelState {
  /** As in `s1.serving`, `s0.probing`, `exhausted`. */
  readonly name: string;
  /** Ids of credentials; `null`: exhausted, no probe. */
  readonly active: string | null;
  readonly probing: string | null;
  readonly epoch: number;
  readonly disabled: readonly string[];
  /** When each cooldown that is running ends, by credential. */
  readonly coolingUntil: Readonly<Record<string, number>>;
  /** When the next failback or probe is due by the clock; `null`: none is. */
  readonly nextProbeAt: number | null;
}

/** What a model's calls and credentials did lately. */
export interface ModelTraffic {
  readonly model: string;
  /** Calls that ended a second, on the mean of the last ten. */
  readonly callsPerSecond: number;
  /** The part of them that were not served, 0 to 1. */
  readonly unservedShare: number;
  /** Attempts a second, by credential in order of priority. */
  readonly attemptsPerSecond: readonly number[];
  /** Those of them that were no success. */
  readonly failedPerSecond: readonly number[];
  /** Calls served by home that count towards a failback (S8). */
  readonly served: number;
}

/** A model as it stands now. */
export interface ModelPresent extends ModelShape, ModelTraffic {
  readonly state: ModelState;
  /** Calls of each half-minute of the last hour, the oldest first: those that were served, and the others. */
  readonly servedCalls: readonly number[];
  readonly unservedCalls: readonly number[];
}
