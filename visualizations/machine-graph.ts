import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventFromLogic,
  getInitialMicrosteps,
  getMicrosteps,
  getNextTransitions,
  type InputFrom,
  type SnapshotFrom,
  type StateValue,
} from "xstate";

/** A state as it is drawn. */
export interface GraphNode {
  /** The state's path in its machine, as in `s1.serving`. */
  readonly id: string;
  readonly label: string;
  readonly kind: "serving" | "probing" | "exhausted" | "state" | "final" | "folded";
  /** The credential that the state is of. */
  readonly credential?: string;
}

/** What sort of thing leads along an edge: a failure, a success, time, or somebody's word. */
export type Tone = "failed" | "served" | "timed" | "told";

/** A move from one state to another that the machine was seen to make. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly cause: string;
  /** The cause in words. */
  readonly label: string;
  readonly tone: Tone;
  /** Types of the events that it was seen on; `after …`: a delayed transition. */
  readonly events: readonly string[];
  /**
   * Whether it is where its cause leads by the shortest way from the start. The others depend on what went before: a slot
   * that rests, was probed in vain, or is taken out.
   */
  readonly usual: boolean;
}

/** What can happen in a machine, as data. */
export interface MachineGraph {
  readonly title: string;
  readonly initial: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** One microstep that a real machine took. */
export interface TakenTransition<Machine extends AnyStateMachine> {
  readonly before: SnapshotFrom<Machine>;
  readonly after: SnapshotFrom<Machine>;
  readonly event: EventFromLogic<Machine>;
  /** Whether it followed another microstep of the same event by itself. */
  readonly isEventless: boolean;
}

/** From where, by which events and how far a machine is explored. */
export interface Exploration<Machine extends AnyStateMachine> {
  readonly start: InputFrom<Machine>;
  readonly eventsAt: (snapshot: SnapshotFrom<Machine>) => readonly EventFromLogic<Machine>[];
  /** Situations of the same key are explored once. */
  readonly keyOf: (snapshot: SnapshotFrom<Machine>) => string;
}

/** Explores a machine breadth first, and tells each microstep that it took, those on the shortest ways first. */
export function* explore<Machine extends AnyStateMachine>(
  machine: Machine,
  { start, eventsAt, keyOf }: Exploration<Machine>,
): Generator<TakenTransition<Machine>, void, undefined> {
  // The conditional type of the rest parameter is not resolved for a machine that is a type parameter.
  const initially = getInitialMicrosteps(machine, ...([start] as never)).map(([snapshot]) => snapshot);
  yield* joined([...initially.slice(0, 1), ...initially], { type: "xstate.init" } as EventFromLogic<Machine>);

  const waiting = initially.slice(-1);
  const known = new Set(waiting.map(keyOf));
  for (const before of waiting) {
    if ((before as AnyMachineSnapshot).status !== "active") continue;
    for (const event of [...eventsAt(before), ...delayedEvents<Machine>(before)]) {
      const taken = take(machine, before, event);
      yield* taken;
      const after = taken.at(-1)?.after;
      if (after === undefined || known.has(keyOf(after))) continue;
      known.add(keyOf(after));
      waiting.push(after);
    }
  }
}

/** What a machine does on an event, microstep by microstep. */
export function take<Machine extends AnyStateMachine>(
  machine: Machine,
  before: SnapshotFrom<Machine>,
  event: EventFromLogic<Machine>,
): readonly TakenTransition<Machine>[] {
  return joined([before, ...getMicrosteps(machine, before, event).map(([snapshot]) => snapshot)], event);
}

function joined<Machine extends AnyStateMachine>(
  snapshots: readonly SnapshotFrom<Machine>[],
  event: EventFromLogic<Machine>,
): readonly TakenTransition<Machine>[] {
  return snapshots.slice(1).flatMap((after, index) => {
    const before = snapshots[index];
    return before === undefined ? [] : [{ before, after, event, isEventless: index > 0 }];
  });
}

const delayed = "xstate.after.";

/** The events of the delayed transitions that are armed. Each fires when it is due: what else happens happens before. */
export function delayedEvents<Machine extends AnyStateMachine>(
  snapshot: SnapshotFrom<Machine>,
): EventFromLogic<Machine>[] {
  const types = getNextTransitions(snapshot).map(({ eventType }) => eventType);
  return [...new Set(types)].flatMap((type) => (type.startsWith(delayed) ? [{ type } as EventFromLogic<Machine>] : []));
}

/** Whether a delayed transition fires on it. */
export function isDelayed({ type }: { readonly type: string }): boolean {
  return type.startsWith(delayed);
}

/** What people call an event: `AUTH`, `after failback`. */
function eventName({ type }: { readonly type: string }): string {
  return isDelayed({ type }) ? `after ${type.split(".")[2]}` : type;
}

/** The path of the state that a machine is in: `s1.serving`. */
export function pathOf({ value }: { readonly value: StateValue }): string {
  if (typeof value === "string") return value;
  const [[parent, child] = ["", undefined]] = Object.entries(value);
  return child === undefined ? parent : `${parent}.${pathOf({ value: child })}`;
}

/** A cause as people read it. */
export interface CauseWords {
  readonly label: string;
  readonly tone: Tone;
}

/** What a transition is drawn as; `undefined`: it is no move. */
export type CauseOf<Machine extends AnyStateMachine, Cause extends string> = (
  taken: TakenTransition<Machine>,
  from: string,
  to: string,
) => Cause | undefined;

interface SeenEdge<Cause> {
  readonly from: string;
  readonly to: string;
  readonly cause: Cause;
  readonly usual: boolean;
  readonly events: Set<string>;
}

/**
 * Makes edges of what a machine did: one for each pair of states and cause.
 *
 * @param usual - Explored first; of what it took, the first with its cause from a state is the usual one.
 * @param others - What else the machine can be brought to do.
 */
export function edgesOf<Machine extends AnyStateMachine, Cause extends string>(
  usual: Iterable<TakenTransition<Machine>>,
  others: Iterable<TakenTransition<Machine>>,
  causeOf: CauseOf<Machine, Cause>,
  wordsOf: (cause: Cause, events: readonly string[]) => CauseWords,
): readonly GraphEdge[] {
  const edges = new Map<string, SeenEdge<Cause>>();
  const led = new Set<string>();
  const add = (taken: TakenTransition<Machine>, mayBeUsual: boolean): void => {
    const [from, to] = [pathOf(taken.before), pathOf(taken.after)];
    const cause = causeOf(taken, from, to);
    if (cause === undefined) return;
    const key = `${from} ${to} ${cause}`;
    const edge = edges.get(key) ?? {
      from,
      to,
      cause,
      events: new Set<string>(),
      usual: mayBeUsual && !led.has(`${from} ${cause}`),
    };
    led.add(`${from} ${cause}`);
    edge.events.add(eventName(taken.event));
    edges.set(key, edge);
  };
  for (const taken of usual) add(taken, true);
  for (const taken of others) add(taken, false);
  return [...edges.values()].map((edge) => {
    const events = [...edge.events];
    return { ...edge, events, ...wordsOf(edge.cause, events) };
  });
}
