import { setImmediate } from "node:timers/promises";
import { slotsInput } from "../../../machines/index.ts";
import { callModel } from "../../../src/engine/call-model.ts";
import type { AttemptContext } from "../../../src/engine/call.ts";
import { failureOf } from "../../../src/engine/failure-report.ts";
import { createModelEngine, type EngineCredential, type ModelEngine } from "../../../src/engine/model-engine.ts";
import type { SettledEvent } from "../../../src/engine/model-events.ts";
import { streamModel } from "../../../src/engine/stream-model.ts";
import { createVirtualClock, type VirtualClock } from "../../../src/testing/virtual-clock.ts";
import type { CallAnswer, CallKind, Outcome, RingCall, RingRow } from "./ring.ts";
import { classOfText, settingsOf } from "./vectors.ts";

/** Longer than any row: what the rows come from has no deadlines, no timeouts and no leases. */
const foreverMs = 1e12;

/** What an attempt throws: an error of a row, with the class that the rows give it. */
class RowError extends Error {
  override readonly name = "RowError";
}

export interface EngineRing {
  readonly engine: ModelEngine<EngineCredential>;
  readonly clock: VirtualClock;
}

/** The real engine, configured as near to the row as it can be: no retries, a fixed pause. */
export function createEngineRing(row: RingRow): EngineRing {
  const { n, timeoutS, requests } = settingsOf(row);
  const credentials = Array.from({ length: n }, (_, slot) => ({
    id: row.credential_ids?.[slot] ?? `cred-${slot}`,
    capabilities: row.supports?.[slot] === false ? [] : undefined,
  }));
  const failback = { timeout: timeoutS, requests, growth: 1, min_interval: 0 };
  const clock = createVirtualClock();
  const engine = createModelEngine<EngineCredential>(
    {
      id: row.id,
      credentials,
      failback: slotsInput({ credentials: credentials.map(({ id }) => id), failback }).policy,
      retry: { maxRetries: 0, baseDelayMs: 0, maxDelayMs: 0, jitter: "none" },
      onExhausted: "try",
      attemptTimeoutMs: foreverMs,
      firstByteTimeoutMs: foreverMs,
      idleTimeoutMs: foreverMs,
      deadlineMs: foreverMs,
    },
    { clock, classify: (error) => ({ class: classOfText((error as Error).message), rule: "row" }) },
  );
  return { engine, clock };
}

/** Slot that serves; past the last when exhausted. */
export function activeOf({ engine }: EngineRing): number {
  const { credentials } = engine.policy;
  const slot = credentials.findIndex(({ id }) => id === engine.active());
  return slot < 0 ? credentials.length : slot;
}

export async function passTime({ clock }: EngineRing, seconds: number): Promise<void> {
  const until = clock.now() + seconds * 1_000;
  while (clock.goTo(until)) await setImmediate();
}

/** A call on the engine, in flight or settled. */
export interface EngineCall extends RingCall {
  readonly settled: Promise<void>;
}

/** Begins a call; each of its attempts ends as `answer` says, when it says so. */
export function startEngineCall(
  { engine }: EngineRing,
  kind: CallKind,
  answer: (slot: number) => Outcome | Promise<Outcome>,
  consume = Infinity,
): EngineCall {
  const attempts: number[] = [];
  const items: string[] = [];
  let ended: SettledEvent | undefined;
  let stoppedEarly = false;
  const unlisten = engine.listeners.on("settled", (event) => {
    if (event.call === id) ended = event;
  });
  let id: string | undefined;

  const begin = ({ call, credential }: AttemptContext<EngineCredential>): Outcome | Promise<Outcome> => {
    id = call;
    const slot = engine.policy.credentials.indexOf(credential);
    attempts.push(slot);
    running.inFlight = slot;
    return answer(slot);
  };
  const attempt = async (context: AttemptContext<EngineCredential>): Promise<void> => {
    fail(await begin(context));
  };
  const open = async (context: AttemptContext<EngineCredential>): Promise<AsyncIterable<string>> => {
    const outcome = await begin(context);
    if (outcome !== "ok" && outcome.open_error === true) fail(outcome);
    return streamOf(outcome);
  };
  const run = async (): Promise<void> => {
    const capabilities = kind === "media" ? ["media"] : [];
    if (kind !== "stream") return callModel(engine, attempt, { capabilities });
    const stream = streamModel(() => engine, open, {});
    while (items.length < consume) {
      const next = await stream.next();
      if (next.done === true) return undefined;
      items.push(next.value);
    }
    stoppedEarly = true;
    await stream.return();
  };

  const running: { -readonly [Key in keyof RingCall]: RingCall[Key] } = { inFlight: undefined, answer: undefined };
  const settle = (error: unknown): void => {
    unlisten();
    running.inFlight = undefined;
    const result = stoppedEarly ? { type: "consumer_stopped" } : resultOf(kind, attempts, ended, error);
    running.answer = { attempts, result, ...(kind === "stream" && { items }) };
  };
  return Object.assign(running, { settled: run().then(settle, settle) });
}

function fail(outcome: Outcome): void {
  if (outcome !== "ok" && outcome.error !== undefined) throw new RowError(outcome.error);
}

async function* streamOf(outcome: Outcome): AsyncGenerator<string> {
  if (outcome !== "ok") yield* outcome.items ?? [];
  fail(outcome);
}

function resultOf(
  kind: CallKind,
  attempts: readonly number[],
  ended: SettledEvent | undefined,
  error: unknown,
): CallAnswer["result"] {
  if (ended === undefined) throw new Error("the call ended without a word");
  if (ended.result === "served") return { type: kind === "stream" ? "completed" : "ok", served_by: attempts.at(-1) };
  if (ended.result === "all_failed") {
    // A single credential's own error is thrown as it is, not among others.
    const originals = error instanceof AggregateError ? error.errors : [error];
    const errors = ended.failures.map(({ credential, class: errorClass }, index) => ({
      id: credential,
      class: errorClass,
      message: (originals[index] as RowError).message,
      idx: attempts[index] ?? -1,
    }));
    return { type: "all_failed", errors };
  }
  const { message } = error as RowError;
  return { type: "raised", class: failureOf(error)?.class, message, from_idx: attempts.at(-1) };
}
