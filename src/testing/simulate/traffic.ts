import type { Credential } from "../../config/index.ts";
import { callModel } from "../../engine/call-model.ts";
import type { ModelEngine } from "../../engine/model-engine.ts";
import { UsageError } from "../../errors.ts";
import type { VirtualClock } from "../virtual-clock.ts";
import type { Weather } from "./outages.ts";
import { fireNext, passUntil, quiet } from "./pass-time.ts";
import type { ScriptedOutcome, Traffic } from "./scenario.ts";
import { playedCall } from "./scripted-call.ts";

/** Where calls arrive. */
export interface Crossroads {
  readonly engine: ModelEngine<Credential>;
  readonly clock: VirtualClock;
  readonly weather: Weather;
  readonly random: () => number;
}

/** What a stretch of traffic showed. */
export interface TrafficReport {
  readonly calls: number;
  /** How many each credential served. */
  readonly by: Readonly<Record<string, number>>;
  /** How many were not served, by how they ended; left out when all were. */
  readonly failed?: Readonly<Record<string, number>>;
}

const mostCalls = 1_000_000;
const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Lets calls arrive for a while, then waits for those that are still in flight. */
export async function runTraffic(
  { engine, clock, weather, random }: Crossroads,
  { rate, for: forS, arrivals = "poisson", latency = 0 }: Traffic,
): Promise<TrafficReport> {
  const perSecond = callsPerSecond(rate);
  assertBearable(perSecond * forS);
  const gapMs = (): number => (1_000 / perSecond) * (arrivals === "even" ? 1 : -Math.log(1 - random()));
  const healthy: ScriptedOutcome = latency === 0 ? "ok" : { ok: true, after_s: latency };
  const by: Record<string, number> = {};
  const failed: Record<string, number> = {};
  let begun = 0;
  const inFlight = new Set<AbortSignal>();
  const unlisten = engine.listeners.on("settled", ({ result, credential }) => {
    if (result === "served") count(by, credential ?? "");
    else count(failed, result);
  });

  const endsAt = clock.now() + forS * 1_000;
  for (let at = clock.now() + gapMs(); at <= endsAt; at += gapMs()) {
    await passUntil(clock, at);
    begun += 1;
    const { attempt, signal } = playedCall(clock, (credential) => weather(credential) ?? healthy);
    inFlight.add(signal);
    // How it ends is told by its event.
    void callModel(engine, attempt, { signal })
      .catch(() => {})
      .finally(() => inFlight.delete(signal));
    await quiet();
  }
  await passUntil(clock, endsAt);
  while (inFlight.size > 0) {
    fireNext(clock);
    await quiet();
  }
  unlisten();
  return { calls: begun, by, ...(Object.keys(failed).length > 0 && { failed }) };
}

function count(tally: Record<string, number>, name: string): void {
  tally[name] = (tally[name] ?? 0) + 1;
}

function callsPerSecond(rate: string): number {
  const [count = "", unit = ""] = rate.split("/");
  return Number(count) / (secondsOf[unit] ?? 1);
}

function assertBearable(calls: number): void {
  if (calls <= mostCalls) return;
  const found = `about ${Math.round(calls)} calls`;
  throw new UsageError({ path: "traffic", found, wanted: `a rate and a time that make at most ${mostCalls}` });
}
