import * as z from "zod";
import { nearest } from "./nearest.ts";

/** A schema of one value that is read by a function. */
export type Leaf<Input, Output> = z.ZodPipe<z.ZodCustom<Input, Input>, z.ZodTransform<Output, Input>>;

/** Says that a value will not do: what is wanted and, where a plain description would not say it, what was found. */
export type Refuse = (wanted: string, found?: string) => never;

/** Ends the reading of a leaf. It never leaves this file. */
class Refusal extends Error {
  readonly wanted: string;
  readonly found: string | undefined;

  constructor(wanted: string, found: string | undefined) {
    super(wanted);
    this.wanted = wanted;
    this.found = found;
  }
}

const refuse: Refuse = (wanted, found) => {
  throw new Refusal(wanted, found);
};

/** A schema of one value whose errors say, in our words, what is wanted. */
export function leaf<Input, Output>(read: (value: unknown, refuse: Refuse) => Output): Leaf<Input, Output> {
  return z.custom<Input>().transform((value: unknown, context): Output => {
    try {
      return read(value, refuse);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      context.issues.push({ code: "custom", input: value, message: error.wanted, params: { found: error.found } });
      return z.NEVER;
    }
  });
}

/** An object that allows no key but those of its shape. */
export function section<Shape extends z.core.$ZodShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape).join(", ");
  return z.strictObject(shape, { error: (issue) => (issue.code === "unrecognized_keys" ? known : "an object") });
}

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): Leaf<Word, Word> {
  return leaf<Word, Word>((value, refuse) => words.find((word) => word === value) ?? refuse(choice(value, words)));
}

/** "a, b or c", and which of them was likely meant. */
export function choice(value: unknown, words: readonly string[]): string {
  const listed = [words.slice(0, -1).join(", "), words.at(-1)].filter(Boolean).join(" or ");
  const meant = typeof value === "string" ? nearest(value, words) : undefined;
  return meant === undefined ? listed : `${listed} (did you mean ${meant}?)`;
}
