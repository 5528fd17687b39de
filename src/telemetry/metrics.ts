import { Gauge, Registry } from "prom-client";
import { type CallResult, errorClasses } from "../../machines/index.ts";
import type { ModelSnapshot } from "../engine/model-engine.ts";
import type { AttemptEvent, Move, SettledEvent } from "../engine/model-events.ts";
import { createFollower } from "./follow-models.ts";
import { metricDefinitions as metric } from "./metric-definitions.ts";
import type { ObservedModel } from "./observed-model.ts";
import { registerCounts, registerDurations } from "./series.ts";

/** Metrics that count. */
export interface Metrics {
  readonly registry: Registry;
  /** Goes on with these models, after a reload; what was counted stays. */
  follow(models: Iterable<ObservedModel>): void;
  /** Stops listening, and takes the metrics out of the registry. */
  stop(): void;
}

const callResults = [
  "served",
  "failed_fast",
  "all_failed",
  "interrupted",
  "cancelled",
  "timed_out",
] as const satisfies readonly CallResult[];
const attemptOutcomes = ["ok", ...errorClasses, "cancelled", "timed_out"] as const;
const tokenDirections = ["input", "output", "unknown"] as const;

/**
 * Counts what models tell from now on, and reads how they stand when they are scraped; a scrape moves nothing (S13).
 *
 * @param registry - Where the metrics are registered. Default: a new one.
 */
export function observeMetrics(models: Iterable<ObservedModel>, registry: Registry = new Registry()): Metrics {
  let observed: readonly ObservedModel[] = [];
  const counts = createCounts(registry);
  const follower = createFollower((model: ObservedModel) => countEvents(counts, model));
  registerGauges(registry, () => observed);

  function follow(present: Iterable<ObservedModel>): void {
    observed = [...present];
    for (const model of observed) startAtZero(counts, model.snapshot());
    follower.follow(observed);
  }

  follow(models);
  return {
    registry,
    follow,
    stop: () => {
      follower.stop();
      for (const { name } of Object.values(metric)) registry.removeSingleMetric(name);
    },
  };
}

type Counts = ReturnType<typeof createCounts>;

function createCounts(registry: Registry) {
  return {
    calls: registerCounts(registry, metric.calls),
    attempts: registerCounts(registry, metric.attempts),
    switches: registerCounts(registry, metric.switches),
    tokens: registerCounts(registry, metric.tokens),
    callDuration: registerDurations(registry, metric.callDuration),
    attemptDuration: registerDurations(registry, metric.attemptDuration),
    timeToFirstByte: registerDurations(registry, metric.timeToFirstByte),
  };
}

/** A series that begins with its first event hides that event from `rate()`, which sees only what is added later. */
function startAtZero({ calls, attempts, tokens }: Counts, { model, credentials }: ModelSnapshot): void {
  for (const result of callResults) calls.add([model, result], 0);
  for (const credential of credentials) {
    for (const outcome of attemptOutcomes) attempts.add([model, credential, outcome], 0);
    for (const direction of tokenDirections) tokens.add([model, credential, direction], 0);
  }
}

function countEvents(counts: Counts, model: ObservedModel): () => void {
  const unlisten = [
    model.on("failover", (move) => countMove(counts, move)),
    model.on("failback", (move) => countMove(counts, move)),
    model.on("exhausted", (move) => countMove(counts, move)),
    model.on("attempt", (event) => countAttempt(counts, event)),
    model.on("settled", (event) => countCall(counts, event)),
  ];
  return () => {
    for (const stop of unlisten) stop();
  };
}

function countMove({ switches }: Counts, { model, from, to, cause }: Move): void {
  switches.add([model, from ?? "exhausted", to ?? "exhausted", cause], 1);
}

function countAttempt(
  { attempts, attemptDuration, timeToFirstByte }: Counts,
  { model, credential, outcome, isStream, durationMs }: AttemptEvent,
): void {
  attempts.add([model, credential, outcome], 1);
  const wasCutShort = outcome === "cancelled" || outcome === "timed_out";
  if (!wasCutShort) attemptDuration.note([model, credential], durationMs / 1_000);
  if (isStream && outcome === "ok") timeToFirstByte.note([model, credential], durationMs / 1_000);
}

function countCall(counts: Counts, event: SettledEvent): void {
  const { model, result, durationMs } = event;
  counts.calls.add([model, result], 1);
  counts.callDuration.note([model, result], durationMs / 1_000);
  countTokens(counts, event);
}

/** Counted at the call's end, since a stream tells its tokens last, and a counter must never go back (S40). */
function countTokens({ tokens }: Counts, { model, credential, usage }: SettledEvent): void {
  if (credential === undefined) return;
  if (usage === undefined) tokens.add([model, credential, "unknown"], 1);
  if (usage?.inputTokens !== undefined) tokens.add([model, credential, "input"], usage.inputTokens);
  if (usage?.outputTokens !== undefined) tokens.add([model, credential, "output"], usage.outputTokens);
}

interface Described<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
}

function registerGauges(registry: Registry, models: () => readonly ObservedModel[]): void {
  const gauge = <Label extends string>(
    { name, help, labels }: Described<Label>,
    read: (gauge: Gauge<Label>, snapshot: ModelSnapshot) => void,
  ): Gauge<Label> =>
    new Gauge({
      name,
      help,
      labelNames: labels,
      registers: [registry],
      collect() {
        // A credential that a reload took away is not up, down or cooling any more.
        this.reset();
        for (const model of models()) read(this, model.snapshot());
      },
    });

  gauge(metric.activeSlot, (slot, { model, active, credentials }) => {
    slot.set({ model }, active === null ? -1 : credentials.indexOf(active));
  });
  gauge(metric.credentialUp, (up, { model, credentials, disabled, cooldowns }) => {
    for (const credential of credentials) {
      const isDown = credential in cooldowns || disabled.includes(credential);
      up.set({ model, credential }, isDown ? 0 : 1);
    }
  });
  gauge(metric.cooldown, (cooldown, { model, credentials, cooldowns }) => {
    for (const credential of credentials) cooldown.set({ model, credential }, (cooldowns[credential] ?? 0) / 1_000);
  });
}
