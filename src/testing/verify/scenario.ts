import {
  type Act,
  type ExploredModel,
  firstWorld,
  perform,
  type Subject,
  type World,
} from "../explore/product/index.ts";

/** Acts as a scenario of `simulate`, or what of them a scenario cannot say. */
export type ToldScenario =
  | { readonly scenario: Readonly<Record<string, unknown>>; readonly lacks?: undefined }
  | { readonly scenario?: undefined; readonly lacks: string };

/** Writes acts as a scenario that does the same to the real machines and engine. */
export function scenarioOf(id: string, subject: Subject, model: ExploredModel, acts: readonly Act[]): ToldScenario {
  const steps: unknown[] = [];
  let world = firstWorld(subject);
  for (const act of acts) {
    const lacks = unsayable(act, world);
    if (lacks !== undefined) return { lacks };
    steps.push(stepOf(act, world, model));
    world = perform(subject, model, world, act).world;
  }
  return { scenario: { id, model: modelOf(model), steps } };
}

function unsayable(act: Act, { flights }: World): string | undefined {
  if (act.do === "restart") return "a restart of the process";
  if (act.do === "cutOff") return "a call's own deadline";
  if (act.do === "begin" && act.pastHome) return "a call that needs a capability";
  const isWaiting =
    act.do === "cancel" && flights.some((each) => each.id === act.flight && each.backoffUntil !== undefined);
  return isWaiting ? "a caller who gives up between two attempts" : undefined;
}

function stepOf(act: Act, { at, begun }: World, { credentials }: ExploredModel): unknown {
  switch (act.do) {
    case "begin":
      return { start: `call-${begun + 1}` };
    case "wait":
      return { advance: (act.until - at) / 1_000 };
    case "answer":
      return { finish: act.flight, outcome: outcomeOf(act.outcome, act.retryAfterMs) };
    case "cancel":
      return { finish: act.flight, outcome: { cancel: true } };
    case "operate":
      return "slot" in act.event ? { op: act.event.type, slot: credentials[act.event.slot] } : { op: act.event.type };
    default:
      return undefined;
  }
}

/** A stated wait is told as an answer that states it: a scenario classifies it as it would a real one. */
const outcomeOf = (outcome: string, retryAfterMs: number | undefined): unknown =>
  retryAfterMs === undefined
    ? outcome
    : { status: 402, headers: { "retry-after": String(Math.ceil(retryAfterMs / 1_000)) } };

function modelOf({ credentials, input, retry, onExhausted }: ExploredModel): unknown {
  const { policy, disabled } = input;
  const seconds = (milliseconds: number): number => milliseconds / 1_000;
  return {
    credentials: credentials.map((id, slot) => (disabled[slot] === true ? { id, disabled: true } : id)),
    on_exhausted: onExhausted,
    failback: {
      strategy: policy.strategy,
      timeout: seconds(policy.timeoutMs),
      requests: policy.requests,
      growth: policy.growth,
      max_cooldown: seconds(policy.maxCooldownMs),
      min_interval: seconds(policy.minIntervalMs),
      respect_retry_after: policy.respectRetryAfter,
      max: seconds(policy.maxMs),
    },
    retry: {
      max_retries: retry.maxRetries,
      base_delay: seconds(retry.baseDelayMs),
      max_delay: seconds(retry.maxDelayMs),
    },
  };
}
