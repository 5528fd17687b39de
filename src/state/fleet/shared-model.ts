import { z } from "zod";

const instant = z.number().int();
const time = instant.nullable();
const count = z.number().int().nonnegative();

const sharedSlot = z.strictObject({
  connection: z.string(),
  cooldownUntil: time,
  statedUntil: time,
  failedAt: time,
  clearedAt: time,
  failedFailbacks: count,
  probedInVain: z.boolean(),
  word: z.strictObject({ disabled: z.boolean(), at: instant }).nullable(),
});

const sharedModel = z.strictObject({
  revision: count,
  stamp: z.string(),
  by: z.string(),
  home: z.string().nullable(),
  epoch: count,
  era: count,
  movedAt: instant,
  movedBy: z.string().nullable(),
  servingSince: instant,
  ledByProbe: z.boolean(),
  slots: z.record(z.string(), sharedSlot),
});

/** What a fleet knows of one credential. Times are the store's own, in epoch milliseconds (S15). */
export interface SharedSlot {
  /** Fingerprint of where it connects to and with which key: with another one, it is another credential. */
  readonly connection: string;
  readonly cooldownUntil: number | null;
  readonly statedUntil: number | null;
  readonly failedAt: number | null;
  /** What failed until then counts no more: it has served since, or an operator has said so. */
  readonly clearedAt: number | null;
  readonly failedFailbacks: number;
  readonly probedInVain: boolean;
  /** What an operator said last; `null`: nothing, the configuration decides. */
  readonly word: { readonly disabled: boolean; readonly at: number } | null;
}

/** What a fleet knows of one model: plain JSON without a secret, by credential id. */
export interface SharedModel {
  /** Counts the writes. */
  readonly revision: number;
  /** Tells this write from every other one, also of the same revision after a store was set back. */
  readonly stamp: string;
  /** The replica that wrote it. */
  readonly by: string;
  readonly home: string | null;
  readonly epoch: number;
  /** Counts how often `serving` was entered anew: requests towards a failback are counted by it (S8). */
  readonly era: number;
  readonly movedAt: number;
  readonly movedBy: string | null;
  readonly servingSince: number;
  readonly ledByProbe: boolean;
  readonly slots: Readonly<Record<string, SharedSlot>>;
}

/** What a store handed out, with the time at which it took it. */
export interface StoredModel {
  readonly model: SharedModel;
  readonly storedAt: number;
}

/** Reads what a store holds; `undefined`: it is nothing of this release's. */
export function decodeSharedModel(body: string): SharedModel | undefined {
  try {
    return sharedModel.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

/** The failure of a slot that still counts; `null`: none, or it has served since. */
export function standingFailureAt(slot: SharedSlot | undefined): number | null {
  if (slot === undefined || slot.failedAt === null) return null;
  return slot.clearedAt !== null && slot.clearedAt >= slot.failedAt ? null : slot.failedAt;
}
