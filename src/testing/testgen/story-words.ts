import type { ModelSnapshot } from "../../engine/model-engine.ts";
import type { Story, StoryOutcome, StoryStep } from "./story.ts";

/** How a model stands, in words. */
export function momentWords({ active, probing }: Pick<ModelSnapshot, "active" | "probing">): string {
  const serving = active === null ? "the chain has run out" : `${active} serves`;
  return probing === null ? `while ${serving}` : `while ${serving} and ${probing} is to be proved`;
}

/** What happens, in words, with nothing of what comes of it. */
export function stepWords(step: StoryStep): string {
  if ("skip" in step) return spanWords(step.skip);
  if ("calls" in step) return `${step.calls} more call${step.calls === 1 ? "" : "s"}`;
  if ("operator" in step) {
    const word = step.operator;
    return "credential" in word ? `an operator's ${word.type} of ${word.credential}` : `an operator's ${word.type}`;
  }
  return `a call${refusalWords(step)}`;
}

/** A test's name: what happens, what comes of it, and with whom the next call begins. */
export function pairTitle(steps: Story, before: Pick<ModelSnapshot, "active" | "probing">): string {
  const happening = steps.slice(0, -1);
  const next = steps.at(-1);
  const what = happening.map(eventWords).join(", then ");
  const first = next !== undefined && "asked" in next ? next.asked[0] : undefined;
  const expected = before.probing ?? before.active;
  const after =
    first === undefined
      ? "the next call asks nobody"
      : `the next call ${first === expected ? "still begins" : "begins"} with ${first}`;
  return `${what}: ${after}`;
}

function eventWords(step: StoryStep): string {
  if (!("call" in step)) return stepWords(step);
  const { asked, served } = step;
  if (served) return `${stepWords(step)} is served by ${asked.at(-1)}`;
  const tried = new Set(asked).size;
  return `${stepWords(step)} fails${tried > 1 ? ` with all ${tried}` : ""}`;
}

/** Who refuses a call, and how. */
function refusalWords({ call }: Extract<StoryStep, { readonly call: object }>): string {
  const refusals = Object.entries(call);
  const [first] = refusals;
  if (first === undefined) return "";
  if (refusals.length > 1) return ` that everybody refuses (${outcomeWords(first[1])})`;
  return ` that ${first[0]} refuses (${outcomeWords(first[1])})`;
}

const outcomeWords = (outcome: StoryOutcome): string =>
  outcome === "stated_quota" ? "quota, with a stated wait" : outcome.replaceAll("_", " ");

function spanWords(seconds: number): string {
  const [amount, unit] = seconds >= 120 && seconds % 60 === 0 ? [seconds / 60, "minutes"] : [seconds, "seconds"];
  return `${amount} ${amount === 1 ? unit.slice(0, -1) : unit}`;
}
