import type { ErrorClass } from "../../../machines/index.ts";
import type { Departure } from "./departures.ts";
import type { RowSettings } from "./vectors.ts";

/** How one credential answers, if it is asked. */
export type Outcome =
  | "ok"
  | {
      /** Of a stream: what it yields before it ends, or fails. */
      readonly items?: readonly string[];
      readonly error?: string;
      /** Whether the stream fails when it is opened. */
      readonly open_error?: boolean;
    };

export type CallKind = "call" | "stream" | "media";

/** A row about several credentials that stand in for each other. */
export interface RingRow extends RowSettings {
  readonly id: string;
  /** @default `cred-0`, `cred-1`, … */
  readonly credential_ids?: readonly string[];
  /** Which credential can do what a media call needs. */
  readonly supports?: readonly boolean[];
}

/** How a turn of a call that failed whole ended. */
export interface TurnError {
  readonly id: string;
  readonly class: ErrorClass;
  readonly message: string;
  readonly idx: number;
}

/** How a call went. */
export interface CallAnswer {
  /** Slots, in the order in which they were tried. */
  readonly attempts: readonly number[];
  readonly result: {
    readonly type: string;
    readonly served_by?: number | undefined;
    readonly class?: ErrorClass | undefined;
    readonly message?: string;
    readonly from_idx?: number | undefined;
    readonly errors?: readonly TurnError[];
  };
  readonly items?: readonly string[];
}

/** A call that has begun. */
export interface RingCall {
  /** The slot that its present attempt is on. */
  readonly inFlight: number | undefined;
  /** Set when it has ended. */
  readonly answer: CallAnswer | undefined;
}

export const ringDepartures: readonly Departure[] = [
  "evidenceMovesHome",
  "proofBeforeFailback",
  "staleIsDropped",
  "timers",
  "noStarvation",
  "restedFirst",
  "firstItemCommits",
];
