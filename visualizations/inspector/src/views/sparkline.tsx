import type { JSX } from "preact";

interface SparklineProperties {
  /** Counts, the oldest first; both lists have the same length. */
  readonly good: readonly number[];
  readonly bad: readonly number[];
  readonly width: number;
  readonly height: number;
}

/** So few are shown at least. */
const fewest = 12;

/** Counts over time as bars, and on them in red those of what went wrong. */
export function Sparkline({ good, bad, width, height }: SparklineProperties): JSX.Element {
  const whole = good.map((count, index) => count + (bad[index] ?? 0));
  // Of a process that is young most of it is empty.
  const first = Math.max(0, Math.min(whole.length - fewest, whole.findIndex((count) => count > 0) - 1));
  const [all, failed] = [whole.slice(first), bad.slice(first)];
  const most = Math.max(1, ...all);
  const stepX = width / Math.max(1, all.length);
  const bars = (counts: readonly number[]): string =>
    counts
      .map(
        (count, index) =>
          `M${round(index * stepX)},${height}v${round((-height * count) / most)}h${round(stepX * 0.8)}V${height}Z`,
      )
      .join("");
  return (
    <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      {all.length > 0 && <path class="all" d={bars(all)} />}
      {failed.some((count) => count > 0) && <path class="failed" d={bars(failed)} />}
    </svg>
  );
}

const round = (value: number): number => Math.round(value * 10) / 10;
