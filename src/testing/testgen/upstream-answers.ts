import { classifyFailure, type Verdict } from "../../classify/index.ts";
import { errorTableFor } from "../../providers/error-tables.ts";
import { type Failure, failures } from "../fake-provider/index.ts";
import { type StoryOutcome, storyOutcomes } from "./story.ts";

/** What an upstream answers to fail in each way of a story. */
export type UpstreamAnswers = Readonly<Record<StoryOutcome, Failure>>;

const error = (status: number, message: string, details: object = {}): Failure => ({
  status,
  body: { error: { message, ...details } },
});

/** Answers of the commonest dialects first, then what the status alone says, for providers that know none of them. */
const candidates = (statedS: number): Readonly<Record<StoryOutcome, readonly Failure[]>> => {
  const quota = [
    failures.openai.insufficientQuota,
    failures.anthropic.creditBalance,
    failures.deepseek.insufficientBalance,
    error(402, "Payment required"),
  ];
  return {
    auth: [failures.openai.invalidKey, failures.anthropic.authentication, error(401, "Unauthorized")],
    quota_exceeded: quota,
    transient: [failures.openai.overloaded, failures.anthropic.overloaded, error(503, "Service unavailable")],
    // Statuses of errors all say something; this one is no answer, and no error of a known kind.
    unknown: [error(300, "No one has seen this before")],
    permanent: [failures.openai.badRequest, error(400, "Invalid parameter", { type: "invalid_request_error" })],
    input_too_large: [failures.openai.contextLength, error(413, "Request entity too large")],
    content_safety: [
      failures.openai.contentPolicy,
      error(400, "The response was filtered", { code: "content_filter", type: "content_filter" }),
    ],
    stated_quota: quota.map((failure) => ({ ...failure, headers: { "retry-after": String(statedS) } })),
  };
};

/**
 * Finds answers that a provider's upstream would be understood by, each as its story needs it: they are asked of the
 * classifier that the service uses.
 *
 * @returns `undefined` for an outcome that no known answer of the provider's comes to.
 */
export function upstreamAnswers(provider: string, statedS: number): Partial<UpstreamAnswers> {
  const known = candidates(statedS);
  const found = storyOutcomes.flatMap((outcome) => {
    const answer = known[outcome].find((failure) => isUnderstood(verdictOf(failure, provider), outcome, statedS));
    return answer === undefined ? [] : [[outcome, answer] as const];
  });
  return Object.fromEntries(found) as Partial<UpstreamAnswers>;
}

function verdictOf({ status, headers = {}, body }: Failure, provider: string): Verdict {
  return classifyFailure({ provider, status, headers, body }, { table: errorTableFor(provider), now: 0 });
}

function isUnderstood({ class: errorClass, retryAfterMs }: Verdict, outcome: StoryOutcome, statedS: number): boolean {
  if (outcome === "stated_quota") return errorClass === "quota_exceeded" && retryAfterMs === statedS * 1_000;
  return errorClass === outcome && retryAfterMs === undefined;
}
