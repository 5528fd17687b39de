import type { Scenario, StepReport } from "../testing/simulate/index.ts";

type Step = Scenario["steps"][number];

/** What a step does, in few words. */
export function stepWords(step: Step): string {
  if ("start" in step) return `start ${step.start}`;
  if ("finish" in step) return `finish ${step.finish}`;
  if ("call" in step) return "call";
  if ("stream" in step) return "stream";
  if ("calls" in step) return `${step.calls} × call`;
  if ("advance" in step) return `+${step.advance} s`;
  return "slot" in step ? `${step.op} ${step.slot}` : step.op;
}

/** What came of a step, in few words. */
export function resultWords({ result, by, class: errorClass, in_flight: inFlight }: StepReport): string {
  if (inFlight !== undefined) return `in flight at ${inFlight}`;
  if (typeof by === "object")
    return Object.entries(by)
      .map(([credential, count]) => `${credential} ${count}`)
      .join(", ");
  if (result === "served") return `served by ${by}`;
  return [result?.replaceAll("_", " "), errorClass].filter((word) => word !== undefined).join(": ");
}

/** The ids of a scenario's credentials, in order of priority. */
export function credentialIds({ model }: Scenario): readonly string[] {
  const credentials = (model as { readonly credentials?: readonly unknown[] }).credentials ?? [];
  return credentials.map((credential, index) => {
    if (typeof credential === "string") return credential;
    const { id } = credential as { readonly id?: unknown };
    return typeof id === "string" ? id : `credential-${index + 1}`;
  });
}
