import { type CallResult, classOfAll, type ErrorClass } from "../../../machines/index.ts";
import { callModel } from "../../engine/call-model.ts";
import type { AttemptContext } from "../../engine/call.ts";
import type { EngineCredential, ModelEngine } from "../../engine/model-engine.ts";
import { failureOf } from "../../engine/failure-report.ts";
import type { SettledEvent } from "../../engine/model-events.ts";
import { streamModel } from "../../engine/stream-model.ts";
import type { VirtualClock } from "../virtual-clock.ts";
import type { Weather } from "./outages.ts";
import { fail, play } from "./play.ts";
import type { Script, ScriptedOutcome } from "./scenario.ts";

/** What a call did, as a scenario's output tells it. */
export interface CallReport {
  readonly attempts: readonly (readonly [credential: string, outcome: string])[];
  readonly result: CallResult;
  /** The credential that served. */
  readonly by?: string;
  readonly class?: ErrorClass;
  /** How each credential's turn ended. */
  readonly errors?: readonly (readonly [credential: string, errorClass: ErrorClass])[];
}

/** A call of a scenario that has begun. */
export interface ScriptedCall {
  /** Set when it has ended. */
  report: CallReport | undefined;
  /** The credential whose turn is on. */
  inFlight: string | undefined;
}

/** Says what a credential's next attempt answers; a promise that stays open leaves the attempt in flight. */
export type NextOutcome = (credential: string) => ScriptedOutcome | Promise<ScriptedOutcome>;

/** Answers from a script, one outcome an attempt; what is not written is as the weather is, else `ok`. */
export function fromScript(script: Script, weather: Weather): NextOutcome {
  const read = new Map<string, number>();
  return (credential) => {
    const index = read.get(credential) ?? 0;
    read.set(credential, index + 1);
    return script[credential]?.[index] ?? weather(credential) ?? "ok";
  };
}

/** A caller's function that plays what its credentials answer, and the caller's own signal. */
export interface PlayedCall {
  readonly attempt: (context: AttemptContext<EngineCredential>) => Promise<void>;
  readonly open: (context: AttemptContext<EngineCredential>) => AsyncGenerator<number>;
  readonly signal: AbortSignal;
}

/** Makes the function of one call, or stream. */
export function playedCall(
  clock: VirtualClock,
  next: NextOutcome,
  onAttempt: (context: AttemptContext<EngineCredential>) => void = () => {},
): PlayedCall {
  const caller = new AbortController();
  const outcomeOf = async (context: AttemptContext<EngineCredential>): Promise<ScriptedOutcome> => {
    onAttempt(context);
    const outcome = await next(context.credential.id);
    await play(outcome, { clock, caller, signal: context.signal });
    return outcome;
  };
  return {
    signal: caller.signal,
    attempt: async (context) => fail(await outcomeOf(context)),
    async *open(context) {
      const outcome = await outcomeOf(context);
      const items = typeof outcome === "object" && "items" in outcome ? (outcome.items ?? 0) : 1;
      for (let item = 0; item < items; item += 1) yield item;
      fail(outcome);
    },
  };
}

/** Begins a call, or a stream, of a scenario on the real engine. */
export function startScriptedCall<Credential extends EngineCredential>(
  engine: ModelEngine<Credential>,
  clock: VirtualClock,
  next: NextOutcome,
  kind: "call" | "stream",
): ScriptedCall {
  const scripted: ScriptedCall = { report: undefined, inFlight: undefined };
  const seen: (readonly [string, string])[] = [];
  let id: string | undefined;
  let settled: SettledEvent | undefined;
  const unlisten = [
    engine.listeners.on("attempt", (event) => {
      if (event.call === id) seen.push([event.credential, event.outcome]);
    }),
    engine.listeners.on("settled", (event) => {
      if (event.call === id) settled = event;
    }),
  ];

  const { attempt, open, signal } = playedCall(clock, next, ({ call, credential }) => {
    id = call;
    scripted.inFlight = credential.id;
  });
  const run = async (): Promise<unknown> => {
    if (kind === "call") return callModel(engine, attempt, { signal });
    // oxlint-disable-next-line no-unused-vars
    for await (const _ of streamModel(() => engine, open, { signal }));
    return undefined;
  };

  void run()
    .catch((error: unknown) => error)
    .then((error) => {
      for (const stop of unlisten) stop();
      scripted.inFlight = undefined;
      scripted.report = reportOf(seen, settled, error);
    });
  return scripted;
}

function reportOf(
  attempts: readonly (readonly [string, string])[],
  settled: SettledEvent | undefined,
  error: unknown,
): CallReport {
  const result = settled?.result ?? "all_failed";
  const failures = settled?.failures ?? [];
  if (result === "served") return { attempts, result, by: settled?.credential ?? "" };
  if (result === "cancelled" || result === "timed_out") return { attempts, result };
  const last = failureOf(error)?.class ?? failures.at(-1)?.class ?? "unknown";
  if (result !== "all_failed") return { attempts, result, class: last };
  const errors = [...new Map(failures.map((failure) => [failure.credential, failure.class]))];
  return {
    attempts,
    result,
    class: classOfAll(errors.map(([, errorClass]) => errorClass)),
    errors,
  };
}
