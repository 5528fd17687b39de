import type { ErrorClass } from "../../machines/events.ts";

/** A sentence, or words of one, that tells what failed. */
export interface TextRule {
  /** Stable name, unique in its list: the verdict names it. */
  readonly rule: string;
  readonly class: ErrorClass;
  /** Matches folded text: lower case, words apart by single spaces, one sentence or code a line. Every quantifier is bounded. */
  readonly pattern: RegExp;
  /** The rule does not apply where this matches. */
  readonly unless?: RegExp;
}

/** One pattern out of several, so that each line can be read. */
export function anyOf(...patterns: readonly RegExp[]): RegExp {
  return new RegExp(
    patterns.map(({ source }) => source).join("|"),
    patterns.some(({ multiline }) => multiline) ? "m" : "",
  );
}
