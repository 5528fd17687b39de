import type { StateValue } from "xstate";
import {
  type CallProgress,
  eventOf,
  type FailbackPolicy,
  firstTurn,
  isEnabled,
  isRejected,
  isRequestLevel,
  nextDueAt,
  nextTurn,
  type Outcome,
  restoreSlots,
  saveSlots,
  type SavedSlots,
  type SlotsContext,
  type SlotsEvent,
  type Turn,
  type TurnEvent,
} from "../../../machines/index.ts";
import type { Clock } from "../../../src/engine/clock.ts";
import { createSlotsKeeper, type SlotsKeeper } from "../../../src/engine/slots-keeper.ts";
import { createVirtualClock } from "../../../src/testing/virtual-clock.ts";

/** One model to be driven: its machine's input, and what its calls are told when it is exhausted. */
export interface Setup {
  readonly count: number;
  readonly policy: FailbackPolicy;
  readonly onExhausted: "try" | "reject";
}

/** A call that is in flight: its turn is on, and nobody knows yet how it ends. */
export interface Flight extends CallProgress {
  readonly id: string;
  readonly tried: number[];
  turn: Turn;
  /** Slots that were enabled, and could do what it needs, all the time. */
  readonly throughout: Set<number>;
}

/** How a call ended. */
export type Ending = "served" | "failed_fast" | "all_failed" | "turned_away" | "stopped";

/** Something that happened to the machine: an event, or a delayed transition. */
export interface Happening {
  readonly before: SlotsContext;
  readonly after: SlotsContext;
  readonly event: SlotsEvent | undefined;
  /** The machine's state afterwards. */
  readonly state: StateValue | undefined;
  /** On the driver's clock, which may be behind the machine's. */
  readonly at: number;
}

/** What a property looks at, as it happens. */
export interface Watcher {
  readonly happened?: (happening: Happening, world: World) => void;
  /** A turn begins; `slots` is what the rules looked at. */
  readonly turn?: (flight: Flight, slots: SlotsContext, world: World) => void;
  readonly ended?: (flight: Flight, ending: Ending, world: World) => void;
}

/** What an answer may say besides its outcome. */
export interface AnswerFacts {
  readonly retryAfterMs?: number | undefined;
}

/** What a new call may ask for. */
export interface CallWishes {
  readonly deadlineMs?: number | undefined;
  readonly capable?: readonly boolean[] | undefined;
}

/** One model's real machine on a virtual clock, with any number of calls in flight. */
export interface World {
  readonly setup: Setup;
  readonly flights: Flight[];
  readonly keeper: () => SlotsKeeper;
  now(): number;
  /** What the machine knows now, after all that is due. */
  slots(): SlotsContext;
  send(event: SlotsEvent): void;
  /** Begins a call; `undefined` when it is turned away. */
  begin(wishes?: CallWishes): Flight | undefined;
  /** Ends a flight's turn; `undefined` when its next turn began. */
  answer(flight: Flight, outcome: Outcome, facts?: AnswerFacts): Ending | undefined;
  /** The caller gives up. */
  stop(flight: Flight): void;
  stopAll(): void;
  wait(ms: number): void;
  /** Waits until the next failback or probe is due, short of it by `shortMs`. */
  waitForDue(shortMs?: number): void;
  /** Does something as if the clock had stepped back. */
  steppedBack(byMs: number, act: () => void): void;
  save(): SavedSlots;
  /** The process dies with its calls, and another takes up what was saved. */
  restart(downMs: number, wallShiftMs?: number): void;
}

export const idsOf = (count: number): string[] => Array.from({ length: count }, (_, slot) => `c${slot}`);

/** Wall time of the virtual clock's 0. */
const wallOrigin = Date.UTC(2025, 0, 1);

export function createWorld(setup: Setup, watcher: Watcher = {}): World {
  const { count, policy, onExhausted } = setup;
  const virtual = createVirtualClock();
  const flights: Flight[] = [];
  const ids = idsOf(count);
  let behindMs = 0;
  let wallShiftMs = 0;
  let calls = 0;

  const clock: Clock = { ...virtual, now: () => virtual.now() - behindMs };
  const unseen: Happening[] = [];
  const states = new WeakMap<SlotsContext, StateValue>();
  const start = (): SlotsKeeper => {
    const started = createSlotsKeeper({ policy, disabled: ids.map(() => false) }, clock, (before, after, { event }) => {
      if (event === undefined) unseen.push({ before, after, event, state: states.get(after), at: clock.now() });
    });
    started.actor.subscribe(({ context, value }) => states.set(context, value));
    return started;
  };
  let keeper = start();

  // An actor's listener must not throw: what happens by the clock is looked at afterwards.
  const current = (): SlotsContext => {
    const slots = keeper.current();
    for (const happening of unseen.splice(0)) watcher.happened?.(happening, world);
    return slots;
  };

  const leave = (flight: Flight, ending: Ending): Ending => {
    flights.splice(flights.indexOf(flight), 1);
    watcher.ended?.(flight, ending, world);
    return ending;
  };
  const instant = () => ({ at: clock.now(), wallAt: wallOrigin + clock.now() + wallShiftMs });

  const world: World = {
    setup,
    flights,
    keeper: () => keeper,
    now: () => clock.now(),
    slots: current,
    send: (event) => {
      const before = current();
      keeper.send(event);
      const { context: after, value: state } = keeper.actor.getSnapshot();
      if (event.type === "DISABLE") for (const { throughout } of flights) throughout.delete(event.slot);
      watcher.happened?.({ before, after, event, state, at: clock.now() }, world);
    },
    begin: ({ deadlineMs, capable } = {}) => {
      const slots = current();
      const at = clock.now();
      const turn = firstTurn(slots, { tried: [], capable }, at);
      if (turn === undefined || isRejected(slots, onExhausted, turn)) return undefined;
      const id = `call-${(calls += 1)}`;
      const throughout = new Set(
        ids.flatMap((_, slot) => (isEnabled(slots, slot) && (capable?.[slot] ?? true) ? [slot] : [])),
      );
      const flight: Flight = { id, turn, tried: [turn.slot], capable, throughout };
      flights.push(flight);
      if (turn.probes) world.send({ type: "PROBE", call: id, until: at + (deadlineMs ?? policy.timeoutMs) });
      watcher.turn?.(flight, slots, world);
      return flight;
    },
    answer: (flight, outcome, facts = {}) => {
      const { slot, epoch, first, routed } = flight.turn;
      const type = outcome === "ok" ? "SUCCESS" : eventOf(outcome);
      const event: TurnEvent = { type, call: flight.id, slot, epoch, first, routed, ...facts };
      world.send(event);
      if (outcome === "ok") return leave(flight, "served");
      if (isRequestLevel(outcome)) return leave(flight, "failed_fast");
      const slots = current();
      const turn = nextTurn(slots, flight, clock.now());
      if (turn === undefined) return leave(flight, "all_failed");
      flight.turn = turn;
      flight.tried.push(turn.slot);
      watcher.turn?.(flight, slots, world);
      return undefined;
    },
    stop: (flight) => {
      world.send({ type: "RELEASE", call: flight.id });
      leave(flight, "stopped");
    },
    stopAll: () => {
      for (const flight of flights.slice()) world.stop(flight);
    },
    wait: (ms) => {
      const until = virtual.now() + ms;
      for (let timers = 0; virtual.goTo(until); timers += 1) {
        if (timers > 10_000) throw new Error("the clock's transitions never come to rest");
        current();
      }
      current();
    },
    waitForDue: (shortMs = 0) => {
      const slots = current();
      const dueAt = nextDueAt(slots) ?? slots.probe?.lease?.until ?? clock.now();
      world.wait(Math.max(0, dueAt - clock.now() - shortMs));
    },
    steppedBack: (byMs, act) => {
      behindMs = byMs;
      act();
      behindMs = 0;
    },
    save: () => saveSlots(current(), ids, instant()),
    restart: (downMs, shiftMs = 0) => {
      const saved = JSON.parse(JSON.stringify(world.save())) as SavedSlots;
      keeper.stop();
      flights.length = 0;
      virtual.goTo(virtual.now() + downMs);
      wallShiftMs += shiftMs;
      keeper = start();
      world.send({ type: "RESTORE", state: restoreSlots(saved, keeper.read(), ids, instant()) });
    },
  };
  return world;
}
