import type { ErrorClass } from "../../machines/events.ts";
import type { TextRule } from "./text-rule.ts";

/** What one code means: a class, or, where a provider uses it for several things, the first case whose text matches. */
export type CodeMeaning = ErrorClass | readonly CodeCase[];

/** One meaning of an ambiguous code. */
export interface CodeCase {
  /** Matches the folded text of the failure (lower case, words apart by single spaces); absent: always. */
  readonly when?: RegExp;
  readonly class: ErrorClass;
}

/** What one provider is known to mean: facts as data, in `src/providers/<name>/errors.ts`. */
export interface ErrorTable {
  /** The provider's name, first part of its rules' names. */
  readonly provider: string;
  /** By code, type or reason, in any case; a dotted code falls back to what stands before its last dot. */
  readonly codes: Readonly<Record<string, CodeMeaning>>;
  /** Sentences that mean something else here than elsewhere; they are tried after the codes and before everybody's words. */
  readonly texts?: readonly TextRule[];
  /** Statuses that mean something else here than elsewhere; used where no code or word decided. */
  readonly statuses?: Readonly<Record<number, ErrorClass>>;
  /** Headers whose value tells the class. */
  readonly headers?: readonly HeaderRule[];
  /** Where a code stands in a sentence, as its first group: `(2056)` at the end of MiniMax's. */
  readonly codeInText?: RegExp;
  /** The offset from UTC, in minutes, of this provider's dates that state no zone. Default: 0. */
  readonly utcOffsetMinutes?: number;
}

/** A header that tells the class. */
export interface HeaderRule {
  readonly header: string;
  readonly value: RegExp;
  readonly class: ErrorClass;
}

const foldedTables = new WeakMap<ErrorTable, ReadonlyMap<string, CodeMeaning>>();

/** The meaning of a code in a table, or undefined. */
export function meaningOf(table: ErrorTable, code: string): CodeMeaning | undefined {
  const codes = foldedCodes(table);
  for (let name = code.toLowerCase(); name !== ""; name = name.slice(0, Math.max(0, name.lastIndexOf(".")))) {
    const meaning = codes.get(name);
    if (meaning !== undefined) return meaning;
  }
  return undefined;
}

function foldedCodes(table: ErrorTable): ReadonlyMap<string, CodeMeaning> {
  let folded = foldedTables.get(table);
  if (folded === undefined) {
    folded = new Map(Object.entries(table.codes).map(([code, meaning]) => [code.toLowerCase(), meaning]));
    foldedTables.set(table, folded);
  }
  return folded;
}
