import type { Recording } from "./recording.ts";
import type { Outage } from "./scenario.ts";

/** Milliseconds of many calls, told in seconds. */
export interface Spread {
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** An outage of a scenario, and how long home stayed away from its credential afterwards. */
export interface OutageReport {
  readonly credential: string;
  readonly from: number;
  readonly to: number;
  /**
   * Seconds from its end until that credential, or a better one, was home again; 0: home had not left it; `null`: it was
   * not by the scenario's end.
   */
  readonly failback_after_s: number | null;
}

/** What a scenario's calls and outages come to. Times in seconds. */
export interface ScenarioSummary {
  readonly calls: number;
  readonly served: number;
  /** Share of the calls that were served, 0 to 1; `null` without a call. */
  readonly availability: number | null;
  /** Attempts per call, the retries among them; `null` without a call. */
  readonly attempts_per_call: number | null;
  /** How much longer served calls took than the attempt that served them; `null` when none was served. */
  readonly added_latency_s: Spread | null;
  /** How often home moved down, `exhausted` included, and up. */
  readonly failovers: number;
  readonly failbacks: number;
  /** Each failed one cost a call a vain attempt, at least. */
  readonly probes: { readonly proved: number; readonly failed: number };
  /** Of the outages that home had left: seconds from their end to the failback. */
  readonly time_to_failback_s: {
    readonly mean: number | null;
    readonly max: number | null;
    /** How many home had not come back from by the scenario's end. */
    readonly never: number;
  };
  readonly outages: readonly OutageReport[];
}

/** Adds up what was recorded. `ids` are the credentials in order of priority. */
export function summarise(recording: Recording, outages: readonly Outage[], ids: readonly string[]): ScenarioSummary {
  const { calls, probes } = recording;
  const served = calls.filter(({ result }) => result === "served");
  const attempts = calls.reduce((sum, call) => sum + call.attempts, 0);
  const reports = outages
    .filter(({ to }) => to * 1_000 <= recording.endedAtMs)
    .map((outage) => ({
      credential: outage.credential,
      from: outage.from,
      to: outage.to,
      failback_after_s: failbackAfterS(recording, outage, ids),
    }));
  return {
    calls: calls.length,
    served: served.length,
    availability: calls.length === 0 ? null : rounded(served.length / calls.length),
    attempts_per_call: calls.length === 0 ? null : rounded(attempts / calls.length),
    added_latency_s: spreadOf(served.map(({ addedMs }) => addedMs)),
    ...movesOf(recording, ids),
    probes: {
      proved: probes.filter(({ end }) => end === "proved").length,
      failed: probes.filter(({ end }) => end === "failed").length,
    },
    time_to_failback_s: timeToFailback(reports),
    outages: reports,
  };
}

/** A slot's place in the ring; `exhausted` comes after the last. */
const placeOf = (ids: readonly string[], credential: string | null): number =>
  credential === null ? ids.length : ids.indexOf(credential);

function movesOf({ homes }: Recording, ids: readonly string[]): Pick<ScenarioSummary, "failovers" | "failbacks"> {
  const places = homes.map(({ credential }) => placeOf(ids, credential));
  const isUp = places.slice(1).map((place, index) => place < (places[index] ?? 0));
  return { failovers: isUp.filter((up) => !up).length, failbacks: isUp.filter(Boolean).length };
}

function failbackAfterS({ homes }: Recording, { credential, to }: Outage, ids: readonly string[]): number | null {
  const endMs = to * 1_000;
  const place = placeOf(ids, credential);
  const atEnd = homes.findLast(({ fromMs }) => fromMs <= endMs);
  if (atEnd === undefined || placeOf(ids, atEnd.credential) <= place) return 0;
  const back = homes.find((home) => home.fromMs > endMs && placeOf(ids, home.credential) <= place);
  return back === undefined ? null : rounded((back.fromMs - endMs) / 1_000);
}

function timeToFailback(reports: readonly OutageReport[]): ScenarioSummary["time_to_failback_s"] {
  const left = reports.map((report) => report.failback_after_s).filter((seconds) => seconds !== 0);
  const back = left.filter((seconds) => seconds !== null);
  return {
    mean: back.length === 0 ? null : rounded(meanOf(back)),
    max: back.length === 0 ? null : Math.max(...back),
    never: left.length - back.length,
  };
}

function spreadOf(milliseconds: readonly number[]): Spread | null {
  if (milliseconds.length === 0) return null;
  const sorted = Float64Array.from(milliseconds).sort();
  /** The nearest rank: a value that a call really had. */
  const percentile = (share: number): number => rounded((sorted[Math.ceil(share * sorted.length) - 1] ?? 0) / 1_000);
  return {
    mean: rounded(meanOf(milliseconds) / 1_000),
    p50: percentile(0.5),
    p99: percentile(0.99),
    max: percentile(1),
  };
}

const meanOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

/** To six places, so that a sum of binary fractions reads as what it is. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;
