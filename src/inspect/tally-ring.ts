/** Counts by kind over the last while, in buckets of equal length. Its size never changes. */
export interface TallyRing {
  /** @param atMs - Not before that of a call before it. */
  readonly add: (kind: number, atMs: number) => void;
  /** The counts of each bucket that is over, the oldest first. */
  readonly buckets: (nowMs: number) => readonly (readonly number[])[];
  /** The sums over all buckets that are over. */
  readonly sums: (nowMs: number) => readonly number[];
}

/** How a ring is cut. */
export interface TallyRingSize {
  readonly kinds: number;
  readonly bucketMs: number;
  readonly bucketCount: number;
}

/** Makes a ring of empty buckets. There is no timer in it: buckets that passed unused are emptied when it is looked at. */
export function createTallyRing({ kinds, bucketMs, bucketCount }: TallyRingSize): TallyRing {
  // The bucket that is being filled is one more.
  const slots = bucketCount + 1;
  const counts = new Uint32Array(slots * kinds);
  let latest = 0;

  const placeOf = (bucket: number): number => (bucket % slots) * kinds;

  function advanceTo(nowMs: number): void {
    const present = Math.max(latest, Math.floor(nowMs / bucketMs));
    for (let bucket = Math.max(latest + 1, present - slots + 1); bucket <= present; bucket += 1) {
      counts.fill(0, placeOf(bucket), placeOf(bucket) + kinds);
    }
    latest = present;
  }

  function buckets(nowMs: number): readonly (readonly number[])[] {
    advanceTo(nowMs);
    return Array.from({ length: bucketCount }, (_, index) => {
      const place = placeOf(latest - bucketCount + index + slots);
      return [...counts.subarray(place, place + kinds)];
    });
  }

  return {
    add: (kind, atMs) => {
      advanceTo(atMs);
      const place = placeOf(latest) + kind;
      counts[place] = (counts[place] ?? 0) + 1;
    },
    buckets,
    sums: (nowMs) => {
      const sums = Array.from({ length: kinds }, () => 0);
      for (const bucket of buckets(nowMs)) {
        for (const [kind, count] of bucket.entries()) sums[kind] = (sums[kind] ?? 0) + count;
      }
      return sums;
    },
  };
}
