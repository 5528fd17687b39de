import type { Scenario, StepReport } from "../testing/simulate/index.ts";

type Step = Scenario["steps"][number];

/** What a step does, in few words. */
export function stepWords(step: Step): string {
  if ("start" in step) return `start ${step.start}`;
  if ("finish" in step) return `finish ${step.finish}`;
  if ("call" in step) return "call";
  if ("stream" in step) return "stream";
  if ("calls" in step) return `${step.calls} × call`;
  if ("traffic" in step) return `${step.traffic.rate} for ${spanWords(step.traffic.for)}`;
  if ("advance" in step) return `+${step.advance} s`;
  return "slot" in step ? `${step.op} ${step.slot}` : step.op;
}

/** What came of a step, in few words. */
export function resultWords({ result, by, failed, class: errorClass, in_flight: inFlight }: StepReport): string {
  if (inFlight !== undefined) return `in flight at ${inFlight}`;
  if (typeof by === "object") return countWords({ ...by, ...failed });
  if (result === "served") return `served by ${by}`;
  return [result?.replaceAll("_", " "), errorClass].filter((word) => word !== undefined).join(": ");
}

const countWords = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name.replaceAll("_", " ")} ${count}`)
    .join(", ");

/** A span of time in its largest units: `1 h 30 min`; below a minute to the millisecond. */
export function spanWords(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds * 1_000) / 1_000} s`;
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  return [hours > 0 && `${hours} h`, minutes > 0 && `${minutes} min`, rest > 0 && `${rest} s`]
    .filter(Boolean)
    .join(" ");
}
