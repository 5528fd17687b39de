import { type ModelConfig, parseModelConfig } from "../../config/index.ts";
import { runtimeModel } from "../../config/index.ts";
import { type CoverageMatrix, matrixOf } from "./matrix.ts";
import { pairCover, type PairCover } from "./pair-cover.ts";
import { type ExploredModel, type Extent, realSubject, smallScope, walk } from "./product/index.ts";

/** A model, with all that can happen to it. */
export interface Exploration {
  readonly model: string;
  /** Ids, in priority order. */
  readonly credentials: readonly string[];
  /** Each folded state × each event, with a shortest way there. */
  readonly cover: PairCover;
  /** The cover as a table: state × event → target, or ignored, because … */
  readonly matrix: CoverageMatrix;
  /** The unfolded product with two calls at a time, in a small scope; only of at most three credentials. */
  readonly product: Extent | undefined;
}

/** What an exploration may be asked for. */
export interface ExploreOptions {
  /** Acts to be taken in the unfolded product at most. @default 50 000 */
  readonly transitions?: number;
}

const mostUnfolded = 3;
const callsAtATime = 2;

/**
 * Explores a model: takes its machine into each of its states, and lets there happen all that can happen.
 *
 * @param config - A model's configuration, as `createModel` takes it (credentials may be plain ids), or a number of
 * credentials under the default policy, 1 to 50.
 * @throws ConfigError that says where the configuration is wrong.
 */
export function explore(config: unknown, options: ExploreOptions = {}): Exploration {
  const input = typeof config === "number" ? { credentials: idsOf(config) } : config;
  return exploreModel(exploredModel("model", parseModelConfig(input, { plainCredentials: true })), options);
}

const idsOf = (count: number): string[] =>
  Array.from({ length: Math.min(Math.max(0, Math.trunc(count)), 51) }, (_, slot) => `credential-${slot + 1}`);

/** A model of a configuration, as it is explored. */
export function exploredModel(id: string, config: ModelConfig): ExploredModel {
  const { credentials, failback, retry, onExhausted } = runtimeModel(id, config);
  return {
    id,
    credentials: credentials.map((credential) => credential.id),
    input: { policy: failback, disabled: credentials.map(({ disabled }) => disabled), at: 0 },
    retry,
    onExhausted,
  };
}

/** As {@link explore}, of a model of a configuration. */
export function exploreModel(model: ExploredModel, { transitions = 50_000 }: ExploreOptions = {}): Exploration {
  const { id, credentials, input } = model;
  const cover = pairCover(input);
  return {
    model: id,
    credentials,
    cover,
    matrix: matrixOf(id, cover),
    product: credentials.length <= mostUnfolded ? extentOf(model, transitions) : undefined,
  };
}

function extentOf(model: ExploredModel, transitions: number): Extent {
  const small = smallScope(model);
  const steps = walk(realSubject(small), small, { calls: callsAtATime, transitions });
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
