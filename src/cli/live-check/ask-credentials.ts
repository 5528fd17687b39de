import { type ErrorClass, isRequestLevel } from "../../../machines/index.ts";
import { type Config, type ModelConfig, parseModelConfig } from "../../config/index.ts";
import type { AttemptEvent } from "../../engine/model-events.ts";
import { type Model, startModel } from "../../model.ts";
import { cheapestRequests, type PlainRequest } from "./cheapest-requests.ts";

/** What asking one credential told. Holds no word of the answer. */
export interface LiveResult {
  readonly model: string;
  readonly credential: string;
  /** `not_asked`: it is disabled, or its model serves functions alone. */
  readonly class: "ok" | ErrorClass | "not_asked";
  /** The classifier's rule behind an error class. */
  readonly rule: string | null;
  readonly status: number | null;
  readonly latency_ms: number | null;
}

/**
 * Asks every credential of a configuration for as little as can be, all at once, each by itself: one attempt, no
 * failover.
 *
 * @param limitMs - Time for an answer.
 */
export function askCredentials(config: Config, limitMs: number): Promise<readonly LiveResult[]> {
  const asked = Object.entries(config.models).flatMap(([id, model]) =>
    model.credentials.map((credential) => askCredential(id, model, credential, limitMs)),
  );
  return Promise.all(asked);
}

async function askCredential(
  id: string,
  config: ModelConfig,
  credential: ModelConfig["credentials"][number],
  limitMs: number,
): Promise<LiveResult> {
  const { dimension = config.dimension } = credential;
  const requests = cheapestRequests({ id, kind: config.kind, api: config.api, dimension });
  const unasked = { model: id, credential: credential.id, class: "not_asked", rule: null, status: null } as const;
  if (credential.disabled || requests.length === 0) return { ...unasked, latency_ms: null };
  const timeout = `${limitMs}ms`;
  const patience = { retry: { max_retries: 0 }, timeout, first_byte_timeout: timeout, deadline: "none" };
  const { face: alone } = startModel(id, parseModelConfig({ ...config, ...patience, credentials: [credential] }));
  try {
    const { outcome, rule = null, status = null, durationMs } = await lastAnswer(alone, requests);
    return { ...unasked, class: outcome, rule, status, latency_ms: Math.round(durationMs) };
  } finally {
    await alone.close();
  }
}

type Answered = Pick<AttemptEvent, "rule" | "status" | "durationMs"> & { readonly outcome: "ok" | ErrorClass };

/** The answer to the first request that is not refused for what it asks, else to the last. */
async function lastAnswer(model: Model, requests: readonly PlainRequest[]): Promise<Answered> {
  let answered: Answered = { outcome: "unknown", rule: undefined, status: undefined, durationMs: 0 };
  model.on("attempt", ({ outcome, ...event }) => {
    if (outcome !== "cancelled" && outcome !== "timed_out") answered = { ...event, outcome };
  });
  for (const request of requests) {
    const status = await send(model, request);
    if (answered.outcome === "ok") return { ...answered, status };
    if (!isRequestLevel(answered.outcome)) break;
  }
  return answered;
}

async function send(model: Model, { path, body }: PlainRequest): Promise<number> {
  const url = `${model.baseURL}${path}`;
  const answer = await model.fetch(
    url,
    body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
  );
  await answer.body?.cancel();
  return answer.status;
}
