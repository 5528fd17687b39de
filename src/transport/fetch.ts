import type { Dispatcher } from "undici";
import type { Credential, RuntimeModel } from "../config/runtime.ts";
import type { EndedCall, ModelEngine } from "../engine/model-engine.ts";
import type { Failure } from "../engine/verdict.ts";
import { UsageError } from "../errors.ts";
import type { Api } from "../providers/provider.ts";
import { allFailed, retryAfterSeconds } from "./all-failed.ts";
import { type Stamp, stamped } from "./answer-headers.ts";
import { type Answer, attempt, type Upstreams } from "./attempt.ts";
import { readCallerRequest } from "./caller-request.ts";
import { dimensionMisfit } from "./dimension.ts";
import { errorResponse } from "./error-shape.ts";
import { closeStream, streamBody } from "./stream-body.ts";
import { createUpstreamAgent } from "./upstream-agent.ts";
import { UpstreamFailure } from "./upstream-failure.ts";
import { upstreamResponse } from "./upstream-response.ts";
import { withoutKey } from "./without-key.ts";

/** As the global `fetch`, and what SDKs take in its place. */
export type ModelFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** What the door is given from outside. */
export interface FetchParts {
  /** The pool of connections; whoever gives it closes it. @default one of its own */
  readonly dispatcher?: Dispatcher | undefined;
}

/** A model, entered by HTTP. */
export interface FetchDoor {
  readonly fetch: ModelFetch;
  /** Closes the connections of its own pool, once nothing is in flight. */
  close(): Promise<void>;
}

/** A model's door, with what all its calls share. */
interface Door extends Upstreams {
  readonly engine: ModelEngine<Credential>;
}

/**
 * Makes a `fetch` that sends each request to one of a model's credentials after another until one serves.
 *
 * It never throws for an upstream's failure: what no other key would mend is answered with the upstream's own response
 * (S23), and when all have failed it answers 503 or 429 itself, in the dialect's shape. It throws the abort's reason,
 * `DeadlineExceededError`, `ClosedError`, and for misuse `UsageError` or `TypeError`.
 */
export function createModelFetch(
  engine: ModelEngine<Credential>,
  model: RuntimeModel,
  parts: FetchParts = {},
): FetchDoor {
  const { dispatcher = createUpstreamAgent() } = parts;
  return {
    fetch: async (input, init) => {
      const door = { engine, model, api: apiOf(model), dispatcher };
      // SDKs fetch `data:,` to see which `Response` is ours.
      if (input === "data:,") return fetch(input);
      const request = await readCallerRequest(input, init);
      const misfit = dimensionMisfit(model, request);
      if (misfit !== undefined) return errorResponse(door.api, misfit, new Headers());
      const call = await engine.start<Answer>(
        {
          limit: request.wantsStream ? "first_byte_timeout" : "timeout",
          attempt: (context, attemptSignal) => attempt(door, request, context, attemptSignal),
          discard: (answer) => answer.kind === "stream" && closeStream(answer),
        },
        { signal: request.signal },
      );
      return responseTo(door, call);
    },
    close: async () => {
      if (parts.dispatcher === undefined) await dispatcher.close();
    },
  };
}

/** What the caller gets for a call that was answered, by whomever. */
function responseTo({ engine, model, api }: Door, call: EndedCall<Credential, Answer>): Response {
  const { settled, failures } = call;
  const stamp = { model: model.id, attempts: call.attempts, call: call.id };
  if (settled.result === "served") {
    const { value: answer, turn } = settled;
    const by = { ...stamp, credential: turn.credential.id };
    if (answer.kind === "stream") return upstreamResponse(answer.answer, streamBody(engine, call, turn, answer), by);
    engine.finish(call);
    return upstreamResponse(answer.answer, answer.answer.body, by);
  }
  engine.finish(call);
  switch (settled.result) {
    case "failed_fast":
      return failedFast(api, model, settled.failure, { ...stamp, credential: settled.failure.credential });
    case "all_failed": {
      const headers = stamped(new Headers(), { ...stamp, credential: undefined });
      const { retryAfterMs } = settled;
      if (retryAfterMs !== undefined) headers.set("retry-after", String(retryAfterSeconds(retryAfterMs)));
      return errorResponse(api, allFailed(model.id, failures, retryAfterMs), headers);
    }
    default:
      throw settled.reason;
  }
}

/** The upstream's own answer (S23); one of ours where the request did not get as far as an upstream. */
function failedFast(
  api: Api,
  model: RuntimeModel,
  { error, verdict, credential: id }: Failure,
  stamp: Stamp,
): Response {
  const credential = model.credentials.find((each) => each.id === id);
  if (!(error instanceof UpstreamFailure) || credential === undefined) {
    const message = `The request could not be sent to credential "${id}" (${verdict.rule})`;
    return errorResponse(api, { status: 502, code: "request_not_sent", message }, stamped(new Headers(), stamp));
  }
  const answer = withoutKey(UpstreamFailure.answerOf(error), credential);
  return upstreamResponse(answer, answer.body, stamp);
}

function apiOf({ id, api }: RuntimeModel): Api {
  if (api !== "any") return api;
  throw new UsageError({
    path: `models.${id}.api`,
    found: "any, which serves functions only",
    wanted: "openai, anthropic or gemini for a model that is fetched from",
  });
}
