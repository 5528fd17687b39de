import type { Metric, Registry } from "prom-client";
import { durationBuckets, type MetricDefinition } from "./metric-definitions.ts";

/**
 * Counters and histograms as plain numbers, which take prom-client's form when they are scraped. Its own look up their
 * labels by a text that they make of them at each count: for what one call counts that is more than a tenth of what the
 * gateway takes to answer it.
 */
export interface Counts {
  /** Adds to the series of these labels, in the order of the definition. */
  add(labels: readonly string[], amount: number): void;
}

/** Counts durations by how long they were. */
export interface Durations {
  note(labels: readonly string[], seconds: number): void;
}

/** Makes a counter, and registers it. */
export function registerCounts(registry: Registry, definition: MetricDefinition): Counts {
  const series = createSeries(definition.labels, () => ({ count: 0 }));
  register(registry, definition, () =>
    series.all().map(({ labels, total }) => ({ metricName: definition.name, labels, value: total.count })),
  );
  return {
    add: (labels, amount) => {
      series.of(labels).count += amount;
    },
  };
}

interface Distribution {
  /** How many fell into each bucket, one for all that is longer than the last bound included. */
  readonly counts: number[];
  seconds: number;
}

/** Makes a histogram, and registers it. */
export function registerDurations(registry: Registry, definition: MetricDefinition): Durations {
  const series = createSeries(definition.labels, (): Distribution => ({
    counts: Array.from({ length: durationBuckets.length + 1 }, () => 0),
    seconds: 0,
  }));
  register(registry, definition, () => series.all().flatMap((each) => samplesOf(definition.name, each)));
  return {
    note: (labels, seconds) => {
      const total = series.of(labels);
      let bucket = 0;
      while (seconds > (durationBuckets[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
      total.counts[bucket] = (total.counts[bucket] ?? 0) + 1;
      total.seconds += seconds;
    },
  };
}

/** A line of a scrape. */
interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

function samplesOf(name: string, { labels, total: { counts, seconds } }: Single<Distribution>): readonly Sample[] {
  let sum = 0;
  const buckets = counts.map((count, bucket) => ({
    metricName: `${name}_bucket`,
    labels: { le: durationBuckets[bucket] ?? "+Inf", ...labels },
    value: (sum += count),
  }));
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: seconds },
    { metricName: `${name}_count`, labels, value: sum },
  ];
}

interface Single<Total> {
  readonly labels: Readonly<Record<string, string>>;
  readonly total: Total;
}

/** One total for each combination of labels that turned up. */
function createSeries<Total>(names: readonly string[], create: () => Total) {
  const byKey = new Map<string, Single<Total>>();
  return {
    of: (values: readonly string[]): Total => {
      const key = values.join("\n");
      const known = byKey.get(key);
      if (known !== undefined) return known.total;
      const labels = Object.fromEntries(names.map((name, at) => [name, values[at] ?? ""]));
      const total = create();
      byKey.set(key, { labels, total });
      return total;
    },
    all: (): readonly Single<Total>[] => [...byKey.values()],
  };
}

/** A registry asks of a metric no more than this, whatever its type says. */
function register(registry: Registry, { name, help, kind }: MetricDefinition, samples: () => readonly Sample[]): void {
  const metric = { name, get: async () => ({ name, help, type: kind, aggregator: "sum", values: samples() }) };
  registry.registerMetric(metric as unknown as Metric);
}
