import type { SlotsContext, SlotRecord, TurnEvent } from "../../../../machines/index.ts";
import type { Driver, Subject } from "../../../../src/testing/explore/product/index.ts";
import type { Situation, Step } from "../../../../src/testing/explore/index.ts";

/** A defect that is put into the machines or into what drives them, to see that it is found. */
export interface Fault {
  /** What goes wrong, as an incident report would say. */
  readonly name: string;
  /** The invariant that it breaks. */
  readonly breaks: string;
  /** Credentials that it takes to see it. */
  readonly count: number;
  /** Calls that count towards a failback. @default 2 */
  readonly requests?: number;
  readonly into: (subject: Subject) => Subject;
}

type Take = Subject["model"]["take"];

/** A machine that takes some steps otherwise. */
export const taking =
  (otherwise: (take: Take, situation: Situation, step: Step) => Situation) =>
  (subject: Subject): Subject => ({
    ...subject,
    model: { ...subject.model, take: (situation, step) => otherwise(subject.model.take, situation, step) },
  });

/** A driver that neglects a duty. */
export const driving =
  (change: (driver: Driver) => Partial<Driver>) =>
  (subject: Subject): Subject => ({ ...subject, driver: { ...subject.driver, ...change(subject.driver) } });

/** The machine after a step, with something in what it knows that should not be there. */
export function knowing(take: Take, after: Situation, change: Partial<SlotsContext>): Situation {
  const { at } = after.context;
  return take(after, { type: "RESTORE", state: { ...after.context, ...change }, at });
}

/** The records with one of them changed. */
export const withRecord = (slots: SlotsContext, slot: number, change: Partial<SlotRecord>): readonly SlotRecord[] =>
  slots.slots.map((record, each) => (each === slot ? { ...record, ...change } : record));

const credentialLevel: ReadonlySet<string> = new Set(["AUTH", "QUOTA_EXCEEDED", "TRANSIENT", "UNKNOWN"]);
const requestLevel: ReadonlySet<string> = new Set(["PERMANENT", "INPUT_TOO_LARGE", "CONTENT_SAFETY"]);

export const isFailure = (step: Step): step is TurnEvent & { at: number } => credentialLevel.has(step.type);
export const isRequestFault = (step: Step): step is TurnEvent & { at: number } => requestLevel.has(step.type);
export const isSuccess = (step: Step): step is TurnEvent & { at: number } => step.type === "SUCCESS";
