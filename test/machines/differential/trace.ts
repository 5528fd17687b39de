import type { CallResult, ErrorClass, RetryPolicy, SlotsContext } from "../../../machines/index.ts";
import { createModelEngine, type EngineCredential, type ModelEngine } from "../../../src/engine/model-engine.ts";
import { createVirtualClock, type VirtualClock } from "../../../src/testing/virtual-clock.ts";
import { idsOf, type Setup } from "../properties/world.ts";

/** What one attempt answers, and after what time. */
export interface Answer {
  readonly outcome: ErrorClass | "ok" | "hang" | "cancel";
  readonly afterMs?: number;
  readonly retryAfterMs?: number | undefined;
}

/** One attempt as the engine made it. */
export interface Attempt {
  readonly slot: number;
  readonly startedAt: number;
  /** What the model's machine knew when it began, and so when it was told of the attempt before. */
  readonly slots: SlotsContext;
  readonly retryAfterMs: number | undefined;
  /** `undefined` while it is on. */
  outcome: ErrorClass | "ok" | "cancelled" | "timed_out" | undefined;
  timedOut: boolean;
  endedAt: number;
}

/** All that the engine showed of one call. */
export interface Trace {
  readonly before: SlotsContext;
  readonly after: SlotsContext;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly capable: readonly boolean[] | undefined;
  readonly attempts: readonly Attempt[];
  readonly result: CallResult;
}

/** What a call may ask for. */
export interface Wishes {
  readonly deadlineMs?: number | undefined;
  readonly needsVision?: boolean | undefined;
}

/** The engine of a model of which every other credential can see, in virtual time. */
export interface EngineSide {
  readonly setup: Setup;
  readonly retry: RetryPolicy;
  readonly engine: ModelEngine<EngineCredential>;
  readonly clock: VirtualClock;
}

const attemptTimeoutMs = 60_000;

/** Uniform in [0, 1), and the same for both sides: it depends on nothing. */
export const constantDraw = (): number => 0.3;

class ScriptedError extends Error {
  readonly verdict: { readonly class: ErrorClass; readonly rule: string; readonly retryAfterMs: number | undefined };

  constructor(errorClass: ErrorClass, retryAfterMs: number | undefined) {
    super(errorClass);
    this.verdict = { class: errorClass, rule: "scripted", retryAfterMs };
  }
}

const canSee = (slot: number): boolean => slot % 2 === 0;

export function startEngine(setup: Setup, retry: RetryPolicy, state?: SlotsContext): EngineSide {
  const clock = createVirtualClock();
  const engine = createModelEngine(
    {
      id: "model",
      credentials: idsOf(setup.count).map((id, slot) => ({ id, capabilities: canSee(slot) ? ["vision"] : [] })),
      failback: setup.policy,
      retry,
      onExhausted: setup.onExhausted,
      attemptTimeoutMs,
      firstByteTimeoutMs: attemptTimeoutMs,
      idleTimeoutMs: attemptTimeoutMs,
      deadlineMs: undefined,
    },
    { clock, random: constantDraw, classify: (error) => (error as ScriptedError).verdict },
  );
  if (state !== undefined) {
    clock.goTo(state.at);
    engine.actor.send({ type: "RESTORE", state, at: state.at });
  }
  return { setup, retry, engine, clock };
}

/** What each attempt of a call answers. */
export type Script = (slot: number, index: number) => Answer;

/** Answers from a list, one an attempt; what is not written is `ok`, at once. */
export const written =
  (answers: readonly Answer[]): Script =>
  (_, index) =>
    answers[index] ?? { outcome: "ok" };

/** Runs one call on the engine from its script. */
export async function traceCall(side: EngineSide, script: Script, wishes: Wishes = {}): Promise<Trace> {
  const { engine, clock, setup } = side;
  const { deadlineMs, needsVision = false } = wishes;
  const know = (): SlotsContext => engine.actor.getSnapshot().context;
  const caller = new AbortController();
  const attempts: Attempt[] = [];
  let id: string | undefined;

  const unlisten = engine.listeners.on("attempt", ({ call, outcome, rule }) => {
    const attempt = attempts.at(-1);
    if (call !== id || attempt === undefined) return;
    attempt.outcome = outcome;
    attempt.timedOut = rule?.startsWith("timeout.") === true;
    attempt.endedAt = clock.now();
  });
  const before = know();
  const startedAt = clock.now();
  const running = engine.start(
    {
      limit: "timeout",
      attempt: ({ call, credential }) => {
        id = call;
        const slot = Number(credential.id.slice(1));
        const answer = script(slot, attempts.length);
        attempts.push({
          slot,
          startedAt: clock.now(),
          slots: know(),
          retryAfterMs: answer.outcome === "hang" ? undefined : answer.retryAfterMs,
          outcome: undefined,
          timedOut: false,
          endedAt: Infinity,
        });
        return play(answer, clock, caller);
      },
    },
    { signal: caller.signal, deadlineMs, capabilities: needsVision ? ["vision"] : [] },
  );
  const ended = await untilSettled(running, clock);
  engine.finish(ended);
  unlisten();

  return {
    before,
    after: know(),
    startedAt,
    endedAt: clock.now(),
    capable: needsVision ? idsOf(setup.count).map((_, slot) => canSee(slot)) : undefined,
    attempts,
    result: ended.settled.result,
  };
}

/** Lets an attempt's time pass, then answers. */
async function play({ outcome, afterMs = 0, retryAfterMs }: Answer, clock: VirtualClock, caller: AbortController) {
  if (afterMs > 0) {
    await new Promise<void>((resolve) => {
      clock.setTimer(resolve, afterMs, "foreground");
    });
  }
  if (outcome === "ok") return;
  if (outcome === "cancel") caller.abort();
  if (outcome === "cancel" || outcome === "hang") await new Promise(() => {});
  else throw new ScriptedError(outcome, retryAfterMs);
}

/** Goes on with the clock, timer by timer, until a promise has settled. */
async function untilSettled<Value>(running: Promise<Value>, clock: VirtualClock): Promise<Value> {
  let isSettled = false;
  void running.finally(() => {
    isSettled = true;
  });
  for (;;) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    if (isSettled) return running;
    const dueAt = clock.nextDueAt();
    if (dueAt === undefined) throw new Error("the call waits for nothing");
    clock.goTo(dueAt);
  }
}
