import type { Experience } from "./clients.ts";
import type { UpstreamLog } from "./upstream.ts";
import type { Spell } from "./weather.ts";

/** What must not have happened. */
export interface Counterexample {
  readonly rule: string;
  readonly request: string;
  readonly explanation: string;
}

/** All that was seen, from both sides. */
export interface Evidence extends UpstreamLog {
  readonly credentials: readonly string[];
  readonly experiences: readonly Experience[];
}

/** What the evidence amounts to. */
export interface Verdict {
  readonly counterexamples: readonly Counterexample[];
  /** Errors that no credential could have spared: each was ill at some moment of the call. */
  readonly unavoidable: number;
}

/**
 * Judges a run.
 *
 * An error in place of an answer is a fault where some credential was healthy from before the request was sent until
 * after the error had come: whenever the gateway had turned to it, it would have served. An error after the first item is
 * one unless the upstream broke that very answer off. And once an answer's first item has been handed on, its request must
 * not have been sent again.
 */
export function judge({ credentials, experiences, arrivals, spells }: Evidence): Verdict {
  const lastSerials = new Map(arrivals.map(({ request, serial }) => [request, serial]));
  const mayBreak = new Set(arrivals.filter((arrival) => arrival.mayBreak).map(({ serial }) => serial));
  const counterexamples: Counterexample[] = [];
  let unavoidable = 0;

  function blame(rule: string, { request, kind, shown }: Experience, detail: string): void {
    counterexamples.push({ rule, request, explanation: `${kind}: ${detail}; the client saw ${shown}` });
  }

  for (const experience of experiences) {
    const { end, serial, request } = experience;
    if (end === "refused") {
      const healthy = credentials.find((each) => isHealthyThroughout(each, experience, spells));
      if (healthy === undefined) unavoidable += 1;
      else
        blame("an error that a healthy credential could have served", experience, `${healthy} was healthy all along`);
      continue;
    }
    if (end === "passed off")
      blame("an answer that is not whole ended as if it were", experience, `upstream ${serial}`);
    if (end === "broken" && !mayBreak.has(serial ?? 0)) {
      blame("a stream broke that its upstream did not break", experience, `upstream ${serial}`);
    }
    const last = lastSerials.get(request);
    if (serial === undefined || last === undefined || last < serial) {
      blame("an answer that no upstream gave", experience, `it names ${serial}, the last sent is ${last}`);
    } else if (last > serial) {
      blame("sent again after its first item", experience, `answered by ${serial}, sent again as ${last}`);
    }
  }
  return { counterexamples, unavoidable };
}

/** Clocks of two processes, read in whole milliseconds. */
const marginMs = 5;

function isHealthyThroughout(credential: string, { fromMs, toMs }: Experience, spells: readonly Spell[]): boolean {
  return !spells.some(
    (each) => each.credential === credential && each.fromMs < toMs + marginMs && each.toMs > fromMs - marginMs,
  );
}
