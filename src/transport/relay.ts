import type { Credential, RuntimeModel } from "../config/runtime.ts";
import { nextCallId } from "../engine/call-id.ts";
import type { CallLimits, EndedCall, ModelEngine } from "../engine/model-engine.ts";
import type { Failure } from "../engine/verdict.ts";
import type { Api } from "../providers/provider.ts";
import { allFailed, retryAfterSeconds } from "./all-failed.ts";
import { type AnswerHeaders, answerHeaders, type Stamp, stamped } from "./answer-headers.ts";
import { type Answer, attempt, type Upstreams } from "./attempt.ts";
import type { CallerRequest } from "./caller-request.ts";
import { dimensionMisfit } from "./dimension.ts";
import { errorBody, type OwnError } from "./error-shape.ts";
import { incapable, neededCapabilities } from "./needed-capabilities.ts";
import { closeStream, relayStream, type StreamRelay } from "./relay-stream.ts";
import { UpstreamFailure } from "./upstream-failure.ts";
import { bytesWithoutKey, headWithoutKey, withoutKey } from "./without-key.ts";

/** A model's door, with what all its calls share. */
export interface Door extends Upstreams {
  readonly engine: ModelEngine<Credential>;
}

/** What a caller gets, in whatever way it came in. */
export interface Reply {
  readonly status: number;
  readonly statusText: string;
  readonly headers: AnswerHeaders;
  /** Whole, in one or more pieces, or on its way. */
  readonly body: readonly Buffer[] | StreamRelay;
  /** The call that it came of; undefined where the request was refused before one began. */
  readonly call: EndedCall<Credential, Answer> | undefined;
}

/**
 * Sends a request to one of a model's credentials after another until one serves, and answers in any case: with the
 * upstream's own answer, also where no other key would mend it (S23), or with one of ours when all have failed (S24).
 *
 * @throws the abort's reason, `ClosedError`.
 */
export async function relay(door: Door, request: CallerRequest, limits: CallLimits): Promise<Reply> {
  const misfit = dimensionMisfit(door.model, request);
  if (misfit !== undefined) return refused(door, misfit);
  const capabilities = neededCapabilities(door.model, request);
  const refusal = incapable(door.model, capabilities);
  if (refusal !== undefined) return refused(door, refusal);
  const call = await door.engine.start<Answer>(
    {
      limit: request.wantsStream ? "first_byte_timeout" : "timeout",
      attempt: (context, attemptSignal) => attempt(door, request, context, attemptSignal),
      discard: (answer) => answer.kind === "stream" && closeStream(answer),
    },
    capabilities.length === 0 ? limits : { ...limits, capabilities },
  );
  return replyTo(door, call);
}

/** The answer to a request that no credential is to see. */
function refused({ model, api }: Door, error: OwnError): Reply {
  return errorReply(
    api,
    error,
    stamped({}, { model: model.id, credential: undefined, attempts: 0, call: nextCallId() }),
  );
}

/** The answer to a call that has ended, by whomever. */
function replyTo({ engine, model, api }: Door, call: EndedCall<Credential, Answer>): Reply {
  const { settled, failures } = call;
  const stamp = { model: model.id, attempts: call.attempts, call: call.id };
  if (settled.result === "served") {
    const { value, turn } = settled;
    const { status } = value.answer;
    const { credential } = turn;
    const { statusText, headers: upstream } = headWithoutKey(value.answer, credential);
    const headers = answerHeaders(upstream, { ...stamp, credential: credential.id });
    if (value.kind === "stream") {
      // One of events may come to end in an error event of another length.
      if (value.watch.gate !== undefined) delete headers["content-length"];
      const redact = (bytes: Buffer): Buffer => bytesWithoutKey(bytes, credential);
      return { status, statusText, headers, body: relayStream(engine, call, turn, value, redact), call };
    }
    engine.finish(call);
    return { status, statusText, headers, body: value.pieces, call };
  }
  engine.finish(call);
  switch (settled.result) {
    case "failed_fast":
      return { ...failedFast(api, model, settled.failure, { ...stamp, credential: settled.failure.credential }), call };
    case "all_failed": {
      const headers = stamped({}, { ...stamp, credential: undefined });
      const { retryAfterMs } = settled;
      if (retryAfterMs !== undefined) headers["retry-after"] = String(retryAfterSeconds(retryAfterMs));
      return { ...errorReply(api, allFailed(model.id, failures, retryAfterMs), headers), call };
    }
    case "timed_out": {
      const message = `Model "${model.id}" did not answer within the time that its calls may take`;
      const headers = stamped({}, { ...stamp, credential: undefined });
      return { ...errorReply(api, { status: 504, code: "deadline_exceeded", message }, headers), call };
    }
    case "cancelled":
      throw settled.reason;
  }
}

/** The upstream's own answer (S23); one of ours where the request did not get as far as an upstream. */
function failedFast(api: Api, model: RuntimeModel, { error, verdict, credential: id }: Failure, stamp: Stamp): Reply {
  const credential = model.credentials.find((each) => each.id === id);
  if (!(error instanceof UpstreamFailure) || credential === undefined) {
    const message = `The request could not be sent to credential "${id}" (${verdict.rule})`;
    return errorReply(api, { status: 502, code: "request_not_sent", message }, stamped({}, stamp));
  }
  const { status, statusText, headers, body } = withoutKey(UpstreamFailure.answerOf(error), credential);
  return { status, statusText, headers: answerHeaders(headers, stamp), body: [body], call: undefined };
}

/** An error of our own. No client is to try it again by itself: all that could be tried was. */
function errorReply(api: Api, error: OwnError, headers: AnswerHeaders): Reply {
  headers["content-type"] = "application/json";
  headers["x-should-retry"] = "false";
  const body = Buffer.from(JSON.stringify(errorBody(api, error)));
  return { status: error.status, statusText: "", headers, body: [body], call: undefined };
}
