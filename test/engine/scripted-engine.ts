import { callModel } from "../../src/engine/call-model.ts";
import type { AttemptContext } from "../../src/engine/call.ts";
import {
  type CallLimits,
  createModelEngine,
  type EngineCredential,
  type EngineParts,
  type ModelEngine,
  type ModelPolicy,
} from "../../src/engine/model-engine.ts";
import type { ModelEvents } from "../../src/engine/model-events.ts";
import { type StreamLimits, streamModel } from "../../src/engine/stream-model.ts";
import type { Verdict } from "../../src/engine/verdict.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/virtual-clock.ts";
import type { ErrorClass } from "../../machines/index.ts";

/** An upstream's failure that says what it is. */
export class UpstreamError extends Error {
  readonly class: ErrorClass;
  readonly retryAfterMs: number | undefined;

  constructor(errorClass: ErrorClass, retryAfterMs?: number) {
    super(`the upstream answered ${errorClass}`);
    this.class = errorClass;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Makes the failure of a class, stating a wait or not. */
export const failure = (errorClass: ErrorClass, retryAfterMs?: number): UpstreamError =>
  new UpstreamError(errorClass, retryAfterMs);

/** What a test's engine makes of an error: what it says, else `unknown`. */
export function classify(error: unknown): Verdict {
  if (!(error instanceof UpstreamError)) return { class: "unknown", rule: "scripted.other" };
  return { class: error.class, rule: `scripted.${error.class}`, retryAfterMs: error.retryAfterMs };
}

export interface TestCredential extends EngineCredential {
  readonly apiKey?: string;
}

type Context = AttemptContext<TestCredential>;

/** An engine with names for what a test does with it. */
export interface ScriptedEngine {
  readonly engine: ModelEngine<TestCredential>;
  readonly call: <Value>(
    attempt: (context: Context) => PromiseLike<Value> | Value,
    limits?: CallLimits,
  ) => Promise<Value>;
  readonly stream: <Item>(
    open: (context: Context) => PromiseLike<AsyncIterable<Item>> | AsyncIterable<Item>,
    limits?: StreamLimits<Item>,
  ) => AsyncGenerator<Item, void, undefined>;
  /** Hears every event of these names from now on. */
  readonly hear: <Name extends keyof ModelEvents>(...names: readonly Name[]) => [Name, ModelEvents[Name]][];
}

export interface ScriptedPolicy extends Partial<
  Omit<ModelPolicy<TestCredential>, "credentials" | "failback" | "retry">
> {
  readonly credentials?: readonly (string | TestCredential)[];
  readonly failback?: Partial<ModelPolicy<TestCredential>["failback"]>;
  readonly retry?: Partial<ModelPolicy<TestCredential>["retry"]>;
}

/** Starts an engine of three credentials `a`, `b`, `c`, without retries, with a timeout of 60 s. */
export function startEngine(
  { credentials = ["a", "b", "c"], failback, retry, ...policy }: ScriptedPolicy = {},
  parts: Partial<EngineParts<TestCredential>> = {},
): ScriptedEngine {
  const engine = createModelEngine<TestCredential>(
    {
      id: "chat",
      credentials: credentials.map((each) => (typeof each === "string" ? { id: each } : each)),
      failback: {
        strategy: "stepwise",
        timeoutMs: 600_000,
        requests: 50,
        growth: 2,
        maxCooldownMs: 3_600_000,
        minIntervalMs: 5_000,
        respectRetryAfter: true,
        maxMs: 86_400_000,
        ...failback,
      },
      retry: { maxRetries: 0, baseDelayMs: 500, maxDelayMs: 8_000, jitter: "none", ...retry },
      onExhausted: "try",
      attemptTimeoutMs: 60_000,
      firstByteTimeoutMs: 60_000,
      idleTimeoutMs: 60_000,
      deadlineMs: undefined,
      ...policy,
    },
    { classify, ...parts },
  );
  return {
    engine,
    call: (attempt, limits = {}) => callModel(engine, attempt, limits),
    stream: (open, limits = {}) => streamModel(() => engine, open, limits),
    hear: (...names) => {
      const heard: [(typeof names)[number], ModelEvents[(typeof names)[number]]][] = [];
      for (const name of names) engine.listeners.on(name, (event) => heard.push([name, event]));
      return heard;
    },
  };
}

/** As {@link startEngine}, in virtual time. */
export function startVirtualEngine(
  policy: ScriptedPolicy = {},
  parts: Partial<EngineParts<TestCredential>> = {},
): ScriptedEngine & { readonly clock: VirtualClock; readonly pass: (ms: number) => Promise<void> } {
  const clock = createVirtualClock();
  return { ...startEngine(policy, { clock, ...parts }), clock, pass: (ms) => pass(clock, ms) };
}

/** Resolves when every promise that can go on without the clock has done so. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Lets virtual time pass, timer by timer. */
export async function pass(clock: VirtualClock, ms: number): Promise<void> {
  const until = clock.now() + ms;
  await quiet();
  while (clock.goTo(until)) await quiet();
}

/** What a promise rejects with; fails if it does not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const served = Symbol("served");
  const result = await promise.then(
    () => served,
    (error: unknown) => ({ error }),
  );
  if (typeof result === "symbol") throw new Error("it was served");
  return result.error;
}

/** Fails as its script says for each credential, else answers with the credential's id; keeps the attempts. */
export function scripted(script: Readonly<Record<string, readonly unknown[]>>) {
  const attempts: string[] = [];
  const left = new Map(Object.entries(script).map(([id, errors]) => [id, [...errors]]));
  const attempt = async ({ credential }: Context): Promise<string> => {
    attempts.push(credential.id);
    const errors = left.get(credential.id) ?? [];
    if (errors.length > 0) throw errors.shift();
    return credential.id;
  };
  return { attempt, attempts };
}

/** Never answers, whatever its signal says. */
export const never = (): Promise<never> => new Promise(() => {});
