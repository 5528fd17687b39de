import type {
  CallEntry,
  FeedEntry,
  MoveEntry,
  ProbeEntry,
  ShapeEntry,
  StateEntry,
} from "../../../src/inspect/entries.ts";
import type { FailbackPolicy } from "../../../machines/index.ts";

export const failback: FailbackPolicy = {
  strategy: "stepwise",
  timeoutMs: 600_000,
  requests: 50,
  growth: 2,
  maxCooldownMs: 3_600_000,
  minIntervalMs: 5_000,
  respectRetryAfter: true,
  maxMs: 86_400_000,
};

let number = 0;
const next = (): number => (number += 1);

export const shape = (at: number, ids: readonly string[] = ["a", "b"], model = "chat"): ShapeEntry => ({
  type: "shape",
  number: next(),
  at,
  model,
  kind: "chat",
  credentials: ids.map((id) => ({ id, provider: "openai", upstreamModel: "m" })),
  failback,
});

export const state = (
  at: number,
  active: string | null,
  rest: Partial<StateEntry["state"]> = {},
  model = "chat",
): StateEntry => ({
  type: "state",
  number: next(),
  at,
  model,
  state: { name: "", active, probing: null, epoch: 0, disabled: [], coolingUntil: {}, nextProbeAt: null, ...rest },
});

export const move = (at: number, from: string | null, to: string | null, cause = "auth"): MoveEntry => ({
  type: to === null ? "exhausted" : cause === "success" ? "failback" : "failover",
  number: next(),
  at,
  model: "chat",
  from,
  to,
  cause,
  rule: "code.401",
  call: "c1",
  epoch: 1,
});

export const probe = (at: number, credential: string, phase: ProbeEntry["phase"]): ProbeEntry => ({
  type: "probe",
  number: next(),
  at,
  model: "chat",
  credential,
  phase,
  cause: "timer",
  rule: undefined,
  call: undefined,
});

export const callEnded = (at: number, credential = "a"): CallEntry => ({
  type: "call",
  number: next(),
  at,
  model: "chat",
  call: `c${at}`,
  result: "served",
  credential,
  cutOff: undefined,
  usage: undefined,
  durationMs: 10,
  attempts: [
    { credential, outcome: "ok", rule: undefined, status: undefined, isStream: false, startMs: 0, durationMs: 10 },
  ],
  attemptCount: 1,
});

/** A key that dies, is probed, and comes back. */
export const incident = (): readonly FeedEntry[] => [
  shape(0),
  state(0, "a"),
  callEnded(50),
  move(100, "a", "b"),
  state(100, "b", { coolingUntil: { a: 700 } }),
  callEnded(101, "b"),
  probe(700, "a", "due"),
  state(700, "b", { probing: "a" }),
  probe(750, "a", "proved"),
  move(750, "b", "a", "success"),
  state(750, "a"),
];
