import { actsIn, type Bounds } from "./acts.ts";
import { sameness } from "./same.ts";
import type { ExploredModel, Subject } from "./subject.ts";
import { type Act, firstWorld, type Occurrence, perform, type World } from "./world.ts";

/** A world that was reached, and how. */
export interface Reached {
  readonly world: World;
  /** The world before, and what led here; `undefined` for the first. */
  readonly from: Reached | undefined;
  readonly act: Act | undefined;
  /** Acts from the start. */
  readonly depth: number;
}

/** One act of the exploration. */
export interface Taken {
  readonly from: Reached;
  readonly act: Act;
  readonly to: Reached;
  readonly occurrences: readonly Occurrence[];
  /** Whether its world was not reached before. */
  readonly isNew: boolean;
}

/** How far a product was walked. */
export interface Extent {
  readonly states: number;
  readonly transitions: number;
  /** Every world that takes at most so many acts was taken in every direction. */
  readonly depth: number;
  /** Whether there is nothing beyond. */
  readonly isClosed: boolean;
}

/**
 * Walks the product of a model and its calls breadth first, and tells each act that it took, those on the shortest ways
 * first. No state is folded, but that times count from now and that it does not matter which call is the first.
 *
 * @param most - Acts to be taken at most.
 * @returns how far it came.
 */
export function* walk(
  subject: Subject,
  model: ExploredModel,
  bounds: Bounds & { readonly transitions: number },
): Generator<Taken, Extent, undefined> {
  const first: Reached = { world: firstWorld(subject), from: undefined, act: undefined, depth: 0 };
  const waiting: Reached[] = [first];
  const known = new Set([sameness(first.world)]);
  let transitions = 0;
  for (const from of waiting) {
    if (transitions >= bounds.transitions) {
      return { states: waiting.length, transitions, depth: from.depth - 1, isClosed: false };
    }
    for (const act of actsIn(from.world, bounds)) {
      transitions += 1;
      const { world, occurrences } = perform(subject, model, from.world, act);
      const key = sameness(world);
      const isNew = !known.has(key);
      const to: Reached = { world, from, act, depth: from.depth + 1 };
      if (isNew) {
        known.add(key);
        waiting.push(to);
      }
      yield { from, act, to, occurrences, isNew };
    }
  }
  return { states: waiting.length, transitions, depth: waiting.at(-1)?.depth ?? 0, isClosed: true };
}

/** What led to a world, from the start. */
export function wayTo(reached: Reached): readonly Act[] {
  const acts: Act[] = [];
  for (let each: Reached | undefined = reached; each?.act !== undefined; each = each.from) acts.unshift(each.act);
  return acts;
}
