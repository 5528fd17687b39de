import { UsageError } from "../errors.ts";
import { instanceOf, property } from "./guarded.ts";
import type { Verdict } from "./verdict.ts";

/**
 * What the caller's own code got wrong, which would fail with any credential: a misuse of this library, a name that does not
 * exist, a call of what is no function. To rest one key after another for it would hurt every other caller.
 */
export function ownMistake(error: unknown): Verdict | undefined {
  if (instanceOf(error, UsageError)) return { class: "permanent", rule: "usage" };
  return isBug(error) ? { class: "permanent", rule: "bug" } : undefined;
}

/** What clients put on the errors that they throw; the engine of JavaScript puts nothing on its own. */
const marks = ["cause", "code", "status"];

function isBug(error: unknown): boolean {
  if (!instanceOf(error, Error) || marks.some((mark) => property(error, mark) !== undefined)) return false;
  if (instanceOf(error, ReferenceError)) return true;
  return instanceOf(error, TypeError) && isAboutCode(String(property(error, "message")));
}

/**
 * "Cannot read properties of undefined" is not about code, nor is a method of lists and texts that is missing: so fails a
 * function that reads an answer of another shape than it takes for granted, as an error within a 200 is, and another
 * credential may answer well.
 */
function isAboutCode(message: string): boolean {
  if (message.startsWith("Assignment to constant variable")) return true;
  const [, name] = /([\w$]+)(?:\(\.\.\.\))? is not a (?:function|constructor)$/.exec(message) ?? [];
  return name !== undefined && !(name in Array.prototype) && !(name in String.prototype);
}
