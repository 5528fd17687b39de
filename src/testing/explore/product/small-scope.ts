import type { FailbackPolicy, RetryPolicy } from "../../../../machines/index.ts";
import type { ExploredModel } from "./subject.ts";

/** What every duration of a small scope is a multiple of. */
const unitMs = 60_000;

/** Credentials of a model that are explored with its calls. */
const mostCredentials = 3;

/**
 * A model in which everything that can happen to the real one happens soon: its first credentials, one retry, two calls
 * to a counted failback, and times of the same order in few sizes. The rules compare times with one another and with
 * nothing else, so that what can follow from what does not change, but for how often it takes.
 */
export function smallScope({ id, credentials, input, retry, onExhausted }: ExploredModel): ExploredModel {
  return {
    id,
    credentials: credentials.slice(0, mostCredentials),
    input: { policy: smallPolicy(input.policy), disabled: input.disabled.slice(0, mostCredentials), at: 0 },
    retry: smallRetry(retry),
    onExhausted,
  };
}

function smallPolicy(policy: FailbackPolicy): FailbackPolicy {
  const { timeoutMs, maxCooldownMs, minIntervalMs, maxMs, growth, requests } = policy;
  return {
    ...policy,
    requests: Math.min(requests, 2),
    growth: growth > 1 ? 2 : 1,
    timeoutMs: 2 * unitMs,
    maxCooldownMs: inUnits(maxCooldownMs, timeoutMs),
    minIntervalMs: minIntervalMs === 0 ? 0 : Math.min(inUnits(minIntervalMs, timeoutMs), 2 * unitMs),
    maxMs: inUnits(maxMs, timeoutMs),
  };
}

/** Less than a timeout, as long, or longer. */
function inUnits(durationMs: number, timeoutMs: number): number {
  if (durationMs < timeoutMs) return unitMs;
  return durationMs === timeoutMs ? 2 * unitMs : 4 * unitMs;
}

const smallRetry = ({ maxRetries }: RetryPolicy): RetryPolicy => ({
  maxRetries: Math.min(maxRetries, 1),
  baseDelayMs: unitMs,
  maxDelayMs: unitMs,
  jitter: "none",
});
