import type { Dispatcher } from "undici";
import type { Credential, RuntimeModel } from "../config/runtime.ts";
import type { AttemptSignal } from "../engine/attempt.ts";
import type { AttemptContext } from "../engine/call.ts";
import type { Api } from "../providers/provider.ts";
import { formOf } from "./answer-form.ts";
import type { CallerRequest } from "./caller-request.ts";
import { wantedDimension } from "./dimension.ts";
import { endpointOf } from "./endpoint.ts";
import { upstreamHeaders } from "./request-headers.ts";
import type { LiveStream } from "./relay-stream.ts";
import { streamDialectOf } from "./stream-dialects/index.ts";
import { openStream } from "./stream-head.ts";
import { watchBytes, watchEvents, watchItems } from "./stream-watch.ts";
import { askUpstream } from "./upstream-answer.ts";
import { upstreamBody } from "./upstream-body.ts";
import { upstreamTarget } from "./upstream-target.ts";
import { readFailure, readWhole, type WholeAnswer } from "./whole-answer.ts";
import { rememberKey } from "./without-key.ts";

/** What an attempt that served has: all of the answer, or its beginning. */
export type Answer = WholeAnswer | LiveStream;

/** Whom a model's attempts reach, and how. */
export interface Upstreams {
  readonly model: RuntimeModel;
  readonly api: Api;
  readonly dispatcher: Dispatcher;
}

/**
 * One exchange with one credential's upstream.
 *
 * @throws UpstreamFailure where the answer is one, or cannot be used; the connection's error where there is no answer.
 */
export async function attempt(
  { model, api, dispatcher }: Upstreams,
  request: CallerRequest,
  { credential, recordUsage }: AttemptContext<Credential>,
  attemptSignal: AttemptSignal,
): Promise<Answer> {
  rememberKey(credential);
  const { origin, path, route } = upstreamTarget(request.url, api, credential);
  const upstream = await askUpstream(
    dispatcher,
    {
      method: request.method,
      origin,
      path,
      headers: upstreamHeaders(request, endpointOf(credential, api), credential),
      body: upstreamBody(request, route, credential, api),
    },
    attemptSignal,
  );
  const dialect = streamDialectOf(api, route);
  switch (formOf(upstream, request, dialect)) {
    case "failure":
      throw await readFailure(upstream);
    case "events":
      return { ...(await openStream(upstream, watchEvents(dialect))), attemptSignal };
    case "items":
      return { ...(await openStream(upstream, watchItems(dialect))), attemptSignal };
    case "bytes":
      return { ...(await openStream(upstream, watchBytes())), attemptSignal };
    case "whole": {
      const dimension = wantedDimension(model, request, credential);
      const answer = await readWhole(upstream, { hasBody: request.method === "POST", dimension });
      if (answer.kind === "stream") return { ...answer, attemptSignal };
      if (answer.usage !== undefined) recordUsage(answer.usage);
      return answer;
    }
  }
}
