import { isCooling, type SlotsContext } from "../../../machines/index.ts";
import type { Clock } from "../../engine/clock.ts";
import type { EngineCredential, ModelEngine } from "../../engine/model-engine.ts";
import type { AttemptEvent, ProbeEvent, SettledEvent } from "../../engine/model-events.ts";

/** A stretch of time, in milliseconds since the scenario's start. */
interface Stretch {
  readonly credential: string;
  readonly fromMs: number;
  toMs: number;
}

/** What happened to a model over time, in milliseconds since the scenario's start. */
export interface Recording {
  readonly attempts: {
    readonly atMs: number;
    readonly credential: string;
    readonly outcome: AttemptEvent["outcome"];
  }[];
  readonly calls: RecordedCall[];
  /** Who was home from when on; `null`: exhausted. The first from the start. */
  readonly homes: { readonly fromMs: number; readonly credential: string | null }[];
  readonly probes: (Stretch & { end?: ProbeEvent["phase"] })[];
  /** Each up to its end as far as it is known: a success ends it early, a failure makes it longer. */
  readonly cooldowns: Stretch[];
  endedAtMs: number;
}

/** A call that has ended. */
export interface RecordedCall {
  readonly result: SettledEvent["result"];
  readonly attempts: number;
  /** How much longer it took than the attempt that served it. */
  readonly addedMs: number;
}

/** Writes down what happens to a model, until the function that it returns is called. */
export function record<Credential extends EngineCredential>(
  engine: ModelEngine<Credential>,
  clock: Pick<Clock, "now">,
): { readonly recording: Recording; readonly stop: () => void } {
  const { listeners, actor, policy } = engine;
  const recording: Recording = {
    attempts: [],
    calls: [],
    homes: [{ fromMs: clock.now(), credential: engine.active() ?? null }],
    probes: [],
    cooldowns: [],
    endedAtMs: clock.now(),
  };
  const servedIn = new Map<string, number>();
  const moved = ({ to }: { readonly to: string | null }): void => {
    recording.homes.push({ fromMs: clock.now(), credential: to });
  };
  const follow = cooldownsInto(recording.cooldowns, policy.credentials);
  const cooling = actor.subscribe(({ context }) => follow(context));
  const unlisten = [
    listeners.on("failover", moved),
    listeners.on("failback", moved),
    listeners.on("exhausted", moved),
    listeners.on("probe", ({ credential, phase }) => {
      const last = recording.probes.at(-1);
      if (phase === "due") recording.probes.push({ credential, fromMs: clock.now(), toMs: Number.POSITIVE_INFINITY });
      else if (last !== undefined) Object.assign(last, { toMs: clock.now(), end: phase });
    }),
    listeners.on("attempt", ({ call, credential, outcome, durationMs }) => {
      recording.attempts.push({ atMs: clock.now(), credential, outcome });
      if (outcome === "ok") servedIn.set(call, durationMs);
    }),
    listeners.on("settled", ({ call, result, attempts, durationMs }) => {
      recording.calls.push({ result, attempts, addedMs: durationMs - (servedIn.get(call) ?? 0) });
      servedIn.delete(call);
    }),
  ];
  return {
    recording,
    stop: () => {
      for (const each of unlisten) each();
      cooling.unsubscribe();
      recording.endedAtMs = clock.now();
    },
  };
}

/** Follows the cooldowns that a machine knows, from change to change. */
function cooldownsInto(
  cooldowns: Stretch[],
  credentials: readonly EngineCredential[],
): (context: SlotsContext) => void {
  const running = new Map<number, Stretch>();
  return (context) => {
    for (const [slot, { id }] of credentials.entries()) {
      const known = running.get(slot);
      const toMs = context.slots[slot]?.cooldownUntil ?? undefined;
      if (known !== undefined && known.toMs > context.at) known.toMs = toMs ?? context.at;
      else if (toMs !== undefined && isCooling(context, slot, context.at)) {
        const stretch = { credential: id, fromMs: context.at, toMs };
        running.set(slot, stretch);
        cooldowns.push(stretch);
      }
    }
  };
}
