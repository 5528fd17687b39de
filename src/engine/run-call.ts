import {
  changesNothing,
  eventOf,
  firstTurn,
  isRejected,
  isRequestLevel,
  mayRetry,
  nextTurn,
  retryAfterMs,
  retryDelayMs,
  type Turn,
  type TurnEvent,
} from "../../machines/index.ts";
import { AttemptSignal, runAttempt } from "./attempt.ts";
import type { AttemptContext, Call, CallEnvironment, CallRecord, ServedTurn, Settled, TokenUsage } from "./call.ts";
import { withTokens } from "./usage.ts";
import type { Verdict } from "./verdict.ts";

/**
 * Runs one call: turn after turn, each an attempt and its retries, until one serves or there is nothing left to try.
 *
 * It is the hot path of what `machines/call` specifies, over the same rules (S20–S27).
 */
export async function runCall<Credential extends { readonly id: string }, Value>(
  environment: CallEnvironment<Credential>,
  call: Call<Credential, Value>,
): Promise<Settled<Credential, Value>> {
  const { keeper, onExhausted } = environment;
  const { scope, progress } = call;
  if (scope.stop !== undefined) return { result: scope.stop.kind, reason: scope.stop.reason };

  const slots = keeper.current();
  let turn = firstTurn(slots, progress, scope.startedAt);
  if (turn === undefined) return { result: "all_failed", retryAfterMs: undefined };
  if (isRejected(slots, onExhausted, turn)) turn = undefined;
  while (turn !== undefined) {
    if (turn.probes) takeLease(environment, call);
    progress.tried.push(turn.slot);
    const settled = await runTurn(environment, call, turn);
    if (settled !== undefined) return settled;
    if (call.once) break;
    turn = nextTurn(keeper.current(), progress, scope.clock.now());
  }
  return { result: "all_failed", retryAfterMs: retryAfterMs(keeper.current(), scope.clock.now()) };
}

function takeLease<Credential>({ keeper, leaseMs }: CallEnvironment<Credential>, { id, scope }: CallRecord): void {
  keeper.send({ type: "PROBE", call: id, until: scope.deadlineAt ?? scope.startedAt + leaseMs });
}

/** An attempt and its retries on one credential; `undefined` when it is another's turn. */
async function runTurn<Credential extends { readonly id: string }, Value>(
  environment: CallEnvironment<Credential>,
  call: Call<Credential, Value>,
  turn: Turn,
): Promise<Settled<Credential, Value> | undefined> {
  const { keeper, retry, random } = environment;
  const { clock } = call.scope;
  const credential = environment.credentials[turn.slot] as Credential;
  for (let retries = 0; ; retries += 1) {
    // While nothing waited: a listener, or a caller between two attempts.
    if (call.scope.stop !== undefined) return stopped(environment, call, turn, 0);

    const startedAt = clock.now();
    call.attempts += 1;
    const attemptSignal = new AttemptSignal();
    const record = new AttemptRecord(environment, call, credential, attemptSignal);
    const start = (): PromiseLike<Value> | Value => call.attempt(record, attemptSignal);
    const startReady = whenReady(environment, credential, attemptSignal, start);
    const outcome = await runAttempt(call, credential.id, attemptSignal, startReady);
    const durationMs = clock.now() - startedAt;

    if (outcome.kind === "value") {
      environment.onAttempt(call, turn.slot, "ok", durationMs, record.told);
      tell(environment, call, turn, { class: "ok", rule: "ok" });
      const served = { credential, slot: turn.slot, epochAfter: keeper.read().epoch, usage: record.told };
      record.addTo(served);
      return { result: "served", value: outcome.value, turn: served };
    }
    if (outcome.kind === "stopped") return cutOff(environment, call, turn, durationMs);

    const verdict = environment.classify(outcome.error, credential);
    const failure = { credential: credential.id, verdict, index: call.attempts, error: outcome.error, durationMs };
    call.failures.push(failure);
    environment.onAttempt(call, turn.slot, verdict, durationMs, undefined);
    if (isRequestLevel(verdict.class)) {
      tell(environment, call, turn, verdict);
      return { result: "failed_fast", failure };
    }

    const failed = { ...verdict, timedOut: outcome.timedOut };
    const mayWait = mayRetry(keeper.current(), call.progress, turn, failed);
    const delayMs = call.once ? undefined : retryDelayMs(retry, failed, retries, mayWait, random);
    if (delayMs === undefined) {
      tell(environment, call, turn, verdict);
      return undefined;
    }
    await call.scope.pause(delayMs);
  }
}

/** What starts an attempt once what its credential waits for is there, unless its time is over by then. */
function whenReady<Credential, Value>(
  { prepare }: CallEnvironment<Credential>,
  credential: Credential,
  attemptSignal: AttemptSignal,
  start: () => PromiseLike<Value> | Value,
): () => PromiseLike<Value> | Value {
  if (prepare === undefined) return start;
  return () => {
    const waiting = prepare(credential);
    if (waiting === undefined) return start();
    return waiting.then(() => {
      attemptSignal.signal.throwIfAborted();
      return start();
    });
  };
}

/** What a function gets for one attempt, and what it told of its tokens. */
class AttemptRecord<Credential> implements AttemptContext<Credential> {
  readonly credential: Credential;
  readonly call: string;
  readonly attempt: number;
  declare readonly signal: AbortSignal;
  readonly recordUsage: (usage: TokenUsage) => void;

  readonly #attemptSignal: AttemptSignal;
  #told: TokenUsage | undefined;
  #turn: ServedTurn<Credential> | undefined;

  /**
   * `signal` is a property of each record, so that it is there in a copy too, but one getter for all of them. V8 makes
   * the getter of an object literal, and a function that is written where it is assigned to a property, among its old
   * objects (docs/performance.md): they would keep each call's memory until the whole heap is collected.
   */
  static readonly #signal: PropertyDescriptor & ThisType<AttemptRecord<unknown>> = {
    enumerable: true,
    get() {
      return this.#attemptSignal.signal;
    },
  };

  constructor(
    { onUsage }: CallEnvironment<Credential>,
    { id, attempts }: CallRecord,
    credential: Credential,
    attemptSignal: AttemptSignal,
  ) {
    this.credential = credential;
    this.call = id;
    this.attempt = attempts;
    this.#attemptSignal = attemptSignal;
    const recordUsage = (usage: TokenUsage): void => {
      if (this.#turn === undefined) this.#told = withTokens(this.#told, usage);
      else onUsage(this.#turn, usage);
    };
    this.recordUsage = recordUsage;
    Object.defineProperty(this, "signal", AttemptRecord.#signal);
  }

  get told(): TokenUsage | undefined {
    return this.#told;
  }

  /** What it tells of its tokens from now on is added to the turn that it served (S40). */
  addTo(turn: ServedTurn<Credential>): void {
    this.#turn = turn;
  }
}

/** Tells the model's machine how a turn ended, unless that would change nothing. */
function tell<Credential>(
  { keeper }: CallEnvironment<Credential>,
  { id }: CallRecord,
  { slot, epoch, first, routed }: Turn,
  verdict: {
    readonly class: Verdict["class"] | "ok";
    readonly rule: string;
    readonly retryAfterMs?: number | undefined;
  },
): void {
  const type = verdict.class === "ok" ? "SUCCESS" : eventOf(verdict.class);
  const event: TurnEvent = { type, call: id, slot, epoch, first, routed, retryAfterMs: verdict.retryAfterMs };
  if (!changesNothing(keeper.current(), event)) keeper.send(event, verdict.rule);
}

/** An attempt that was on when its call was stopped. */
function cutOff<Credential>(
  environment: CallEnvironment<Credential>,
  call: CallRecord,
  turn: Turn,
  durationMs: number,
): Settled<Credential, never> | undefined {
  const { stop } = call.scope;
  if (stop !== undefined) environment.onAttempt(call, turn.slot, stop.kind, durationMs, undefined);
  return stopped(environment, call, turn, durationMs);
}

/**
 * A call that was stopped from outside says nothing of its credential, but that it did not answer: a probe is given
 * back, and one that had half its time or more, and was cut off by the clock, failed (S11, S26).
 */
function stopped<Credential>(
  environment: CallEnvironment<Credential>,
  call: CallRecord,
  turn: Turn,
  waitedMs: number,
): Settled<Credential, never> | undefined {
  const { stop } = call.scope;
  if (stop === undefined) return undefined;
  if (stop.byClock && waitedMs >= call.limit.timeoutMs / 2) {
    tell(environment, call, turn, { class: "transient", rule: "timeout.caller" });
  } else if (turn.probes) {
    environment.keeper.send({ type: "RELEASE", call: call.id });
  }
  return { result: stop.kind, reason: stop.reason };
}
