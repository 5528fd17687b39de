import { classifyFailure, type Verdict } from "./classify/index.ts";
import { type KeyswitchConfig, type ModelConfigInput, parseConfig, parseModelConfig } from "./config/index.ts";
import { type CircuitBreaker, type CircuitBreakerOptions, createBreaker } from "./engine/circuit-breaker.ts";
import type { Clock } from "./engine/clock.ts";
import { failureOf } from "./engine/failure-report.ts";
import { AllCredentialsFailedError, InputRefusedError, UnknownModelError } from "./errors.ts";
import { type ReloadSummary, startModels } from "./model-set.ts";
import type { CallOptions, CloseOptions, StreamOptions } from "./call-options.ts";
import { type Model, startModel } from "./model.ts";
import { errorTableFor } from "./providers/error-tables.ts";

export type { CallOptions, CloseOptions, Model, ReloadSummary, StreamOptions };

/** All models of one configuration. */
export interface Keyswitch {
  /** @throws UnknownModelError with the names that there are. */
  model(id: string): Model;
  /** Ids of the models, in the configuration's order. */
  readonly models: readonly string[];
  /**
   * Goes on with another configuration, at once and for all models together. A model that is the same in both is not
   * touched. One that changed keeps its {@link Model} and its listeners, and what is known of each credential whose
   * connection and key stayed: what serves, cooldowns, usage, what an operator took out. Calls in flight end as they
   * began. A model that is gone refuses new calls with {@link ClosedError}. Another `state` counts from the next start on.
   *
   * @throws ConfigError with everything that is wrong; nothing has changed then. {@link ClosedError} after `close()`.
   */
  reload(config: KeyswitchConfig): ReloadSummary;
  /**
   * Closes every model, then writes down what they know.
   *
   * @throws UsageError for a `drain` that is no time.
   */
  close(options?: CloseOptions): Promise<void>;
}

/** What models may be given from outside. */
export interface KeyswitchParts {
  /** Their time, in milliseconds; `createStillClock` of `keyswitch/testing` is one for tests. @default the process's monotonic time */
  readonly clock?: Clock | undefined;
}

/**
 * Starts every model of a configuration.
 *
 * @param config - What {@link loadConfig} returned, or the same object written in code.
 * @throws ConfigError with everything that is wrong.
 */
export function createKeyswitch(config: KeyswitchConfig, { clock }: KeyswitchParts = {}): Keyswitch {
  const models = startModels(parseConfig(config), clock);
  return {
    get models() {
      return models.ids;
    },
    model: (id) => {
      const model = models.get(id);
      if (model === undefined) throw new UnknownModelError({ model: id, known: models.ids });
      return model.face;
    },
    reload: (next) => models.reload(parseConfig(next)),
    close: (options) => models.close(options),
  };
}

/**
 * Starts a single model.
 *
 * @param config - One model's configuration, as under `models` of a configuration file.
 * @param id - Its name in events and errors. Default: `"model"`.
 * @throws ConfigError with everything that is wrong.
 */
export function createModel(config: ModelConfigInput, id = "model"): Model {
  return startModel(id, parseModelConfig(config)).face;
}

/**
 * What a failure means: its class, the rule that decided, and the wait that it states.
 *
 * @param failure - A thrown error of any client, or an answer's {@link FailureFacts}: `{ provider, status, headers, body }`.
 */
export function classify(failure: unknown): Verdict {
  const known = knownVerdict(failure);
  if (known !== undefined) return known;
  const provider =
    typeof failure === "object" && failure !== null && "provider" in failure ? failure.provider : undefined;
  return classifyFailure(failure, { table: typeof provider === "string" ? errorTableFor(provider) : undefined });
}

/** Of errors that a call ended with it is known already: from the attempt, which saw more than the error shows. */
function knownVerdict(failure: unknown): Verdict | undefined {
  if (failure instanceof InputRefusedError) return { class: failure.class, rule: failure.rule };
  if (failure instanceof AllCredentialsFailedError) {
    return { class: failure.class, rule: "all-credentials-failed", retryAfterMs: failure.retryAfterMs };
  }
  const report = failureOf(failure);
  if (report === undefined) return undefined;
  const { class: errorClass, rule, retryAfterMs, attempts } = report;
  const status = attempts.at(-1)?.status;
  return {
    class: errorClass,
    rule,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(status !== undefined && { status }),
  };
}

/**
 * Makes a circuit breaker, for a single credential or a queue worker (S30–S32).
 *
 * @throws UsageError for an option that is none.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  return createBreaker(options, { classify });
}
