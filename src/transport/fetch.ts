import type { Dispatcher } from "undici";
import type { Credential, RuntimeModel } from "../config/runtime.ts";
import type { ModelEngine } from "../engine/model-engine.ts";
import { UsageError } from "../errors.ts";
import type { Api } from "../providers/provider.ts";
import { readCallerRequest } from "./caller-request.ts";
import { relay } from "./relay.ts";
import { responseOf } from "./response.ts";
import { createUpstreamAgent } from "./upstream-agent.ts";

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
      const reply = await relay(door, request, { signal: request.signal });
      const settled = reply.call?.settled;
      if (settled?.result === "timed_out") throw settled.reason;
      return responseOf(reply);
    },
    close: async () => {
      if (parts.dispatcher === undefined) await dispatcher.close();
    },
  };
}

/** @throws UsageError for a model that speaks none. */
export function apiOf({ id, api }: RuntimeModel): Api {
  if (api !== "any") return api;
  throw new UsageError({
    path: `models.${id}.api`,
    found: "any, which serves functions only",
    wanted: "openai, anthropic or gemini for a model that is fetched from",
  });
}
