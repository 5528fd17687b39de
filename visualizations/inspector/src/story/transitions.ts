import type { ModelState } from "../../../../src/inspect/entries.ts";
import type { Turning } from "./story.ts";

/** A way from one state of a statechart to another, by the ids of its nodes. */
export interface Transition {
  readonly from: string;
  readonly to: string;
}

/**
 * The transition that a machine took, as its chart draws it.
 *
 * @param before - How it stood before.
 * @param credentials - Ids, in order of priority.
 * @returns `undefined` for what the chart shows otherwise: a success that proved a probed credential is one transition,
 * told as the probe's end and as home's move.
 */
export function transitionOf(
  turning: Turning,
  before: ModelState | undefined,
  credentials: readonly string[],
): Transition | undefined {
  const serving = (id: string | null): string => nodeOf(credentials, id, "serving");
  if (turning.type === "probe") {
    const probing = nodeOf(credentials, turning.credential, "probing");
    const home = serving(before?.active ?? null);
    if (turning.phase === "due") return { from: home, to: probing };
    return { from: probing, to: turning.phase === "proved" ? serving(turning.credential) : home };
  }
  const wasProved = turning.cause === "success" && before?.probing !== null && before?.probing === turning.to;
  return wasProved ? undefined : { from: serving(turning.from), to: serving(turning.to) };
}

/** The node of a credential's state; of no credential that there is: `exhausted`. */
export function nodeOf(credentials: readonly string[], id: string | null, state: "serving" | "probing"): string {
  const slot = id === null ? -1 : credentials.indexOf(id);
  return slot < 0 ? "exhausted" : `s${slot}.${state}`;
}

export function keyOf({ from, to }: Transition): string {
  return `${from} to ${to}`;
}
