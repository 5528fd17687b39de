/** What a store's clock is ahead of this process's, as far as its answers tell. */
export interface StoreClock {
  readonly aheadMs: number;
  /** Takes the time that an answer stated, and when it was asked for and came, on this process's clock. */
  hear(storeTime: number, askedAt: number, answeredAt: number): void;
  /** Forgets what it knows: another store answers, or this one was away. */
  forget(): void;
}

/** An older estimate is given up for a fresh one: clocks drift. */
const longestTrustMs = 60_000;

/**
 * Reckons a store's time by Cristian's method: it told its time halfway between question and answer, give or take half of
 * what that took. The answer that came quickest is believed, until one contradicts it.
 */
export function createStoreClock(): StoreClock {
  let aheadMs = 0;
  let errorMs = Infinity;
  let heardAt = -Infinity;
  return {
    get aheadMs() {
      return aheadMs;
    },
    hear: (storeTime, askedAt, answeredAt) => {
      const halfMs = (answeredAt - askedAt) / 2;
      const ahead = storeTime - (askedAt + halfMs);
      const isContradiction = Math.abs(ahead - aheadMs) > halfMs + errorMs + 1;
      const isStale = answeredAt - heardAt > longestTrustMs;
      if (halfMs > errorMs && !isContradiction && !isStale) return;
      aheadMs = ahead;
      errorMs = halfMs;
      heardAt = answeredAt;
    },
    forget: () => {
      errorMs = Infinity;
    },
  };
}
