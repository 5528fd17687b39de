import { Dispatcher } from "undici";
import { UsageError } from "../errors.ts";
import { liveModelOf, type LiveModel, type Model } from "../model.ts";
import { answerDispatched } from "./answer-dispatched.ts";

/** As undici's own interceptors; `compose` tells it which origin its dispatcher is bound to, if any. */
export type FailoverInterceptor = (dispatch: Dispatcher.Dispatch, origin?: string | null) => Dispatcher.Dispatch;

/**
 * Makes an undici interceptor that sends each request to one of a model's credentials after another until one serves.
 *
 * Give it an agent of its own: every request that is dispatched through it goes to the model, whatever its origin, which
 * only says what the SDK was told. The attempts go through the agent below, so that its proxy and TLS settings hold. The
 * answer is what {@link Model.fetch} gives: the upstream's own, or 503 or 429 when all failed. A stream that is cut short
 * ends in `onResponseError`, an aborted request aborts its upstream.
 *
 * @example
 * ```ts
 * import { createModel } from "keyswitch";
 * import { failover } from "keyswitch/undici";
 * import { Agent, request } from "undici";
 *
 * const chat = createModel({
 *   api: "openai",
 *   model: "gpt-4o-mini",
 *   credentials: [{ id: "primary", provider: "openai", api_key: "${OPENAI_API_KEY}" }],
 * });
 * const dispatcher = new Agent().compose(failover(chat));
 * const { body } = await request(`${chat.baseURL}/models`, { dispatcher });
 * ```
 *
 * @throws UsageError for what is no model; when composed with a `Client` or `Pool`, which would send every key to its one
 * origin.
 */
export function failover(model: Model): FailoverInterceptor {
  const live = liveModelOf(model);
  if (live === undefined) {
    throw new UsageError({
      path: "failover",
      found: typeof model,
      wanted: "a model of createKeyswitch or createModel",
    });
  }
  return (dispatch, origin) => {
    if (origin !== undefined) {
      throw new UsageError({
        path: "compose",
        found: `a dispatcher bound to ${origin ?? "its own origins"}`,
        wanted: "an Agent, which reaches the origin of every credential",
      });
    }
    return interceptedBy(live, dispatch);
  };
}

function interceptedBy(live: LiveModel, dispatch: Dispatcher.Dispatch): Dispatcher.Dispatch {
  // A dispatcher that is nothing but the agent below.
  const below = new Dispatcher().compose(() => dispatch);
  return (options, handler) => {
    void answerDispatched(live, below, options, handler);
    return true;
  };
}
