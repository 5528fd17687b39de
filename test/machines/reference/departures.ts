import { isDeepStrictEqual } from "node:util";

/** Where we answer otherwise than the earlier implementation on purpose, and the rules that say so. */
const departures = {
  evidenceMovesHome: "the evidence itself moves home, a chain that failed whole leaves it exhausted (S3, S12)",
  proofBeforeFailback: "proof before failback, one probe (S7, S8, S11)",
  staleIsDropped: "stale evidence is dropped, a success never moves home down (S4, S6)",
  timers: "timers instead of one look a call (S7, S31)",
  noStarvation: "a credential that stays dead hides none above it (S9)",
  restedFirst: "rested credentials before cooling ones (S3, S21)",
  firstItemCommits: "the first item commits a stream, late auth and quota are remembered (S25)",
  onlyOwnSlots: "an index that is no slot says nothing (S1, S4)",
  pairIsAModel: "the pair is a model of two credentials (all)",
  breakerProbesOnce: "half-open lets one probe through (S31)",
  breakerTickets: "an outcome older than the last transition is ignored (S31)",
  breakerSparesRequests: "a request's own fault does not count (S30)",
  fullJitter: "full jitter, capped before the draw (S22)",
} as const;

export type Departure = keyof typeof departures;

/** Whether a prediction departs there. */
export type Departs = (departure: Departure) => boolean;

/** One row, answered step by step: as it was observed, by us, and by rules that depart in some places and not in others. */
export interface Replay {
  readonly observed: readonly unknown[];
  readonly ours: readonly unknown[];
  readonly predict: (departs: Departs) => readonly unknown[];
}

/** What became of a row. Our answer is explained when departures predict it, each step of it. */
export type Verdict =
  | { readonly kind: "agrees" }
  | { readonly kind: "explained"; readonly by: readonly Departure[] }
  /** `step` is the first that nothing predicts. */
  | { readonly kind: "unexplained"; readonly why: string; readonly step: number };

/**
 * Holds our answer to a row against two predictions: with no departure the rules must answer as observed, so that they are
 * known to be read rightly; with all that are possible they must answer as we do. The fewest that do so name the difference.
 */
export function judge({ observed, ours, predict }: Replay, possible: readonly Departure[]): Verdict {
  const unexplained = (why: string, predicted: readonly unknown[], answer: readonly unknown[]): Verdict => ({
    kind: "unexplained",
    why,
    step: Math.max(
      0,
      answer.findIndex((each, step) => !isDeepStrictEqual(each, predicted[step])),
    ),
  });
  const undeparted = predict(() => false);
  if (!isDeepStrictEqual(undeparted, observed)) return unexplained("the rules were misread", undeparted, observed);

  const departed = predict((each) => possible.includes(each));
  if (!isDeepStrictEqual(departed, ours)) return unexplained("no departure predicts our answer", departed, ours);

  if (isDeepStrictEqual(ours, observed)) return { kind: "agrees" };
  const by = choices(possible).find((some) =>
    isDeepStrictEqual(
      predict((each) => some.includes(each)),
      ours,
    ),
  );
  return { kind: "explained", by: by ?? possible };
}

/** Every choice of some of them, the smaller ones first. */
function choices(all: readonly Departure[]): Departure[][] {
  return all
    .reduce<Departure[][]>((some, each) => [...some, ...some.map((chosen) => [...chosen, each])], [[]])
    .toSorted((one, other) => one.length - other.length);
}

/** What became of all rows of a file. */
export interface Tally {
  readonly rows: number;
  readonly agree: number;
  readonly explained: number;
  /** Of how many rows each departure explains the difference, alone or with others. */
  readonly by: Readonly<Partial<Record<Departure, number>>>;
  readonly unexplained: readonly string[];
}

/** Judges rows, and prints how many agree and how many each departure explains. */
export function tally(name: string, replays: ReadonlyMap<string, Replay>, possible: readonly Departure[]): Tally {
  const verdicts = [...replays].map(([id, replay]) => [id, judge(replay, possible)] as const);
  const by: Partial<Record<Departure, number>> = {};
  for (const [, verdict] of verdicts) {
    if (verdict.kind === "explained") for (const each of verdict.by) by[each] = (by[each] ?? 0) + 1;
  }
  const count = (kind: Verdict["kind"]): number => verdicts.filter(([, verdict]) => verdict.kind === kind).length;
  const result: Tally = {
    rows: verdicts.length,
    agree: count("agrees"),
    explained: count("explained"),
    by,
    unexplained: verdicts.flatMap(([id, verdict]) =>
      verdict.kind === "unexplained" ? [`${id}, step ${verdict.step}: ${verdict.why}`] : [],
    ),
  };
  console.log(tableOf(name, result));
  return result;
}

function tableOf(name: string, { rows, agree, explained, by, unexplained }: Tally): string {
  const line = (count: number, text: string): string => `${String(count).padStart(6)}  ${text}`;
  return [
    `${name}: ${rows} rows, ${agree} agree, ${explained} explained, ${unexplained.length} unexplained`,
    ...Object.entries(by).map(([departure, count]) => line(count, departures[departure as Departure])),
  ].join("\n");
}
