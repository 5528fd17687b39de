import { describe } from "../../config/describe.ts";
import { parseModelConfig } from "../../config/index.ts";
import { UsageError } from "../../errors.ts";
import { exploredModel } from "../explore/explore.ts";
import { type ExploredModel, realSubject, smallScope, type Subject } from "../explore/product/index.ts";
import { invariants } from "./invariants.ts";
import { prospects } from "./runs.ts";
import { type ToldScenario, scenarioOf } from "./scenario.ts";
import { type Breach, type CoverBreach, searchCover, searchProduct, type WorldRule } from "./search.ts";
import { historyOf, seen, type VerifiedState, type VerifiedStep } from "./seen.ts";
import { storyOf } from "./story.ts";

/**
 * A rule of one's own, of every state that a model's first three credentials and two calls at a time can be in, the start
 * among them. Times and counts are small there: a failback is due after the second call, and after two minutes.
 */
export interface UserInvariant {
  /** What its breach is told by. */
  readonly name: string;
  /**
   * Whether the rule holds.
   *
   * @param state - A state that was reached.
   * @param history - A shortest way there. States that differ only in how they were reached are looked at once.
   */
  readonly holds: (state: VerifiedState, history: readonly VerifiedStep[]) => boolean;
}

/** What a verification may be asked for. */
export interface VerifyOptions {
  /** Rules of one's own, on top of those of the machines. @default none */
  readonly invariants?: readonly UserInvariant[];
  /** Acts to be taken in the product of model and calls at most, at least 1. @default 100 000 */
  readonly transitions?: number;
}

/** A rule that does not hold, and the shortest way to see it. */
export interface Counterexample {
  /** The invariant's name: `I4`, or the name of a rule of one's own. */
  readonly invariant: string;
  readonly says: string;
  /** What happened, a line each. */
  readonly story: readonly string[];
  /** A scenario of `simulate` that does the same to the real machines and engine; `undefined`: see `lacks`. */
  readonly scenario?: Readonly<Record<string, unknown>> | undefined;
  /** What of it a scenario cannot say. */
  readonly lacks?: string | undefined;
}

/** What was checked of a model, how far, and what was found. */
export interface Verification {
  readonly model: string;
  readonly holds: boolean;
  /** The rules, by name. */
  readonly checked: readonly { readonly name: string; readonly says: string }[];
  /** Every event in every folded state, under the model's own policy. */
  readonly cover: { readonly credentials: number; readonly states: number; readonly pairs: number };
  /** The model's first credentials with two calls at a time, in a small scope. */
  readonly product: {
    readonly credentials: number;
    readonly calls: number;
    readonly states: number;
    readonly transitions: number;
    /** Every sequence of so many acts was tried. */
    readonly depth: number;
    /** Whether there is no longer one that leads anywhere else. */
    readonly isClosed: boolean;
  };
  readonly counterexample?: Counterexample;
}

/** By name: `I1` to `I14`, then the others. */
const rulesOfMachines = [...invariants, ...prospects]
  .map(({ name, says }) => ({ name, says }))
  .toSorted((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));

const callsAtATime = 2;
const usualTransitions = 100_000;

/**
 * Verifies a model's configuration: takes its machine and its calls wherever they can come, and checks there what must
 * hold on every run.
 *
 * @param config - A model's configuration, as `createModel` takes it; credentials may be plain ids.
 * @throws ConfigError that says where the configuration is wrong.
 * @throws UsageError if a rule of your own throws.
 */
export function verify(config: unknown, options: VerifyOptions = {}): Verification {
  const parsed = parseModelConfig(config, { plainCredentials: true });
  return verifyModel(exploredModel("model", parsed), options);
}

/**
 * As {@link verify}, of a model and (to see that faults are found) of machines that may be others.
 *
 * @throws UsageError for a number of acts that is none, and a rule that says neither yes nor no.
 */
export function verifyModel(
  model: ExploredModel,
  { invariants: own = [], transitions = usualTransitions }: VerifyOptions = {},
  subjectOf: (model: ExploredModel) => Subject = realSubject,
): Verification {
  if (!Number.isSafeInteger(transitions) || transitions < 1) {
    throw new UsageError({ path: "transitions", found: describe(transitions), wanted: "a whole number from 1" });
  }
  const small = smallScope(model);
  const subject = subjectOf(small);
  const rules = own.map(({ name, holds }): WorldRule => ({
    name,
    holds: (reached) => answerOf(name, () => holds(seen(reached.world, small), historyOf(reached, small))),
  }));
  const { extent, breach } = searchProduct(subject, small, { calls: callsAtATime, transitions }, rules);
  const cover = searchCover(model.input, subjectOf(model).model);
  const counterexample = breach === undefined ? ofCover(cover.breach) : ofProduct(breach, subject, small);
  return {
    model: model.id,
    holds: counterexample === undefined,
    checked: [...rulesOfMachines, ...own.map(({ name }) => ({ name, says: name }))],
    cover: { credentials: model.credentials.length, states: cover.states, pairs: cover.pairs },
    product: { credentials: small.credentials.length, calls: callsAtATime, ...extent },
    ...(counterexample !== undefined && { counterexample }),
  };
}

/**
 * What a rule of the user's answers. One that is neither yes nor no, as a promise is, would pass for a yes in every state.
 *
 * @throws UsageError if it does not answer.
 */
function answerOf(name: string, ask: () => unknown): boolean {
  const refuse = (found: string, cause?: unknown): never => {
    throw new UsageError({ path: `invariants: ${JSON.stringify(name)}`, found, wanted: "one that answers", cause });
  };
  let answer: unknown;
  try {
    answer = ask();
  } catch (error) {
    return refuse(`a rule that throws ${String(error)}`, error);
  }
  return typeof answer === "boolean" ? answer : refuse(`a rule that returns ${describe(answer)}, not true or false`);
}

function ofProduct({ name, says, acts }: Breach, subject: Subject, model: ExploredModel): Counterexample {
  const told: ToldScenario = scenarioOf(`counterexample to ${name}`, subject, model, acts);
  return { invariant: name, says, story: storyOf(subject, model, acts), ...told };
}

/** Found where the small scope does not reach: told by the machine's own events. */
function ofCover(breach: CoverBreach | undefined): Counterexample | undefined {
  if (breach === undefined) return undefined;
  const { name, says, prefix, happening, steps } = breach;
  return {
    invariant: name,
    says,
    story: [
      ...prefix.map((step) => `${step.type}${"slot" in step ? ` of slot ${step.slot}` : ""}, at ${step.at / 1_000} s`),
      `${happening}, at ${(steps[0]?.at ?? 0) / 1_000} s`,
    ],
    lacks: "single events of the machine",
  };
}
