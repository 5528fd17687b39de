import type { ErrorClass } from "../../machines/index.ts";
import type { SettledEvent } from "../engine/model-events.ts";

/** One step of a call's way: what a credential answered, and why it was left. */
export interface TrailStep {
  readonly credential: string;
  readonly outcome: "ok" | ErrorClass | "cancelled" | "timed_out";
  /** The classifier's rule behind an error class. */
  readonly rule?: string;
  /** The HTTP status, where there was one. */
  readonly status?: number;
  /** Whole milliseconds that a failed attempt took. */
  readonly durationMs?: number;
}

/** Why a call went where it went: its failures in order, then its end. It holds no secret and no word of an upstream's. */
export function trailOf({
  result,
  credential,
  cutOff = credential,
  failures,
}: Pick<SettledEvent, "result" | "credential" | "cutOff" | "failures">): readonly TrailStep[] {
  const steps: TrailStep[] = failures.map((failure) => ({
    credential: failure.credential,
    outcome: failure.class,
    rule: failure.rule,
    ...(failure.status !== undefined && { status: failure.status }),
    durationMs: Math.round(failure.durationMs),
  }));
  if (result === "served" && credential !== undefined) steps.push({ credential, outcome: "ok" });
  const wasStopped = result === "cancelled" || result === "timed_out";
  if (wasStopped && cutOff !== undefined) steps.push({ credential: cutOff, outcome: result });
  return steps;
}

/** A trail in one line of ASCII, fit for a header: `primary auth openai.code.invalid_api_key 401 120ms > spare ok`. */
export function trailText(trail: readonly TrailStep[]): string {
  return trail.map(stepText).join(" > ");
}

function stepText({ credential, outcome, rule, status, durationMs }: TrailStep): string {
  const time = durationMs === undefined ? undefined : `${durationMs}ms`;
  return [credential, outcome, rule, status, time].filter((part) => part !== undefined).join(" ");
}
