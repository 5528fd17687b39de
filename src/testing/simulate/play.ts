import type { VirtualClock } from "../virtual-clock.ts";
import type { ScriptedOutcome } from "./scenario.ts";
import { ScriptedFailure } from "./scripted-failure.ts";

/** Where an attempt is played: whose time passes, who may give up. */
export interface Scene {
  readonly clock: VirtualClock;
  /** Aborts the whole call. */
  readonly caller: AbortController;
  /** The attempt's own. */
  readonly signal: AbortSignal;
}

/** Lets an outcome's time pass: its delay, its hang, its caller's change of mind. */
export async function play(outcome: ScriptedOutcome, { clock, caller, signal }: Scene): Promise<void> {
  if (typeof outcome === "string") return;
  if ("hang" in outcome) return aborted(signal);
  if ("after_s" in outcome && outcome.after_s !== undefined) {
    const { after_s: seconds } = outcome;
    await new Promise<void>((resolve) => {
      clock.setTimer(resolve, seconds * 1_000, "foreground");
    });
  }
  if ("cancel" in outcome) {
    caller.abort(new DOMException("The caller gave up", "AbortError"));
    await aborted(signal);
  }
}

/** Throws what the outcome says, if it is a failure. */
export function fail(outcome: ScriptedOutcome): void {
  if (typeof outcome === "string") {
    if (outcome !== "ok") throw new ScriptedFailure(outcome);
    return;
  }
  if ("error" in outcome) throw new ScriptedFailure(outcome.error, { retryAfterS: outcome.retry_after_s });
  if ("ok" in outcome || "items" in outcome || "cancel" in outcome || "hang" in outcome) return;
  throw new ScriptedFailure(undefined, outcome);
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    if (signal.aborted) reject(signal.reason as Error);
  });
}
