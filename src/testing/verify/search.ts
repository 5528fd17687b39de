import { isCooling, type SlotsInput } from "../../../machines/index.ts";
import { foldKey, foldOf } from "../explore/fold.ts";
import { cover } from "../explore/pair-cover.ts";
import {
  type Act,
  type ExploredModel,
  type Extent,
  firstWorld,
  type Occurrence,
  type Reached,
  type Subject,
  type Taken,
  walk,
  wayTo,
  type World,
} from "../explore/product/index.ts";
import type { Step } from "../explore/situation.ts";
import type { Invariant } from "./invariant.ts";
import { invariants } from "./invariants.ts";
import { Course, prospects } from "./runs.ts";

/** What does not hold, and the shortest way to see it. */
export interface Breach {
  readonly name: string;
  readonly says: string;
  readonly acts: readonly Act[];
}

/** A property of single states that is not ours: asked of the start, and of each world that is reached for the first time. */
export interface WorldRule {
  readonly name: string;
  readonly holds: (reached: Reached) => boolean;
}

/** What a search came to. */
export interface Searched {
  readonly extent: Extent;
  readonly breach: Breach | undefined;
}

/** Looks for a breach in the product of a model and its calls, breadth first: the first that it finds is a shortest. */
export function searchProduct(
  subject: Subject,
  model: ExploredModel,
  bounds: { readonly calls: number; readonly transitions: number },
  rules: readonly WorldRule[] = [],
): Searched {
  const start: Reached = { world: firstWorld(subject), from: undefined, act: undefined, depth: 0 };
  const atStart = breachOf(start, rules);
  if (atStart !== undefined) {
    return { extent: { states: 1, transitions: 0, depth: 0, isClosed: false }, breach: atStart };
  }
  const outlooks = new Map<string, Reached>();
  const steps = walk(subject, model, bounds);
  let transitions = 0;
  let states = 1;
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return { extent: step.value, breach: breachAhead(subject, model, [...outlooks.values()]) };
    }
    const { from, to, isNew } = step.value;
    transitions += 1;
    states += Number(isNew);
    const breach = breachIn(step.value) ?? (isNew ? breachOf(to, rules) : undefined);
    if (breach !== undefined) return { extent: { states, transitions, depth: from.depth, isClosed: false }, breach };
    for (const reached of [from, to]) {
      const outlook = outlookOf(reached.world);
      if (!outlooks.has(outlook)) outlooks.set(outlook, reached);
    }
  }
}

function breachIn({ occurrences, to }: Taken): Breach | undefined {
  const broken = invariants.find((invariant) => occurrences.some((each) => !holdsOf(invariant, each)));
  return broken && { name: broken.name, says: broken.says, acts: wayTo(to) };
}

function holdsOf({ ofHappening, ofTurn, ofEnd }: Invariant, occurrence: Occurrence): boolean {
  switch (occurrence.kind) {
    case "happened":
      return ofHappening?.(occurrence) ?? true;
    case "turn":
      return ofTurn?.(occurrence) ?? true;
    case "ended":
      return ofEnd?.(occurrence) ?? true;
  }
}

function breachOf(reached: Reached, rules: readonly WorldRule[]): Breach | undefined {
  const broken = rules.find(({ holds }) => !holds(reached));
  return broken && { name: broken.name, says: broken.name, acts: wayTo(reached) };
}

/** What must follow from a world, and does not; of many worlds from the one that is reached first. */
function breachAhead(subject: Subject, model: ExploredModel, worlds: readonly Reached[]): Breach | undefined {
  for (const reached of worlds) {
    const from = new Course(subject, model, reached.world);
    from.giveUpAll();
    for (const { name, says, runs } of prospects) {
      for (const { acts, holds } of runs(from)) {
        if (!holds) return { name, says, acts: [...wayTo(reached), ...from.acts, ...acts] };
      }
    }
  }
  return undefined;
}

/** What is looked ahead from once: states that differ in times alone have the same outlook. */
function outlookOf({ at, model }: World): string {
  const slots = model.context;
  const rests = slots.slots.map(({ statedUntil, failedFailbacks, probedInVain }, slot) => [
    isCooling(slots, slot, at),
    (statedUntil ?? 0) > at,
    Math.min(failedFailbacks, 1),
    probedInVain,
  ]);
  return JSON.stringify([foldKey(foldOf(model)), rests]);
}

/** A breach that the pair cover shows: in which state, by which steps. */
export interface CoverBreach {
  readonly name: string;
  readonly says: string;
  readonly prefix: readonly Step[];
  readonly happening: string;
  readonly steps: readonly Step[];
}

/** Looks for a breach in the pair cover: every event in every state, for any number of slots. */
export function searchCover(
  input: SlotsInput,
  model?: Subject["model"],
): { readonly states: number; readonly pairs: number; readonly breach: CoverBreach | undefined } {
  let breach: CoverBreach | undefined;
  let pairs = 0;
  const states = cover(
    input,
    ({ from, happening, steps }, before, after) => {
      pairs += 1;
      const [step] = steps;
      if (breach !== undefined || step === undefined || steps.length > 1) return;
      const event = step.type === "TIMER" ? undefined : step;
      const happened = {
        kind: "happened" as const,
        event,
        before: before.context,
        after: after.context,
        situation: after,
      };
      const broken = invariants.find((invariant) => !holdsOf(invariant, happened));
      if (broken !== undefined) {
        breach = { name: broken.name, says: broken.says, prefix: from.prefix, happening: happening.name, steps };
      }
    },
    model,
  );
  return { states: states.length, pairs, breach };
}
