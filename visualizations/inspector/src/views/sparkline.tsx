import { Component, type JSX } from "preact";

interface SparklineProperties {
  /** Counts, the oldest first; both lists have the same length. */
  readonly good: readonly number[];
  readonly bad: readonly number[];
  readonly width: number;
  readonly height: number;
}

/** So few are shown at least. */
const fewest = 30;

/** What a sparkline shows changes slowly, and hundreds of them at once would take a frame too long. */
const leastRestMs = 5_000;

/** Counts over time as bars, and on them in red those of what went wrong. Each is drawn anew in its own time. */
export class Sparkline extends Component<SparklineProperties> {
  #drawnAt = performance.now() - Math.random() * leastRestMs;

  override shouldComponentUpdate(): boolean {
    const isDue = performance.now() - this.#drawnAt >= leastRestMs;
    if (isDue) this.#drawnAt = performance.now();
    return isDue;
  }

  override render({ good, bad, width, height }: SparklineProperties): JSX.Element {
    const whole = good.map((count, index) => count + (bad[index] ?? 0));
    // Of a process that is young most of it is empty.
    const first = Math.max(0, Math.min(whole.length - fewest, whole.findIndex((count) => count > 0) - 1));
    const [all, failed] = [whole.slice(first), bad.slice(first)];
    const most = Math.max(1, ...all);
    const bars = (counts: readonly number[]): string => barsOf(counts, most, width / Math.max(1, all.length), height);
    return (
      <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        {all.length > 0 && <path class="all" d={bars(all)} />}
        {failed.some((count) => count > 0) && <path class="failed" d={bars(failed)} />}
      </svg>
    );
  }
}

function barsOf(counts: readonly number[], most: number, stepX: number, height: number): string {
  const bar = (count: number, index: number): string =>
    `M${round(index * stepX)},${height}v${round((-height * count) / most)}h${round(stepX * 0.8)}V${height}Z`;
  return counts.map(bar).join("");
}

const round = (value: number): number => Math.round(value * 10) / 10;
