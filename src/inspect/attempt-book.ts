import type { AttemptEvent } from "../engine/model-events.ts";
import type { CallAttempt } from "./entries.ts";

/** An attempt that has ended, while its call has not. */
interface EndedAttempt {
  readonly event: AttemptEvent;
  readonly endedAt: number;
}

/** Keeps the attempts of calls that are under way. */
export interface AttemptBook {
  add(event: AttemptEvent, endedAt: number): void;
  /** The attempts of a call that is over, which it then forgets. */
  take(call: string, startedAt: number): readonly CallAttempt[];
  /** Forgets a call that is over. */
  forget(call: string): void;
}

/** Calls of which more are under way are told without their attempts. */
const mostCalls = 8_192;

/** Makes an empty book. */
export function createAttemptBook(most = mostCalls): AttemptBook {
  const byCall = new Map<string, EndedAttempt[]>();
  return {
    add: (event, endedAt) => {
      const known = byCall.get(event.call);
      if (known !== undefined) known.push({ event, endedAt });
      else if (byCall.size < most) byCall.set(event.call, [{ event, endedAt }]);
    },
    take: (call, startedAt) => {
      const ended = byCall.get(call) ?? [];
      byCall.delete(call);
      return ended.map((attempt) => attemptOf(attempt, startedAt));
    },
    forget: (call) => void byCall.delete(call),
  };
}

function attemptOf(
  { event: { credential, outcome, rule, status, isStream, durationMs }, endedAt }: EndedAttempt,
  startedAt: number,
): CallAttempt {
  const startMs = Math.max(0, Math.round(endedAt - durationMs - startedAt));
  return { credential, outcome, rule, status, isStream, startMs, durationMs: Math.round(durationMs) };
}
