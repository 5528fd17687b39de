import {
  credentialSlots,
  type CredentialSlotsMachine,
  type ErrorClass,
  errorClasses,
  eventOf,
  type FailbackPolicy,
  isEnabled,
  isExhausted,
  isRequestLevel,
  type SlotsContext,
  type SlotsEvent,
} from "../machines/index.ts";
import {
  type CauseOf,
  type CauseWords,
  edgesOf,
  explore,
  isDelayed,
  type GraphNode,
  type MachineGraph,
  type TakenTransition,
} from "./machine-graph.ts";

/** A model as it is drawn. */
export interface DrawnModel {
  readonly id: string;
  /** Ids, in priority order. */
  readonly credentials: readonly string[];
  readonly failback: FailbackPolicy;
}

/** Why a model's machine moves. */
export type ModelCause =
  | "failure"
  | "timer"
  | "counted"
  | "proved"
  | "probe_failed"
  | "recovery"
  | "rescue"
  | "operator";

type Taken = TakenTransition<CredentialSlotsMachine>;
type Snapshot = Taken["before"];
/** What a graph is drawn from at least: a class has the same transitions as the others of its level. */
type Alphabet = (slots: SlotsContext) => readonly SlotsEvent[];

const isRequestLevelType = (type: string): boolean => isRequestLevel(type.toLowerCase() as ErrorClass);

const credentialEvents = errorClasses.filter((each) => !isRequestLevel(each)).map(eventOf);

/**
 * Everything that can happen to a model, found by running its machine: every edge is a transition that it took.
 *
 * @param model - Its policy counts: without `requests` no counted failback is drawn, a strategy has its own usual ladder.
 * @throws RangeError for a number of credentials outside 1 to 50.
 */
export function modelGraph(model: DrawnModel): MachineGraph {
  return graphOf(model, everyPair(model));
}

/**
 * What can happen to a model whose credentials are all enabled, by the shortest way to each of its states. The edges that
 * are marked usual are those of {@link modelGraph}; it is quick for any number of credentials.
 *
 * @throws RangeError for a number of credentials outside 1 to 50.
 */
export function shortModelGraph(model: DrawnModel): MachineGraph {
  return graphOf(model, []);
}

function graphOf(model: DrawnModel, others: Iterable<Taken>): MachineGraph {
  return {
    title: model.id,
    initial: "s0.serving",
    nodes: nodesOf(model.credentials),
    edges: edgesOf(wholeModel(model), others, causeOfMove, (cause, events) => wordsOf(cause, events, model.failback)),
  };
}

function nodesOf(credentials: readonly string[]): readonly GraphNode[] {
  const slots = credentials.flatMap((credential, slot): GraphNode[] => [
    { id: `s${slot}.serving`, label: credential, kind: "serving", credential },
    { id: `s${slot}.probing`, label: `${credential}, being proved`, kind: "probing", credential },
  ]);
  return [...slots, { id: "exhausted", label: "exhausted", kind: "exhausted" }];
}

/** The ordinary life of the model as it is configured: every state, each by the shortest way there. */
function wholeModel({ credentials, failback }: DrawnModel): Generator<Taken, void, undefined> {
  return explore(credentialSlots(credentials.length), {
    start: { policy: exploredPolicy(failback), disabled: credentials.map(() => false), at: 0 },
    eventsAt: ({ context }) => [
      ...turns(context),
      { type: "FAILBACK", at: context.at },
      { type: "RESET", at: context.at },
    ],
    keyOf: leaseKey,
  });
}

/**
 * Each pair of credentials by itself, the others taken out: every move has one slot that it leaves and one that it goes
 * to, so that the pairs show what circumstances can lead to, in n² and not 2ⁿ situations.
 */
function* everyPair({ credentials, failback }: DrawnModel): Generator<Taken, void, undefined> {
  const all = credentials.map((_, slot) => slot);
  const pairs = all.flatMap((one) => all.filter((other) => other > one).map((other) => [one, other]));
  for (const pair of pairs.length === 0 ? [[0]] : pairs) {
    yield* explore(credentialSlots(credentials.length), {
      start: { policy: exploredPolicy(failback), disabled: all.map((slot) => !pair.includes(slot)), at: 0 },
      eventsAt: ({ context }) => [...turns(context), ...operations(context, pair)],
      keyOf: (snapshot) =>
        [leaseKey(snapshot), snapshot.context.home, ...pair.map((slot) => isEnabled(snapshot.context, slot))].join("|"),
    });
  }
}

const dayMs = 86_400_000;

/** The policy, with one call where it counts many, and no delay that takes a chain of timers. */
function exploredPolicy(policy: FailbackPolicy): FailbackPolicy {
  return {
    ...policy,
    requests: Math.min(policy.requests, 1),
    timeoutMs: Math.min(policy.timeoutMs, dayMs),
    minIntervalMs: Math.min(policy.minIntervalMs, dayMs),
    maxCooldownMs: Math.min(policy.maxCooldownMs, dayMs),
  };
}

function leaseKey({ value, context: { probe } }: Snapshot): string {
  return JSON.stringify([value, probe?.lease?.call, probe?.undecided]);
}

/** What calls can tell at this moment: of home, of the probe, of a slot above. */
const turns: Alphabet = (slots) => [...ofHome(slots), ...ofProbe(slots), ...fromAbove(slots)];

const holder = "the call that holds the lease";
const other = "another call";

function ofHome(slots: SlotsContext): readonly SlotsEvent[] {
  const { home, epoch, at, wakeAt, policy } = slots;
  if (isExhausted(slots)) return [];
  const turn = { call: other, slot: home, epoch, first: true };
  // A slot that has just failed is not fetched back by count; and what is due by the clock happens first.
  const countedAt = at + policy.minIntervalMs;
  return [
    ...credentialEvents.map((type): SlotsEvent => ({ type, ...turn, at })),
    ...(countedAt < wakeAt ? [{ type: "SUCCESS" as const, ...turn, at: countedAt }] : []),
  ];
}

function ofProbe({ probe, epoch, at, policy }: SlotsContext): readonly SlotsEvent[] {
  if (probe === null) return [];
  if (probe.lease === null) return [{ type: "PROBE", call: holder, until: at + policy.timeoutMs, at }];
  const turn = { call: holder, slot: probe.slot, epoch, at };
  return [
    { type: "SUCCESS", ...turn },
    ...errorClasses.map((each): SlotsEvent => ({ type: eventOf(each), ...turn })),
    { type: "RELEASE", call: holder, at },
  ];
}

/** Calls that failed over from home, or began before it moved down, and are served above it. */
function fromAbove(slots: SlotsContext): readonly SlotsEvent[] {
  const { home, epoch, at } = slots;
  const above = slots.slots.flatMap((_, slot) => (slot < home && isEnabled(slots, slot) ? [slot] : []));
  return above.toReversed().map((slot): SlotsEvent => ({ type: "SUCCESS", call: other, slot, epoch, at }));
}

function operations({ at }: SlotsContext, slots: readonly number[]): readonly SlotsEvent[] {
  const onSlots = slots.flatMap((slot): SlotsEvent[] => [
    { type: "DISABLE", slot, at },
    { type: "ENABLE", slot, at },
  ]);
  return [{ type: "FAILBACK", at }, { type: "RESET", at }, ...onSlots];
}

const operatorEvents: ReadonlySet<string> = new Set(["FAILBACK", "RESET", "DISABLE", "ENABLE"]);

/** Why a model's machine made a microstep; `undefined`: it is no move. */
export const causeOfMove: CauseOf<CredentialSlotsMachine, ModelCause> = ({ event, isEventless }, from, to) => {
  if (from === to || event.type === ("xstate.init" as string)) return undefined;
  if (from === "exhausted" && (isEventless || isDelayed(event))) return "recovery";
  if (operatorEvents.has(event.type)) return "operator";
  const wasProbing = from.endsWith(".probing");
  if (event.type === "SUCCESS") return successCause(from, to);
  if (wasProbing || isRequestLevelType(event.type)) return "probe_failed";
  return isDelayed(event) ? "timer" : "failure";
};

function successCause(from: string, to: string): ModelCause {
  if (to.endsWith(".probing")) return "counted";
  return from === to.replace(".serving", ".probing") ? "proved" : "rescue";
}

function wordsOf(cause: ModelCause, events: readonly string[], { requests }: FailbackPolicy): CauseWords {
  const names = events.map((each) => each.toLowerCase()).join(", ");
  switch (cause) {
    case "failure":
      return { label: names.replace(", transient", ",\ntransient"), tone: "failed" };
    case "timer":
      return { label: "failback timer", tone: "timed" };
    case "counted":
      return { label: requests === 1 ? "1 call served" : `${requests} calls served`, tone: "timed" };
    case "proved":
      return { label: "probe served", tone: "served" };
    case "probe_failed":
      return { label: "probe failed", tone: "failed" };
    case "recovery":
      return { label: "first rest over", tone: "timed" };
    case "rescue":
      return { label: "served above", tone: "served" };
    case "operator":
      return { label: `operator: ${names}`, tone: "told" };
  }
}
