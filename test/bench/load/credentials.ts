/** The credentials of every model, in order of priority. */
export const credentialIds: readonly string[] = ["first", "second", "third", "fourth"];

/** A credential's key: what no answer may show, whereas its id stands in each. */
export function keyOf(id: string): string {
  return `sk-load-${id}-0123456789abcdef`;
}
