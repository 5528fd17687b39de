import * as z from "zod";
import { leaf } from "../leaf.ts";
import type { Leaf } from "../leaf.ts";

/*
 * Values as that project's schema library reads them: a number may be a text, a flag may be one of several words, and
 * null is the same as nothing. What our own configurations would refuse has to load here.
 */

const yes: ReadonlySet<unknown> = new Set([true, 1, "1", "true", "t", "yes", "y", "on"]);
const no: ReadonlySet<unknown> = new Set([false, 0, "0", "false", "f", "no", "n", "off"]);

/** A member that may be missing, or null. */
export function maybe<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => value ?? undefined, schema.optional()).optional();
}

/** Any text, the empty one included. */
export function anyText(): Leaf<string, string> {
  return leaf((value, refuse) => (typeof value === "string" ? value : refuse("a text")));
}

/** The name of a provider. An empty one is none, and a blank one a slip. */
export function providerName(): Leaf<string, string> {
  return leaf((value, refuse) => {
    const isName = typeof value === "string" && (value === "" || value.trim() !== "");
    return isName ? value : refuse("a provider's name, or nothing at all");
  });
}

export function looseFlag(): Leaf<boolean, boolean> {
  return leaf((value, refuse) => {
    const word = typeof value === "string" ? value.toLowerCase() : value;
    if (yes.has(word)) return true;
    return no.has(word) ? false : refuse("true or false");
  });
}

export function looseNumber(min: number, wanted: string): Leaf<number, number> {
  return leaf((value, refuse) => {
    const number = numberIn(value);
    return number !== undefined && number >= min ? number : refuse(wanted);
  });
}

export function looseInteger(min: number, wanted: string): Leaf<number, number> {
  return leaf((value, refuse) => {
    const number = numberIn(value);
    return number !== undefined && Number.isSafeInteger(number) && number >= min ? number : refuse(wanted);
  });
}

/** A number of seconds that is not zero: with none, every call would be a way back to a credential that just failed. */
export function seconds(): Leaf<number, number> {
  return looseNumber(Number.MIN_VALUE, "a number of seconds above 0");
}

function numberIn(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const isNumeral = typeof value === "string" && /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(value);
  return isNumeral ? Number(value) : undefined;
}
