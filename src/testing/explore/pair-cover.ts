import type { SlotsContext, SlotsInput } from "../../../machines/index.ts";
import { type Happening, happenings } from "./alphabet.ts";
import { type Fold, foldKey, foldOf } from "./fold.ts";
import { knowsTheSame, type PureModel, pureModel, type Situation, type Step } from "./situation.ts";
import { whyIgnored } from "./why-ignored.ts";

/** A state of the cover: every situation that agrees in its fold, with the shortest way to one of them. */
export interface CoverState {
  /** Its fold in words, unique: `s1.serving (below next; ladder next)`. */
  readonly id: string;
  readonly fold: Fold;
  /** The steps that lead there from a fresh machine; no other way takes fewer happenings. */
  readonly prefix: readonly Step[];
  /** What the machine knows there. */
  readonly slots: SlotsContext;
}

/** One happening in one state of the cover. */
export interface CoverPair {
  readonly from: CoverState;
  readonly happening: Happening;
  /** What it comes to here: from `prefix` on these follow, in their order, each at its time. */
  readonly steps: readonly Step[];
  /** The state afterwards, folded. It is one of the cover's, unless more slots are out than are explored. */
  readonly to: Pick<CoverState, "id" | "fold">;
  /** The slot that serves afterwards; as many as there are slots: exhausted. */
  readonly home: number;
  /** The slot that is being proved afterwards. */
  readonly probed: number | undefined;
  /** `moves`: to another state of the machine, or epoch; `changes`: what it knows, as a cooldown or a count; `ignored`: nothing. */
  readonly effect: "moves" | "changes" | "ignored";
  /** Why it is ignored, with the rule; `undefined` unless it is. */
  readonly because: string | undefined;
}

/** Each state of a model's machine, folded, and each event in it. */
export interface PairCover {
  readonly states: readonly CoverState[];
  /** Every happening in every state, but where it cannot happen (a failure above home, where home is the top). */
  readonly pairs: readonly CoverPair[];
}

/**
 * Takes a model's machine into each of its folded states by a shortest way, and there lets happen all that can happen.
 *
 * The machine is the real one, under the policy that it is given; delayed transitions happen when they are due. Of slots
 * that are out, at most one more than `input` says is explored.
 *
 * @param input - As the machine takes it; see `slotsInput` of `keyswitch/machines`. 1 to 50 slots.
 * @throws RangeError for another number of slots.
 */
export function pairCover(input: SlotsInput): PairCover {
  const pairs: CoverPair[] = [];
  const states = cover(input, (pair) => pairs.push(pair));
  return { states, pairs };
}

/** What a pair is, with the machine's own situations before and after it. */
export type PairWatcher = (pair: CoverPair, before: Situation, after: Situation) => void;

/** As {@link pairCover}, told pair by pair, on a machine that may be another. */
export function cover(
  input: SlotsInput,
  onPair: PairWatcher,
  { start, take }: PureModel = pureModel(input),
): readonly CoverState[] {
  const mostDisabled = 1 + input.disabled.filter(Boolean).length;
  const states: CoverState[] = [];
  const situations: Situation[] = [];
  const known = new Map<string, CoverPair["to"]>();

  const seen = (situation: Situation): CoverPair["to"] => {
    const fold = foldOf(situation);
    const id = foldKey(fold);
    const former = known.get(id);
    if (former !== undefined) return former;
    const state = { id, fold };
    known.set(id, state);
    return state;
  };
  const find = (situation: Situation, prefix: readonly Step[]): void => {
    const count = known.size;
    const { id, fold } = seen(situation);
    if (known.size === count) return;
    states.push({ id, fold, prefix, slots: situation.context });
    situations.push(situation);
  };

  find(start, []);
  for (const [index, from] of states.entries()) {
    const before = situations[index] ?? start;
    for (const happening of happenings) {
      const steps = happening.stepsIn(before.context);
      if (steps.length === 0) continue;
      const after = steps.reduce(take, before);
      if (after.context !== before.context && disabledIn(after) <= mostDisabled)
        find(after, [...from.prefix, ...steps]);
      const to = after.context === before.context ? from : seen(after);
      onPair(pairOf(from, happening, steps, before.context, after.context, to), before, after);
    }
  }
  return states;
}

const disabledIn = ({ context }: Situation): number => context.slots.filter(({ disabled }) => disabled).length;

function pairOf(
  from: CoverState,
  happening: Happening,
  steps: readonly Step[],
  before: SlotsContext,
  after: SlotsContext,
  to: CoverPair["to"],
): CoverPair {
  const effect = effectOf(from.fold, to.fold, before, after);
  const [step] = steps;
  const because = effect === "ignored" && step !== undefined ? whyIgnored(before, step) : undefined;
  return { from, happening, steps, to, home: after.home, probed: after.probe?.slot, effect, because };
}

function effectOf(from: Fold, to: Fold, before: SlotsContext, after: SlotsContext): CoverPair["effect"] {
  if (from.place !== to.place || before.epoch !== after.epoch) return "moves";
  return knowsTheSame(before, after) ? "ignored" : "changes";
}
