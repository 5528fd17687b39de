import { type Duration, parseDuration } from "./duration.ts";
import { assertSlotCount, type FailbackPolicy } from "./slots.ts";

/** What a model's machine starts from: its policy, and which slots an operator has taken out. */
export interface SlotsInput {
  readonly policy: FailbackPolicy;
  /** One entry a slot, in priority order. */
  readonly disabled: readonly boolean[];
  /** The time of the start, in milliseconds on the machine's clock. @default the machine's `now()` */
  readonly at?: number;
}

/** The part of a model's configuration that its machine reads; the keys are those of the configuration file. */
export interface SlotsConfig {
  /** In priority order; an id alone, or an object that may say `disabled`. */
  readonly credentials: readonly (string | { readonly disabled?: boolean | undefined })[];
  readonly failback?:
    | {
        readonly strategy?: "stepwise" | "priority" | undefined;
        readonly timeout?: Duration | undefined;
        readonly requests?: number | undefined;
        readonly growth?: number | undefined;
        readonly max_cooldown?: Duration | undefined;
        readonly min_interval?: Duration | undefined;
        readonly respect_retry_after?: boolean | undefined;
        readonly max?: Duration | undefined;
      }
    | undefined;
}

const hourMs = 3_600_000;

function durationMs(value: Duration | undefined, defaultMs: number, name: string): number {
  if (value === undefined) return defaultMs;
  const milliseconds = parseDuration(value);
  if (milliseconds !== undefined) return milliseconds;
  throw new RangeError(
    `failback.${name}: ${JSON.stringify(value)} is no duration; wanted seconds or a text like "10m"`,
  );
}

function assertPolicy({ strategy, requests, growth }: NonNullable<SlotsConfig["failback"]>): void {
  const refuse = (name: string, value: unknown, wanted: string): never => {
    throw new RangeError(`failback.${name}: found ${JSON.stringify(value)}; wanted ${wanted}`);
  };
  if (strategy !== undefined && strategy !== "stepwise" && strategy !== "priority") {
    refuse("strategy", strategy, '"stepwise" or "priority"');
  }
  if (requests !== undefined && !(Number.isInteger(requests) && requests >= 0)) {
    refuse("requests", requests, "a whole number from 0");
  }
  if (growth !== undefined && !(Number.isFinite(growth) && growth >= 1)) refuse("growth", growth, "a number from 1");
}

/**
 * Makes the input of a {@link credentialSlots} machine from a model's configuration.
 *
 * Defaults: `stepwise`, timeout 600 s, 50 requests, growth 2, min_interval 5 s, max_cooldown 1 h (or `timeout` if that is
 * longer), respect_retry_after on, max 24 h.
 *
 * @throws RangeError for a value that is none of its kind, or a number of credentials outside 1 to 50.
 */
export function slotsInput(config: SlotsConfig): SlotsInput {
  const { credentials, failback = {} } = config;
  assertSlotCount(credentials.length, "credentials");
  assertPolicy(failback);
  const timeoutMs = durationMs(failback.timeout, 600_000, "timeout");
  return {
    policy: {
      strategy: failback.strategy ?? "stepwise",
      timeoutMs,
      requests: failback.requests ?? 50,
      growth: failback.growth ?? 2,
      maxCooldownMs: durationMs(failback.max_cooldown, Math.max(hourMs, timeoutMs), "max_cooldown"),
      minIntervalMs: durationMs(failback.min_interval, 5_000, "min_interval"),
      respectRetryAfter: failback.respect_retry_after ?? true,
      maxMs: durationMs(failback.max, 24 * hourMs, "max"),
    },
    disabled: credentials.map((credential) => typeof credential !== "string" && credential.disabled === true),
  };
}
