import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { InputIssue } from "../../../src/errors.ts";

/** What the earlier implementation told of an input that it refused. */
export interface ReferenceError {
  readonly reason: string;
  readonly field: string | null;
  readonly fields?: readonly string[];
}

/** An answer to an input, in words that both sides share: what it comes to, or why it is refused. */
export type Answer<Outcome> =
  | { readonly outcome: Outcome }
  | { readonly refused: readonly InputIssue[] }
  | { readonly refusedThere: readonly ReferenceError[] };

/** Where we answer otherwise on purpose. Whether it applies is told from the input alone. */
export interface Departure<Row, Outcome> {
  /** What holds here instead. */
  readonly name: string;
  readonly applies: (row: Row) => boolean;
  /** Which of our refusals it predicts. */
  readonly refuses?: (issue: InputIssue) => boolean;
  /** What it makes of the outcome there; undefined: the input was refused there. */
  readonly becomes?: (outcome: Outcome | undefined, row: Row) => Outcome | undefined;
}

export interface ReplayedRow<Row, Outcome> {
  readonly row: Row & { readonly id: string };
  readonly there: Answer<Outcome>;
  readonly here: Answer<Outcome>;
}

export interface Tally {
  readonly agree: readonly string[];
  /** Ids by the departure, or departures together, that predict our answer. */
  readonly explained: ReadonlyMap<string, readonly string[]>;
  readonly unexplained: readonly string[];
}

/** Sorts rows by what became of them, and prints it. */
export function tally<Row, Outcome>(
  title: string,
  rows: readonly ReplayedRow<Row, Outcome>[],
  departures: readonly Departure<Row, Outcome>[],
  saysTheSame: (there: readonly ReferenceError[], here: readonly InputIssue[]) => boolean,
): Tally {
  const agree: string[] = [];
  const unexplained: string[] = [];
  const explained = new Map<string, string[]>();
  for (const replayed of rows) {
    const { id } = replayed.row;
    if (agrees(replayed, saysTheSame)) agree.push(id);
    else {
      const by = explanation(replayed, departures);
      if (by === undefined) unexplained.push(id);
      else explained.set(by, [...(explained.get(by) ?? []), id]);
    }
  }
  const lines = [...explained].map(([by, ids]) => `  ${String(ids.length).padStart(4)}  ${by}`);
  console.log([`${title}: ${rows.length} rows, ${agree.length} agree`, ...lines].join("\n"));
  return { agree, explained, unexplained };
}

function agrees<Row, Outcome>(
  { there, here }: ReplayedRow<Row, Outcome>,
  saysTheSame: (there: readonly ReferenceError[], here: readonly InputIssue[]) => boolean,
): boolean {
  if ("refusedThere" in there) return "refused" in here && saysTheSame(there.refusedThere, here.refused);
  return isDeepStrictEqual(there, here);
}

/** The departures that apply and together predict our answer exactly: each of them is needed, nothing is left over. */
function explanation<Row, Outcome>(
  { row, there, here }: ReplayedRow<Row, Outcome>,
  departures: readonly Departure<Row, Outcome>[],
): string | undefined {
  const applying = departures.filter(({ applies }) => applies(row));
  const refusing = applying.filter(({ refuses }) => refuses !== undefined);
  if ("refused" in here) {
    const isPredicted = here.refused.every((issue) => refusing.some(({ refuses }) => refuses?.(issue)));
    const areNeeded = refusing.every(({ refuses }) => here.refused.some((issue) => refuses?.(issue)));
    return refusing.length > 0 && isPredicted && areNeeded ? named(refusing) : undefined;
  }
  if (refusing.length > 0) return undefined;
  let outcome = "outcome" in there ? there.outcome : undefined;
  const changing = applying.filter(({ becomes }) => {
    const before = outcome;
    outcome = becomes?.(before, row) ?? before;
    return !isDeepStrictEqual(before, outcome);
  });
  return "outcome" in here && isDeepStrictEqual(outcome, here.outcome) ? named(changing) : undefined;
}

function named(departures: readonly { readonly name: string }[]): string {
  return departures.map(({ name }) => name).join(" + ");
}

/** The rows of a file of observed answers. */
export function rowsOf<Row>(file: string): readonly Row[] {
  const path = new URL(`../../fixtures/reference/${file}.json`, import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as { readonly rows: readonly Row[] }).rows;
}

/** `dense.credentials.0.api_key` as we write paths. */
export function pathOf(section: string, field: string | null): string {
  return `${section}.${field ?? ""}`.replaceAll(/\.(\d+)(?=\.|$)/g, "[$1]");
}

/** Without members that are undefined or null, which say nothing. */
export function stated<Value extends object>(value: Value): Partial<Value> {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined && member !== null),
  ) as Partial<Value>;
}
