/** A bucket of calls that fills up steadily: a burst may empty it, and then its rate holds. */
export interface RateLimit {
  /** Takes a call out of it; where there is none, the milliseconds until there is. */
  take(now: number): number;
}

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Makes one that is full.
 *
 * @param rate - As in `600/m`.
 */
export function createRateLimit(rate: string): RateLimit {
  const [count = "", unit = ""] = rate.split("/");
  const capacity = Number(count);
  const perMs = capacity / (unitsMs[unit] ?? 1_000);
  let calls = capacity;
  let filledAt: number | undefined;
  return {
    take: (now) => {
      calls = Math.min(capacity, calls + Math.max(0, now - (filledAt ?? now)) * perMs);
      filledAt = now;
      if (calls < 1) return Math.ceil((1 - calls) / perMs);
      calls -= 1;
      return 0;
    },
  };
}
