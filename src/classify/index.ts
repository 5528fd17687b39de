import { isAggregate, membersOf } from "./aggregate.ts";
import { type Decision, decide } from "./decide.ts";
import type { ErrorTable } from "./error-table.ts";
import { type Evidence, gatherEvidence } from "./evidence.ts";
import { ownMistake } from "./own-mistake.ts";
import type { Verdict } from "./verdict.ts";
import { statedWaitMs } from "./wait/index.ts";

export type { CodeCase, CodeMeaning, ErrorTable, HeaderRule } from "./error-table.ts";
export type { TextRule } from "./text-rule.ts";
export type { FailureFacts, Verdict } from "./verdict.ts";

/** What is known besides the failure itself. */
export interface ClassifyContext {
  /** What the provider's own codes and sentences mean. Default: only what everybody's mean. */
  readonly table?: ErrorTable | undefined;
  /** The present, in epoch milliseconds, for dates in an answer that has no `date` header. Default: `Date.now()`. */
  readonly now?: number | undefined;
}

/**
 * Tells what a failure means for the credentials of its model, which rule said so, and how long to wait where the answer says.
 *
 * Takes the facts of an HTTP answer ({@link FailureFacts}), or whatever was thrown: errors of `openai`, `@anthropic-ai/sdk`, the AI SDK, undici and Node,
 * with all that they wrap. Pure, never throws, and reads at most the two ends of a long body.
 */
export function classifyFailure(input: unknown, context: ClassifyContext = {}): Verdict {
  if (isAggregate(input)) return worthiest(membersOf(input).map((member) => classifyFailure(member, context)));
  const mistake = ownMistake(input);
  if (mistake !== undefined) return mistake;
  const evidence = gatherEvidence(input);
  return verdictOf(decide(evidence, context.table), evidence, context);
}

/** The classes for which a wait makes sense: no waiting mends a request. */
const waitable: ReadonlySet<string> = new Set(["auth", "quota_exceeded", "transient", "unknown"]);

/** A window of a minute is full again within a minute: a rate limit that states a longer wait is another window's. */
const longestShortWaitMs = 90_000;

function verdictOf(decision: Decision, evidence: Evidence, { table, now = Date.now() }: ClassifyContext): Verdict {
  const status = evidence.status ?? evidence.answered;
  const retryAfterMs = waitable.has(decision.class) ? statedWaitMs(evidence, now, table?.utcOffsetMinutes) : undefined;
  const { class: errorClass, rule } = isLongWindow(decision, evidence, retryAfterMs) ? longWindow : decision;
  return {
    class: errorClass,
    rule,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(status === undefined ? {} : { status }),
  };
}

const longWindow: Decision = { class: "quota_exceeded", rule: "wait.long-window" };

function isLongWindow(decision: Decision, { status }: Evidence, retryAfterMs = 0): boolean {
  const rateLimited = decision.class === "transient" && (status === 429 || /\brate/i.test(decision.rule));
  return rateLimited && retryAfterMs > longestShortWaitMs;
}

/** The verdict over several attempts: the class that leaves most hope, since one of them may yet work. */
function worthiest(verdicts: readonly Verdict[]): Verdict {
  for (const errorClass of ["transient", "quota_exceeded"] as const) {
    const found = verdicts.find((verdict) => verdict.class === errorClass);
    if (found !== undefined) return found;
  }
  const [first, ...others] = verdicts;
  const agreed = first !== undefined && others.every((verdict) => verdict.class === first.class);
  return agreed ? first : { class: "unknown", rule: "aggregate.mixed" };
}
