import type { FailureFacts } from "../classify/index.ts";
import type { Verdict } from "../engine/verdict.ts";

/** An answer that is kept whole, to be handed on as it came (S23). */
export interface KeptAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

const mostClassifiedBytes = 64 * 1024;

/**
 * An attempt to which the upstream answered with a failure, be it under status 200.
 *
 * The answer is out of sight of loggers and inspectors: a body may quote the prompt.
 */
export class UpstreamFailure extends Error {
  override readonly name = "UpstreamFailure";
  readonly status: number;
  /** What the transport itself found wrong; undefined where the classifier is to tell. */
  readonly verdict: Verdict | undefined;
  readonly #answer: KeptAnswer;

  constructor(answer: KeptAnswer, verdict?: Verdict) {
    super(
      verdict === undefined
        ? `The upstream answered ${answer.status} with a failure`
        : `Unusable answer: ${verdict.rule}`,
    );
    this.status = answer.status;
    this.verdict = verdict;
    this.#answer = answer;
  }

  static answerOf(failure: UpstreamFailure): KeptAnswer {
    return failure.#answer;
  }
}

/** What the classifier is to look at: the facts of an answer, or the error itself where there was none. */
export function factsOf(error: unknown): unknown {
  if (!(error instanceof UpstreamFailure)) return error;
  const { status, headers, body } = UpstreamFailure.answerOf(error);
  return { status, headers, body: body.subarray(0, mostClassifiedBytes) } satisfies FailureFacts;
}
