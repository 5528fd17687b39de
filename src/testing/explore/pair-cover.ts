import { isDeepStrictEqual } from "node:util";
import type { SlotsContext, SlotsInput } from "../../../machines/index.ts";
import { type Happening, happenings } from "./alphabet.ts";
import { type Fold, foldKey, foldOf } from "./fold.ts";
import { pureModel, type Situation, type Step } from "./situation.ts";
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
  /** What the machine knows afterwards. */
  readonly after: SlotsContext;
  /** The fold afterwards. */
  readonly to: Fold;
  /** The id of that fold. It is a state's of the cover, unless more slots are out than are explored. */
  readonly toId: string;
  /**
   * `moves`: to another state of the machine; `changes`: what it knows, as a cooldown or a count; `ignored`: nothing.
   */
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
  const { start, take } = pureModel(input);
  const mostDisabled = 1 + input.disabled.filter(Boolean).length;
  const pairs: CoverPair[] = [];
  const found = new Map<string, Situation>();
  const states: CoverState[] = [];

  const find = (situation: Situation, prefix: readonly Step[]): void => {
    const fold = foldOf(situation);
    const id = foldKey(fold);
    if (found.has(id)) return;
    found.set(id, situation);
    states.push({ id, fold, prefix, slots: situation.context });
  };

  find(start, []);
  for (const from of states) {
    const before = found.get(from.id) ?? start;
    for (const happening of happenings) {
      const steps = happening.stepsIn(before.context);
      if (steps.length === 0) continue;
      const after = steps.reduce(take, before);
      pairs.push(pairOf(from, happening, steps, before, after));
      if (disabledIn(after) <= mostDisabled) find(after, [...from.prefix, ...steps]);
    }
  }
  return { states, pairs };
}

const disabledIn = ({ context }: Situation): number => context.slots.filter(({ disabled }) => disabled).length;

function pairOf(
  from: CoverState,
  happening: Happening,
  steps: readonly Step[],
  before: Situation,
  after: Situation,
): CoverPair {
  const to = foldOf(after);
  const effect = effectOf(from.fold, to, before.context, after.context);
  const because = effect === "ignored" ? steps.map((step) => whyIgnored(before.context, step))[0] : undefined;
  return { from, happening, steps, after: after.context, to, toId: foldKey(to), effect, because };
}

function effectOf(from: Fold, to: Fold, before: SlotsContext, after: SlotsContext): CoverPair["effect"] {
  if (from.place !== to.place || before.epoch !== after.epoch) return "moves";
  if (before === after) return "ignored";
  return isDeepStrictEqual({ ...before, at: 0, wakeAt: 0 }, { ...after, at: 0, wakeAt: 0 }) ? "ignored" : "changes";
}
