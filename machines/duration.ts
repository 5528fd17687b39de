/**
 * A span of time: seconds as a bare number, or a text with its unit: `"500ms"`, `"30s"`, `"10m"`, `"24h"`, `"7d"`.
 * A text of digits alone is seconds too.
 */
export type Duration = number | string;

/** Timers hold 31 bits of milliseconds: a longer delay is armed again, link by link (S7). */
export const longestDelayMs = 2 ** 31 - 1;

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Reads a {@link Duration}.
 *
 * @returns Milliseconds, never negative; `undefined` when the value is no duration.
 */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? value * unitMs.s : undefined;
  if (typeof value !== "string") return undefined;
  const match = /^(\d{1,15}(?:\.\d{1,9})?)(ms|s|m|h|d)?$/.exec(value.trim());
  if (match === null) return undefined;
  return Number(match[1]) * unitMs[(match[2] ?? "s") as keyof typeof unitMs];
}
