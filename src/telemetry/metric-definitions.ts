/** What a metric is, for the registry, the documentation and the checks of alerts and dashboards. */
export interface MetricDefinition {
  readonly name: `keyswitch_${string}`;
  readonly kind: "counter" | "gauge" | "histogram";
  /**
   * Every label takes its values from the configuration or from a closed list, never from a request: a client cannot
   * make series.
   */
  readonly labels: readonly string[];
  readonly help: string;
}

/** Every metric there is. */
export const metricDefinitions = {
  calls: {
    name: "keyswitch_calls_total",
    kind: "counter",
    labels: ["model", "result"],
    help: "Calls that ended, by how: served, failed_fast, all_failed, interrupted, cancelled or timed_out",
  },
  attempts: {
    name: "keyswitch_attempts_total",
    kind: "counter",
    labels: ["model", "credential", "outcome"],
    help: "Attempts that ended, by outcome: ok, an error class, cancelled or timed_out",
  },
  switches: {
    name: "keyswitch_switches_total",
    kind: "counter",
    labels: ["model", "from", "to", "cause"],
    help: 'Moves of the credential that serves, by cause: an error class, success, timer or an operator\'s word; "exhausted" stands for none',
  },
  activeSlot: {
    name: "keyswitch_active_slot",
    kind: "gauge",
    labels: ["model"],
    help: "Priority of the credential that serves, 0 the highest; -1 when all failed",
  },
  credentialUp: {
    name: "keyswitch_credential_up",
    kind: "gauge",
    labels: ["model", "credential"],
    help: "1 while a credential serves or may be tried, 0 while it cools down or is disabled",
  },
  cooldown: {
    name: "keyswitch_cooldown_seconds",
    kind: "gauge",
    labels: ["model", "credential"],
    help: "Time until a credential's cooldown ends, 0 without one",
  },
  callDuration: {
    name: "keyswitch_call_duration_seconds",
    kind: "histogram",
    labels: ["model", "result"],
    help: "Time from a call's start to its end, all attempts and waits included; a stream ends with its last item",
  },
  attemptDuration: {
    name: "keyswitch_attempt_duration_seconds",
    kind: "histogram",
    labels: ["model", "credential"],
    help: "Time that a credential took to answer or to fail, a stream to its first item; attempts that were cut short are not counted",
  },
  timeToFirstByte: {
    name: "keyswitch_time_to_first_byte_seconds",
    kind: "histogram",
    labels: ["model", "credential"],
    help: "Time that a stream took to its first item that carries output",
  },
  tokens: {
    name: "keyswitch_tokens_total",
    kind: "counter",
    labels: ["model", "credential", "direction"],
    help: "Tokens of served answers, input and output; direction unknown counts the answers that told none",
  },
} as const satisfies Record<string, MetricDefinition>;

/**
 * Upper bounds in seconds, from 10 ms, each twice the one before, so that a quantile is off by the same factor for an
 * embedding of 30 ms and for a reasoning model of minutes. Up to 81.92 they are those that OpenTelemetry advises for
 * `gen_ai.client.operation.duration`; the two above hold calls of several attempts of 60 s each.
 */
export const durationBuckets: readonly number[] = Array.from({ length: 16 }, (_, power) => (2 ** power * 10) / 1_000);
