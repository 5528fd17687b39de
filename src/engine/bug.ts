/**
 * Whether an error is the engine's of JavaScript, about code that would fail with any credential: a name that does not exist, a
 * call of what is no function. It is the caller's own bug, and to rest one key after another for it would hurt every other caller.
 *
 * "Cannot read properties of undefined" is not among them: so fails a function that reads an answer of another shape than it
 * takes for granted, as an error within a 200 is, and another credential may answer well. `fetch` failed where there is a `cause`.
 */
export function isBug(error: unknown): boolean {
  if (!(error instanceof Error) || error.cause !== undefined || "code" in error || "status" in error) return false;
  return error instanceof ReferenceError || (error instanceof TypeError && ofCode.test(error.message));
}

const ofCode = /is not a (?:function|constructor)$|^Assignment to constant variable/;
