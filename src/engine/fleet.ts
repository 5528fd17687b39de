import type { SlotsContext } from "../../machines/index.ts";
import type { Cause } from "./slots-keeper.ts";
import type { UsageAccount } from "./usage.ts";

/** How one model stands in its fleet. */
export interface FleetStanding {
  /** This process, as the fleet knows it. */
  readonly replica: string;
  /** Whether the shared store answers; while it does not, this replica goes on alone. */
  readonly connected: boolean;
  /** Whether this replica knows what the store holds, and the store all that this replica has learned. */
  readonly agrees: boolean;
  /** The replica that made the last move of home; `null` before the first. */
  readonly movedBy: string | null;
  /** How often what is shared has been written. */
  readonly revision: number;
}

/** One model's engine, as its fleet sees it. */
export interface FleetMember {
  /** Ids of its credentials, in order of priority. */
  readonly ids: readonly string[];
  /** What is counted for each of them (S40). */
  readonly accounts: readonly UsageAccount[];
  /** What its machine knows now, after all that is due by the clock has happened. */
  current(): SlotsContext;
  /** Milliseconds on its machine's clock. */
  now(): number;
  /** Has its machine go on with what the fleet knows; `by` names the replica that learned it. */
  adopt(slots: SlotsContext, by: string): void;
  /** Has its machine hold a probe that is another replica's to make, as if a call of its own had taken it (S15). */
  holdProbe(call: string, until: number): void;
}

/** A model's place in its fleet. Nothing here is waited for. */
export interface FleetSeat {
  /** Takes note of a change of what the machine knows. */
  changed(before: SlotsContext, after: SlotsContext, cause: Cause): void;
  standing(): FleetStanding;
  /** Its model is closed: it makes no probe any more, and tells what it has learned. */
  retire(): void;
  /** Gives up the place: another generation takes it, or the model is gone. */
  leave(): void;
}
