import type { AttemptEvent } from "../engine/model-events.ts";
import type { ModelTraffic } from "./entries.ts";
import { createTallyRing } from "./tally-ring.ts";

/** Counts what a model's calls and credentials did. */
export interface ModelTally {
  attempted(event: Pick<AttemptEvent, "credential" | "outcome">, atMs: number): void;
  settled(wasServed: boolean, atMs: number): void;
  /** Rates of the last ten seconds. */
  rates(nowMs: number): Omit<ModelTraffic, "model" | "served">;
  /** Calls of each half-minute of the last hour, the oldest first. */
  hour(nowMs: number): { readonly served: readonly number[]; readonly unserved: readonly number[] };
}

const rateSeconds = 10;

/** The kinds of both rings. In that of the last seconds two more follow for each credential: attempts, and failed ones. */
const servedCall = 0;
const unservedCall = 1;
const firstOfCredentials = 2;

/** Makes a tally of nothing yet. */
export function createModelTally(credentials: readonly string[]): ModelTally {
  const slots = new Map(credentials.map((id, slot) => [id, slot]));
  const seconds = createTallyRing({
    kinds: firstOfCredentials + 2 * credentials.length,
    bucketMs: 1_000,
    bucketCount: rateSeconds,
  });
  const hour = createTallyRing({ kinds: firstOfCredentials, bucketMs: 30_000, bucketCount: 120 });
  return {
    attempted: ({ credential, outcome }, atMs) => {
      const slot = slots.get(credential);
      // A call that began under another configuration.
      if (slot === undefined) return;
      const kind = firstOfCredentials + 2 * slot;
      seconds.add(kind, atMs);
      if (outcome !== "ok") seconds.add(kind + 1, atMs);
    },
    settled: (wasServed, atMs) => {
      const kind = wasServed ? servedCall : unservedCall;
      seconds.add(kind, atMs);
      hour.add(kind, atMs);
    },
    rates: (nowMs) => {
      const [served = 0, unserved = 0, ...ofCredentials] = seconds.sums(nowMs);
      const perSecond = ofCredentials.map((count) => count / rateSeconds);
      return {
        callsPerSecond: (served + unserved) / rateSeconds,
        unservedShare: unserved / Math.max(1, served + unserved),
        attemptsPerSecond: perSecond.filter((_, index) => index % 2 === 0),
        failedPerSecond: perSecond.filter((_, index) => index % 2 === 1),
      };
    },
    hour: (nowMs) => {
      const buckets = hour.buckets(nowMs);
      return {
        served: buckets.map((bucket) => bucket[servedCall] ?? 0),
        unserved: buckets.map((bucket) => bucket[unservedCall] ?? 0),
      };
    },
  };
}
