import type { Actor } from "xstate";
import {
  type CredentialSlotsMachine,
  eventOf,
  type FailbackPolicy,
  type Instant,
  isCooling,
  isEnabled,
  isExhausted,
  nextDueAt,
  restoreSlots,
  type RetryPolicy,
  saveSlots,
  type SlotsContext,
  type SlotsEvent,
} from "../../machines/index.ts";
import { AttemptTimeoutError, ClosedError, DeadlineExceededError } from "../errors.ts";
import type { AttemptLimit, AttemptSignal } from "./attempt.ts";
import type { AttemptContext, Call, CallEnvironment, CallRecord, ServedTurn, Settled, TokenUsage } from "./call.ts";
import { nextCallId } from "./call-id.ts";
import { CallScope } from "./call-scope.ts";
import { type Clock, systemClock } from "./clock.ts";
import { createDrain } from "./drain.ts";
import { failedAttempt } from "./failure-report.ts";
import type { FleetMember, FleetSeat, FleetStanding } from "./fleet.ts";
import type { Heritage, Learned } from "./heritage.ts";
import { createListeners, type Listeners } from "./listeners.ts";
import {
  createChangeTeller,
  type ModelEvents,
  type SettledEvent,
  type SettledFailure,
  tellMoves,
} from "./model-events.ts";
import { runCall } from "./run-call.ts";
import { createSlotsKeeper, type SlotsKeeper } from "./slots-keeper.ts";
import {
  createUsageLedger,
  type CredentialUsage,
  emptyAccount,
  type UsageAccount,
  type UsageLedger,
  withTokens,
} from "./usage.ts";
import type { Failure, Verdict } from "./verdict.ts";

/** A credential as far as the engine looks at it. */
export interface EngineCredential {
  readonly id: string;
  readonly disabled?: boolean | undefined;
  /** Undefined: it is not known to lack any (S27). */
  readonly capabilities?: readonly string[] | undefined;
}

/** A model's policies. Durations in milliseconds. */
export interface ModelPolicy<Credential extends EngineCredential> {
  readonly id: string;
  readonly credentials: readonly Credential[];
  readonly failback: FailbackPolicy;
  readonly retry: RetryPolicy;
  readonly onExhausted: "try" | "reject";
  readonly attemptTimeoutMs: number;
  readonly firstByteTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly deadlineMs: number | undefined;
}

/** What the engine is given from outside. */
export interface EngineParts<Credential> {
  readonly classify: (error: unknown, credential: Credential) => Verdict;
  /**
   * What an attempt waits for before it uses a credential, within its time; `undefined`: nothing. A rejection is classified
   * as the attempt's own failure would be.
   */
  readonly prepare?: ((credential: Credential) => Promise<void> | undefined) | undefined;
  /** Who is told of events. @default nobody yet */
  readonly listeners?: Listeners<ModelEvents> | undefined;
  /** What the engine before this one left. A credential that is not in it starts fresh. */
  readonly heritage?: Heritage | undefined;
  /** Told when there is another heritage to leave. @default nobody is told */
  readonly onLearned?: ((learned: Learned) => void) | undefined;
  /** Gives the model its place among the replicas that share what it learns. @default it shares nothing */
  readonly joinFleet?: ((member: FleetMember) => FleetSeat | undefined) | undefined;
  /** @default the process's monotonic time */
  readonly clock?: Clock | undefined;
  /** Uniform in [0, 1), for jitter. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** What an operator may say (S14). */
export type OperatorEvent = Extract<SlotsEvent, { readonly type: "RESET" | "DISABLE" | "ENABLE" | "FAILBACK" }>;

/** What a caller may say of one call, in milliseconds. */
export interface CallLimits {
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs?: number | undefined;
  /** What the call needs of a credential (S27). */
  readonly capabilities?: readonly string[] | undefined;
  /** Ids of the credentials that may take the call; the others are passed over as those that lack a capability (S27). @default any */
  readonly only?: readonly string[] | undefined;
  /** Whether one attempt is all that the call may make: what it sends cannot be sent again. @default false */
  readonly once?: boolean | undefined;
}

/** A call that has ended, with its record. */
export interface EndedCall<Credential, Value> {
  readonly id: string;
  readonly settled: Settled<Credential, Value>;
  readonly failures: readonly Failure[];
  /** What failed after the answer had begun to be handed on (S25). */
  lateFailure: Failure | undefined;
  readonly attempts: number;
  /** Id of the credential whose turn was the last. */
  readonly lastTried: string | undefined;
  readonly scope: CallScope;
}

/** One model, running. */
export interface ModelEngine<Credential extends EngineCredential> {
  readonly policy: ModelPolicy<Credential>;
  readonly actor: Actor<CredentialSlotsMachine>;
  readonly listeners: Listeners<ModelEvents>;
  /** Runs a call to its end, or to a stream's first item; whoever gets the value calls `finish` when all is over. */
  start<Value>(work: Work<Credential, Value>, limits: CallLimits): Promise<EndedCall<Credential, Value>>;
  /** Lets go of a call, and tells the listeners how it ended. */
  finish(call: EndedCall<Credential, unknown>, result?: Settled<Credential, unknown>["result"] | "interrupted"): void;
  /** Evidence that came after a turn's success (S25). */
  tellLate(call: EndedCall<Credential, unknown>, turn: ServedTurn<Credential>, error: unknown): Failure;
  /** Tokens that an answer told after it had begun to be handed on; told again, each number replaces its former (S40). */
  tellUsage(turn: ServedTurn<Credential>, usage: TokenUsage): void;
  /** Carries out an operator's word (S14). */
  operate(event: OperatorEvent): void;
  classify(error: unknown, credential: Credential): Verdict;
  /** The home credential's id; `undefined` when exhausted (S13). */
  active(): string | undefined;
  snapshot(): ModelSnapshot;
  /** What an engine that takes this one's place takes over. Times are saved as S16 says, accounts are shared. */
  heritage(): Heritage;
  /** Takes no new call, waits for those in flight, stops the timers. */
  close(): Promise<void>;
  /** Stops what is in flight: it ends with {@link ClosedError}, and no credential is blamed for it. */
  cutOff(): void;
}

/** What a call does in each attempt. */
export interface Work<Credential, Value> {
  readonly limit: AttemptLimit["limit"];
  readonly attempt: (context: AttemptContext<Credential>, attemptSignal: AttemptSignal) => PromiseLike<Value> | Value;
  readonly discard?: ((value: Value) => void) | undefined;
  /** Told of the call when it begins, so that it can be stopped. */
  readonly begun?: ((call: CallRecord) => void) | undefined;
}

/** A model's state for people: plain JSON, and no secret in it. */
export interface ModelSnapshot {
  readonly model: string;
  /** As in `s1.serving`, `s0.probing`, `exhausted`. */
  readonly state: string;
  readonly active: string | null;
  readonly probing: string | null;
  readonly epoch: number;
  /** Calls served by home that count towards a failback (S8). */
  readonly served: number;
  readonly credentials: readonly string[];
  readonly disabled: readonly string[];
  /** Milliseconds until the end of each cooldown that is running, by credential. */
  readonly cooldowns: Readonly<Record<string, number>>;
  /** Milliseconds until the next failback or probe by the clock; `null`: none is due. */
  readonly nextProbeInMs: number | null;
  readonly usage: Readonly<Record<string, CredentialUsage>>;
  /** How it stands in its fleet; absent where replicas share nothing. */
  readonly fleet?: FleetStanding | undefined;
}

/** Starts a model: its machine, its ledger, its listeners. */
export function createModelEngine<Credential extends EngineCredential>(
  policy: ModelPolicy<Credential>,
  {
    classify: classifyOther,
    prepare,
    listeners = createListeners(),
    heritage,
    onLearned,
    joinFleet,
    clock = systemClock,
    random = Math.random,
  }: EngineParts<Credential>,
): ModelEngine<Credential> {
  const classify = (error: unknown, credential: Credential): Verdict => {
    try {
      return error instanceof AttemptTimeoutError
        ? { class: "transient", rule: `timeout.${error.limit}` }
        : classifyOther(error, credential);
    } catch {
      // An error that cannot even be looked at, as a revoked proxy: the call must go on all the same.
      return { class: "unknown", rule: "unreadable" };
    }
  };
  const { id: model, credentials } = policy;
  const ids = credentials.map(({ id }) => id);
  const accounts = ids.map((id) => heritage?.usage.get(id) ?? emptyAccount());
  const ledger = createUsageLedger(accounts);
  const tellChange = createChangeTeller(listeners, model, ids);
  let seat: FleetSeat | undefined;
  const keeper = createSlotsKeeper(
    {
      policy: policy.failback,
      disabled: credentials.map(({ id, disabled = false }) => heritage?.disabled.get(id) ?? disabled),
    },
    clock,
    (before, after, cause) => {
      onLearned?.(before.epoch === after.epoch && cause.event?.type === "SUCCESS" ? "count" : "move");
      seat?.changed(before, after, cause);
      tellChange(before, after, cause);
      tellMoves(listeners, model, ids, before, after, cause);
    },
  );
  const instant = (): Instant => ({ at: clock.now(), wallAt: Date.now() });
  if (heritage !== undefined) {
    keeper.send({ type: "RESTORE", state: restoreSlots(heritage.slots, keeper.read(), ids, instant()) });
  }
  seat = joinFleet?.({
    ids,
    accounts,
    current: () => keeper.current(),
    now: () => clock.now(),
    adopt: (slots, by) => keeper.adopt(slots, by),
    holdProbe: (call, until) => keeper.send({ type: "PROBE", call, until }),
  });
  const drain = createDrain();
  const inFlight = new Set<CallScope>();
  const tellUsage = (turn: ServedTurn<Credential>, told: TokenUsage): void => {
    const usage = withTokens(turn.usage, told);
    ledger.corrected(turn.slot, turn.usage, usage);
    onLearned?.("count");
    turn.usage = usage;
  };
  const limits = {
    timeout: { limit: "timeout", timeoutMs: policy.attemptTimeoutMs },
    first_byte_timeout: { limit: "first_byte_timeout", timeoutMs: policy.firstByteTimeoutMs },
  } as const;

  const environment: CallEnvironment<Credential> = {
    keeper,
    credentials,
    retry: policy.retry,
    onExhausted: policy.onExhausted,
    leaseMs: policy.failback.timeoutMs,
    random,
    classify,
    prepare,
    onUsage: tellUsage,
    onAttempt: (call, slot, outcome, durationMs, usage) => {
      ledger.attempted(slot);
      if (outcome === "ok") ledger.served(slot, usage);
      else if (typeof outcome === "object") ledger.failed(slot, outcome.class);
      onLearned?.("count");
      if (!listeners.has("attempt")) return;
      const verdict = typeof outcome === "object" ? outcome : undefined;
      listeners.emit("attempt", {
        model,
        call: call.id,
        credential: ids[slot] ?? "",
        index: call.attempts,
        isStream: call.limit.limit === "first_byte_timeout",
        outcome: typeof outcome === "object" ? outcome.class : outcome,
        rule: verdict?.rule,
        status: verdict?.status,
        durationMs,
      });
    },
  };
  return {
    policy,
    actor: keeper.actor,
    listeners,
    classify,
    operate: (event) => keeper.send(event),
    start: async <Value>(
      work: Work<Credential, Value>,
      { signal, deadlineMs = policy.deadlineMs, capabilities = [], only, once = false }: CallLimits,
    ) => {
      drain.enter();
      try {
        const capable = capableOf(credentials, capabilities, only);
        const failures: Failure[] = [];
        const scope = new CallScope(clock, {
          signal,
          deadlineMs,
          deadlineError: (ms) =>
            new DeadlineExceededError({ model, deadlineMs: ms, attempts: failures.map(failedAttempt) }),
        });
        const call: Call<Credential, Value> = {
          id: nextCallId(),
          scope,
          limit: limits[work.limit],
          attempt: work.attempt,
          discard: work.discard,
          progress: { tried: [], capable },
          once,
          failures,
          attempts: 0,
        };
        inFlight.add(scope);
        work.begun?.(call);
        if (listeners.has("started")) listeners.emit("started", { model, call: call.id });
        const settled = await runCall(environment, call);
        const lastTried = ids[call.progress.tried.at(-1) ?? -1];
        return { id: call.id, settled, failures, lateFailure: undefined, attempts: call.attempts, lastTried, scope };
      } catch (error) {
        // A limit that is none: a call that never began must not hold up the closing.
        drain.leave();
        throw error;
      }
    },
    finish: (call, result = call.settled.result) => {
      call.scope.end();
      inFlight.delete(call.scope);
      drain.leave();
      if (listeners.has("settled")) {
        listeners.emit("settled", settledEvent(model, call, result, clock.now() - call.scope.startedAt));
      }
    },
    tellLate: (call, { slot, epochAfter: epoch, credential }, error) => {
      const verdict = classify(error, credential);
      ledger.failed(slot, verdict.class);
      onLearned?.("count");
      if (verdict.class === "auth" || verdict.class === "quota_exceeded") {
        keeper.send(
          { type: eventOf(verdict.class), call: call.id, slot, epoch, retryAfterMs: verdict.retryAfterMs },
          verdict.rule,
        );
      }
      const failure = { credential: credential.id, verdict, index: call.attempts, error, durationMs: 0 };
      call.lateFailure = failure;
      return failure;
    },
    tellUsage,
    active: () => ids[keeper.read().home],
    snapshot: () => {
      const snapshot = snapshotOf(policy, keeper, ledger, clock);
      return seat === undefined ? snapshot : { ...snapshot, fleet: seat.standing() };
    },
    heritage: () => ({
      slots: saveSlots(keeper.current(), ids, instant()),
      disabled: new Map(ids.map((id, slot) => [id, !isEnabled(keeper.read(), slot)])),
      usage: new Map(ids.map((id, slot) => [id, accounts[slot] as UsageAccount])),
    }),
    close: async () => {
      await drain.close();
      keeper.stop();
      seat?.retire();
    },
    cutOff: () => {
      for (const scope of inFlight) scope.cancel(new ClosedError());
    },
  };
}

function settledEvent<Credential extends EngineCredential>(
  model: string,
  { id: call, settled, failures, lateFailure, attempts, lastTried }: EndedCall<Credential, unknown>,
  result: SettledEvent["result"],
  durationMs: number,
): SettledEvent {
  const turn = settled.result === "served" ? settled.turn : undefined;
  const isCutOff = settled.result === "cancelled" || settled.result === "timed_out";
  return {
    model,
    call,
    result,
    credential: turn?.credential.id,
    cutOff: isCutOff ? lastTried : undefined,
    attempts,
    failures: (lateFailure === undefined ? failures : [...failures, lateFailure]).map(settledFailure),
    usage: turn?.usage,
    durationMs,
  };
}

/** A failure as events tell it. */
export function settledFailure({ credential, verdict, durationMs }: Failure): SettledFailure {
  return { credential, class: verdict.class, rule: verdict.rule, status: verdict.status, durationMs };
}

/** Which slots may take the call and can do all that is asked; `undefined` when nothing is said of it (S27). */
function capableOf(
  credentials: readonly EngineCredential[],
  wanted: readonly string[],
  only: readonly string[] | undefined,
): boolean[] | undefined {
  if (wanted.length === 0 && only === undefined) return undefined;
  return credentials.map(
    ({ id, capabilities }) =>
      (only?.includes(id) ?? true) && wanted.every((each) => capabilities?.includes(each) ?? true),
  );
}

function snapshotOf(
  { id, credentials }: ModelPolicy<EngineCredential>,
  keeper: SlotsKeeper,
  ledger: UsageLedger,
  clock: Clock,
): ModelSnapshot {
  const slots = keeper.read();
  const now = clock.now();
  const ids = credentials.map((credential) => credential.id);
  const idOf = (slot: number): string | null => ids[slot] ?? null;
  const byId = <Value>(wanted: (slot: number) => boolean, value: (slot: number) => Value): Record<string, Value> =>
    Object.fromEntries(ids.flatMap((each, slot) => (wanted(slot) ? [[each, value(slot)]] : [])));
  const dueAt = nextDueAt(slots);
  return {
    model: id,
    state: stateName(slots),
    active: idOf(slots.home),
    probing: slots.probe === null ? null : idOf(slots.probe.slot),
    epoch: slots.epoch,
    served: slots.served,
    credentials: ids,
    disabled: ids.filter((_, slot) => !isEnabled(slots, slot)),
    cooldowns: byId(
      (slot) => isCooling(slots, slot, now),
      (slot) => (slots.slots[slot]?.cooldownUntil ?? now) - now,
    ),
    nextProbeInMs: dueAt === null ? null : Math.max(0, dueAt - now),
    usage: byId(
      () => true,
      (slot) => ledger.read(slot),
    ),
  };
}

function stateName(slots: SlotsContext): string {
  if (slots.probe !== null) return `s${slots.probe.slot}.probing`;
  return isExhausted(slots) ? "exhausted" : `s${slots.home}.serving`;
}
