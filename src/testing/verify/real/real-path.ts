import { isEnabled, isExhausted, type SlotsContext } from "../../../../machines/index.ts";
import { classifyFailure } from "../../../classify/index.ts";
import { callModel } from "../../../engine/call-model.ts";
import { createModelEngine, type EngineCredential, type ModelEngine } from "../../../engine/model-engine.ts";
import type { ExploredModel } from "../../explore/product/index.ts";
import type { Step } from "../../explore/situation.ts";
import type { Behaviour, FakeProvider } from "../../fake-provider/index.ts";
import { quiet } from "../../simulate/pass-time.ts";
import { createVirtualClock } from "../../virtual-clock.ts";

type TurnStep = Extract<Step, { readonly epoch: number }>;

/** An answer on the wire that is classified as each event. */
const answers: Readonly<Record<TurnStep["type"], { readonly status: number; readonly body?: unknown }>> = {
  SUCCESS: { status: 200 },
  AUTH: { status: 401 },
  QUOTA_EXCEEDED: { status: 402 },
  TRANSIENT: { status: 503 },
  UNKNOWN: { status: 302 },
  PERMANENT: { status: 400 },
  INPUT_TOO_LARGE: { status: 413 },
  CONTENT_SAFETY: { status: 400, body: { error: { code: "content_filter", message: "refused" } } },
};

function behaviourOf({ type, retryAfterMs }: TurnStep): Behaviour {
  if (type === "SUCCESS") return "healthy";
  const { status, body = { error: { message: "scripted" } } } = answers[type];
  const stated = retryAfterMs === undefined ? {} : { "retry-after": String(retryAfterMs / 1_000) };
  return { raw: { status, headers: { "content-type": "application/json", ...stated }, body: JSON.stringify(body) } };
}

/** A call of the engine's whose attempt waits until somebody says how the upstream answers it. */
interface HeldCall {
  /** Lets the attempt go out on the wire, and waits for what the engine makes of the answer. */
  readonly answer: (behaviour: Behaviour) => Promise<void>;
  readonly giveUp: () => Promise<void>;
}

/** What an upstream's refusal says of itself. */
class RefusedError extends Error {
  readonly facts: { readonly status: number; readonly headers: Headers; readonly body: string };

  constructor(facts: RefusedError["facts"]) {
    super(`status ${facts.status}`);
    this.facts = facts;
  }
}

/** Longer than any path. */
const foreverMs = 1e15;

/** The real engine of a model on a clock of its own, whose attempts go over sockets to a scripted upstream. */
export class RealPath {
  readonly engine: ModelEngine<EngineCredential>;
  readonly #clock = createVirtualClock();
  readonly #upstream: FakeProvider;
  readonly #open = new Set<HeldCall>();
  /** Calls that begin before anything happens, one on each slot: their evidence is old as soon as home moves. */
  readonly #early = new Map<number, HeldCall>();
  #holder: HeldCall | undefined;

  constructor({ id, credentials, input, onExhausted }: ExploredModel, upstream: FakeProvider) {
    this.#upstream = upstream;
    this.engine = createModelEngine<EngineCredential>(
      {
        id,
        credentials: credentials.map((credential, slot) => ({ id: credential, disabled: input.disabled[slot] })),
        failback: input.policy,
        retry: { maxRetries: 0, baseDelayMs: 0, maxDelayMs: 0, jitter: "none" },
        onExhausted,
        attemptTimeoutMs: foreverMs,
        firstByteTimeoutMs: foreverMs,
        idleTimeoutMs: foreverMs,
        deadlineMs: undefined,
      },
      {
        clock: this.#clock,
        classify: (error) => classifyFailure(error instanceof RefusedError ? error.facts : error, { now: 0 }),
      },
    );
  }

  /** What the model's machine knows. */
  knows(): SlotsContext {
    return this.engine.actor.getSnapshot().context;
  }

  /** Begins the early calls. */
  async beginEarly(): Promise<void> {
    for (const slot of this.engine.policy.credentials.keys()) this.#early.set(slot, await this.#begin({ only: slot }));
  }

  /** Makes a step happen, as calls and an operator can make it happen; `false`: they cannot. */
  async take(step: Step): Promise<boolean> {
    this.#passUntil(step.at);
    await quiet();
    switch (step.type) {
      case "TIMER":
        return true;
      case "FAILBACK":
      case "RESET":
      case "DISABLE":
      case "ENABLE":
        this.engine.operate(step);
        return true;
      case "RESTORE":
        return false;
      case "PROBE":
        return this.#probe(step.until - step.at);
      case "RELEASE":
        return this.#release(step.call);
      default:
        return this.#turn(step);
    }
  }

  async close(): Promise<void> {
    for (const held of this.#open) await held.giveUp();
    await this.engine.close();
  }

  #passUntil(at: number): void {
    while (this.#clock.goTo(at));
  }

  /** The next call that begins takes the lease. */
  async #probe(leaseMs: number): Promise<boolean> {
    const { probe, policy } = this.knows();
    if (probe === null || probe.lease !== null) return false;
    this.#holder = await this.#begin({ deadlineMs: leaseMs === policy.timeoutMs ? undefined : leaseMs });
    return true;
  }

  async #release(call: string): Promise<boolean> {
    const slots = this.knows();
    if (call === holderId) {
      await this.#holder?.giveUp();
      return slots.probe?.lease != null;
    }
    const slot = slots.slots.findIndex((_, each) => isEnabled(slots, each) && each !== slots.probe?.slot);
    if (slot < 0) return false;
    await (await this.#begin({ only: slot })).giveUp();
    return true;
  }

  async #turn(step: TurnStep): Promise<boolean> {
    const held = await this.#callOf(step, this.knows());
    await held?.answer(behaviourOf(step));
    return held !== undefined;
  }

  /** The call whose turn it is, as far as one can be brought there. */
  async #callOf(step: TurnStep, slots: SlotsContext): Promise<HeldCall | undefined> {
    if (step.call === holderId) return slots.probe?.lease == null ? undefined : this.#holder;
    if (step.epoch !== slots.epoch) return slots.epoch > 0 ? this.#takeEarly(step.slot) : undefined;
    if (!isEnabled(slots, step.slot)) return slots.epoch === 0 ? this.#takeEarly(step.slot) : undefined;
    return canBegin(step, slots) ? this.#begin({ only: step.slot }) : undefined;
  }

  #takeEarly(slot: number): HeldCall | undefined {
    const held = this.#early.get(slot);
    this.#early.delete(slot);
    return held;
  }

  async #begin({
    only,
    deadlineMs,
  }: {
    readonly only?: number;
    readonly deadlineMs?: number | undefined;
  }): Promise<HeldCall> {
    const caller = new AbortController();
    const { credentials } = this.engine.policy;
    const gates = [Promise.withResolvers<Behaviour>(), Promise.withResolvers<Behaviour>()] as const;
    let attempts = 0;
    let moved = Promise.withResolvers<void>();
    const attempt = async ({
      credential,
      signal,
    }: {
      readonly credential: EngineCredential;
      readonly signal: AbortSignal;
    }) => {
      moved.resolve();
      const gate = attempts === 0 ? gates[0] : gates[1];
      attempts += 1;
      const behaviour = await Promise.race([gate.promise, aborted(signal)]);
      this.#upstream.script(credential.id, behaviour);
      await this.#exchange(credential.id, signal);
    };
    const running = callModel(this.engine, attempt, {
      signal: caller.signal,
      deadlineMs,
      ...(only !== undefined && { only: credentials.slice(only, only + 1).map(({ id }) => id) }),
    }).then(
      () => moved.resolve(),
      () => moved.resolve(),
    );
    await moved.promise;
    const held: HeldCall = {
      answer: async (behaviour) => {
        moved = Promise.withResolvers();
        gates[0].resolve(behaviour);
        // Ended, or gone on to another credential, where it is of no interest any more.
        await moved.promise;
        await held.giveUp();
      },
      giveUp: async () => {
        this.#open.delete(held);
        caller.abort();
        await running;
      },
    };
    this.#open.add(held);
    return held;
  }

  async #exchange(key: string, signal: AbortSignal): Promise<void> {
    const response = await fetch(`${this.#upstream.baseURL}/chat/completions`, {
      method: "POST",
      redirect: "manual",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "fake-model", messages: [{ role: "user", content: "?" }] }),
      signal,
    });
    const body = await response.text();
    if (response.status !== 200) throw new RefusedError({ status: response.status, headers: response.headers, body });
  }
}

/** What the cover calls the call that holds the probe's lease. */
const holderId = "the-probe";

/**
 * Whether a call that may take one credential only is what the step tells of: it is its call's first turn, led there where
 * home is passed over, and it would take a probe's lease that is free.
 */
function canBegin({ type, slot, first = false, routed = false }: TurnStep, slots: SlotsContext): boolean {
  const { home, probe } = slots;
  if (slot === probe?.slot && probe.lease === null) return false;
  if (type !== "SUCCESS") return true;
  if (slot === home) return first;
  return slot > home || isExhausted(slots) || routed;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
