import type { UsageAccount } from "../../engine/usage.ts";

/** What one model has to have counted. */
export interface ModelCounts {
  readonly model: string;
  /** As text: Redis compares it with what it keeps. */
  readonly era: string;
  readonly counted: number;
  /** What to add to which field of the model's usage. */
  readonly usage: readonly (readonly [field: string, added: number])[];
  /** Which credentials have served after which time of the store's: Redis may get to hear of it late. */
  readonly served: readonly (readonly [credential: string, after: number])[];
}

/** Finds out what was counted since it was last asked. Accounts are known by what they are: a reload hands them on. */
export interface UsageDeltas {
  take(ids: readonly string[], accounts: readonly UsageAccount[], after: number): Pick<ModelCounts, "usage" | "served">;
}

/** Begins to watch accounts; what they hold already counts as told by whoever wrote it. */
export function createUsageDeltas(): UsageDeltas {
  const told = new WeakMap<UsageAccount, Readonly<Record<string, number>>>();
  return {
    take: (ids, accounts, after) => {
      const usage: [string, number][] = [];
      const served: [string, number][] = [];
      for (const [slot, account] of accounts.entries()) {
        const id = ids[slot] ?? "";
        const before = told.get(account) ?? {};
        const present = fieldsOf(account);
        told.set(account, present);
        for (const [field, count] of Object.entries(present)) {
          const added = count - (before[field] ?? 0);
          if (added !== 0) usage.push([`${id}:${field}`, added]);
        }
        if ((present["served"] ?? 0) > (before["served"] ?? 0)) served.push([id, Math.round(after)]);
      }
      return { usage, served };
    },
  };
}

function fieldsOf({ failures, ...counts }: UsageAccount): Readonly<Record<string, number>> {
  const failed = Object.entries(failures).map(([errorClass, count]) => [`failed:${errorClass}`, count] as const);
  return { ...counts, ...Object.fromEntries(failed) };
}
