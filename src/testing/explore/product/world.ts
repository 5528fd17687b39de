import {
  type CallEvent,
  type CallResult,
  eventOf,
  isEnabled,
  isRequestLevel,
  type Outcome,
  type SlotsContext,
  type SlotsEvent,
  type Turn,
} from "../../../../machines/index.ts";
import { delayedEvents } from "../../../../visualizations/machine-graph.ts";
import type { CallMachine } from "../../../../machines/index.ts";
import { dueAt, type Situation } from "../situation.ts";
import type { CallSituation, ExploredModel, Subject } from "./subject.ts";

/** A call that is in flight. */
export interface Flight {
  readonly id: string;
  readonly call: CallSituation;
  /** When its backoff ends; `undefined` while an attempt is on. */
  readonly backoffUntil: number | undefined;
  /** Slots that it had a turn on, in their order: what the call itself remembers may be wrong. */
  readonly turns: readonly number[];
  /** Slots that were enabled, and could do what it needs, all the time (I1). */
  readonly throughout: readonly number[];
}

/** A model and its calls at one moment. Plain values: every act makes a new one. */
export interface World {
  /** Milliseconds since the start. */
  readonly at: number;
  readonly model: Situation;
  readonly flights: readonly Flight[];
  /** Calls that began so far. */
  readonly begun: number;
  /** Calls whose first turn was on the probed slot since its lease was last free (I8). */
  readonly probers: number;
}

/** Something happened to the model's machine: an event, or (`undefined`) what was due by the clock. */
export interface Happened {
  readonly kind: "happened";
  readonly event: SlotsEvent | undefined;
  readonly before: SlotsContext;
  readonly after: SlotsContext;
  readonly situation: Situation;
}

/** A turn begins. */
export interface Turned {
  readonly kind: "turn";
  readonly flight: Flight;
  readonly turn: Turn;
  /** What was known when the turn was chosen. */
  readonly slots: SlotsContext;
  readonly probers: number;
}

/** A call has ended. */
export interface Ended {
  readonly kind: "ended";
  readonly flight: Flight;
  readonly result: CallResult;
  /** Whether it never had a turn (S12). */
  readonly turnedAway: boolean;
  /** What is known now. */
  readonly slots: SlotsContext;
}

/** Something that happened within an act, in its order. */
export type Occurrence = Happened | Turned | Ended;

/** What an answer may say besides its outcome. */
export interface Answer {
  readonly outcome: Outcome;
  readonly retryAfterMs?: number;
  readonly timedOut?: boolean;
}

/** Something that somebody does. */
export type Act =
  | { readonly do: "begin"; readonly pastHome: boolean }
  | ({ readonly do: "answer"; readonly flight: string } & Answer)
  | { readonly do: "cancel" | "cutOff"; readonly flight: string }
  | { readonly do: "wait"; readonly until: number }
  | {
      readonly do: "operate";
      readonly event: Extract<SlotsEvent, { type: "RESET" | "FAILBACK" | "DISABLE" | "ENABLE" }>;
    }
  | { readonly do: "restart" };

/** What an act leads to. */
export interface Scene {
  readonly world: World;
  readonly occurrences: readonly Occurrence[];
}

/** The world in which nothing has happened. */
export function firstWorld({ model }: Subject): World {
  return { at: 0, model: model.start, flights: [], begun: 0, probers: 0 };
}

/** Does something in a world. What is due by the clock happens before anything else of the same instant (S2). */
export function perform(subject: Subject, explored: ExploredModel, world: World, act: Act): Scene {
  const stage = new Stage(subject, explored, world);
  switch (act.do) {
    case "begin":
      stage.begin(act.pastHome);
      break;
    case "answer":
      stage.answer(act.flight, act);
      break;
    case "cancel":
    case "cutOff":
      stage.stop(act.flight, act.do);
      break;
    case "wait":
      stage.waitUntil(act.until);
      break;
    case "operate":
      stage.operate(act.event);
      break;
    case "restart":
      stage.restart();
      break;
  }
  stage.fireDue();
  return { world: stage.world, occurrences: stage.occurrences };
}

/** One act as it is carried out: the world so far, and what has happened in it. */
class Stage {
  world: World;
  readonly occurrences: Occurrence[] = [];
  readonly #subject: Subject;
  readonly #explored: ExploredModel;

  constructor(subject: Subject, explored: ExploredModel, world: World) {
    this.#subject = subject;
    this.#explored = explored;
    this.world = world;
  }

  get #slots(): SlotsContext {
    return this.world.model.context;
  }

  begin(pastHome: boolean): void {
    const { call } = this.#subject;
    const { input, retry, onExhausted } = this.#explored;
    const { at, begun } = this.world;
    const slots = this.#slots;
    const capable = pastHome ? slots.slots.map((_, slot) => slot !== slots.home) : undefined;
    const situation = call.begin({ slots, at, retry, onExhausted, ...(capable !== undefined && { capable }) });
    const throughout = slots.slots.flatMap((_, slot) =>
      isEnabled(slots, slot) && (capable?.[slot] ?? true) ? [slot] : [],
    );
    const flight: Flight = { id: `call-${begun + 1}`, call: situation, backoffUntil: undefined, turns: [], throughout };
    this.world = { ...this.world, begun: begun + 1, flights: [...this.world.flights, flight] };
    const { turn } = situation.context;
    if (turn !== null) {
      const claim = this.#subject.driver.claims(flight.id, turn, at + input.policy.timeoutMs);
      if (claim !== undefined) this.#tell(claim);
    }
    this.#goOn(flight, slots);
  }

  answer(id: string, { outcome, retryAfterMs, timedOut }: Answer): void {
    const flight = this.#flight(id);
    const { turn } = flight.call.context;
    if (turn === null) return;
    const event = (): CallEvent => callEvent(outcome, this.#slots, this.world.at, retryAfterMs, timedOut);
    const { slot, epoch, first, routed } = turn;
    if (outcome === "ok" || isRequestLevel(outcome) || this.#subject.endsTurn(flight.call.context, event())) {
      const type = outcome === "ok" ? "SUCCESS" : eventOf(outcome);
      const told = this.#subject.driver.tells({ type, call: id, slot, epoch, first, routed, retryAfterMs });
      if (told !== undefined) this.#tell(told);
    }
    const slots = this.#slots;
    const call = this.#subject.call.next(flight.call, event());
    const backoffUntil = call.value === "backingOff" ? this.world.at + call.context.backoffMs : undefined;
    this.#goOn(this.#replace({ ...flight, call, backoffUntil }), slots);
  }

  /** The caller gives up, or is cut off by the clock after it waited long (S26). */
  stop(id: string, how: "cancel" | "cutOff"): void {
    const flight = this.#flight(id);
    const { turn } = flight.call.context;
    if (turn === null) return;
    const { slot, epoch, first, routed } = turn;
    const { driver } = this.#subject;
    const told =
      how === "cutOff"
        ? driver.tellsOfHang({ type: "TRANSIENT", call: id, slot, epoch, first, routed })
        : driver.givesBack(id, turn);
    if (told !== undefined) this.#tell(told);
    const call = this.#subject.call.next(flight.call, { type: how === "cutOff" ? "DEADLINE" : "CANCEL" });
    this.#goOn(this.#replace({ ...flight, call, backoffUntil: undefined }), this.#slots);
  }

  waitUntil(until: number): void {
    this.world = { ...this.world, at: until };
    this.fireDue();
    for (const flight of this.world.flights.filter(({ backoffUntil = Infinity }) => backoffUntil <= until)) {
      const [event] = delayedEvents<CallMachine>(flight.call);
      if (event === undefined) continue;
      this.#replace({ ...flight, call: this.#subject.call.next(flight.call, event), backoffUntil: undefined });
    }
  }

  operate(event: SlotsEvent): void {
    if (event.type === "DISABLE") {
      const flights = this.world.flights.map((flight) => ({
        ...flight,
        throughout: flight.throughout.filter((slot) => slot !== event.slot),
      }));
      this.world = { ...this.world, flights };
    }
    this.#tell(event);
  }

  /** The process dies with its calls, and another takes up what was saved (S16). */
  restart(): void {
    const { driver, model } = this.#subject;
    const state = driver.restores(this.#slots, { ...model.start.context, at: this.world.at }, this.world.at);
    this.world = { ...this.world, flights: [], probers: 0 };
    this.#tell({ type: "RESTORE", state });
  }

  fireDue(): void {
    const isDue = (): boolean => (dueAt(this.#slots) ?? Infinity) <= this.world.at;
    for (let fired = 0; isDue(); fired += 1) {
      if (fired > 100) throw new Error("the clock's transitions never come to rest");
      this.#take(undefined);
    }
  }

  #tell(event: SlotsEvent): void {
    this.fireDue();
    this.#take(event);
  }

  #take(event: SlotsEvent | undefined): void {
    const { at, model, probers } = this.world;
    const next = this.#subject.model.take(model, event === undefined ? { type: "TIMER", at } : { ...event, at });
    const [before, after] = [model.context, next.context];
    const isFree = after.probe !== null && after.probe.lease === null;
    const hasBegun = after.probe !== null && before.probe?.slot !== after.probe.slot;
    this.world = { ...this.world, model: next, probers: isFree || hasBegun ? 0 : probers };
    this.occurrences.push({ kind: "happened", event, before, after, situation: next });
  }

  /** A call has ended, or its next turn begins. */
  #goOn(flight: Flight, slots: SlotsContext): void {
    const { status, output, context, value } = flight.call;
    if (status === "done" && output !== undefined) {
      const flights = this.world.flights.filter(({ id }) => id !== flight.id);
      this.world = { ...this.world, flights };
      const turnedAway = context.turn === null;
      this.occurrences.push({ kind: "ended", flight, result: output.result, turnedAway, slots: this.#slots });
    } else if (context.turn !== null && value === "attempting" && context.retries === 0) {
      const { turn } = context;
      const isOnProbe = turn.first && !turn.routed && turn.slot === slots.probe?.slot;
      const probers = this.world.probers + (isOnProbe ? 1 : 0);
      this.world = { ...this.world, probers };
      const begun = this.#replace({ ...flight, turns: [...flight.turns, turn.slot] });
      this.occurrences.push({ kind: "turn", flight: begun, turn, slots, probers });
    }
  }

  #flight(id: string): Flight {
    const flight = this.world.flights.find((each) => each.id === id);
    if (flight === undefined) throw new RangeError(`no call ${id} is in flight`);
    return flight;
  }

  #replace(flight: Flight): Flight {
    const flights = this.world.flights.map((each) => (each.id === flight.id ? flight : each));
    this.world = { ...this.world, flights };
    return flight;
  }
}

function callEvent(
  outcome: Outcome,
  slots: SlotsContext,
  at: number,
  retryAfterMs: number | undefined,
  timedOut: boolean | undefined,
): CallEvent {
  if (outcome === "ok") return { type: "SUCCESS" };
  if (isRequestLevel(outcome)) return { type: eventOf(outcome) };
  return { type: eventOf(outcome), slots, at, retryAfterMs, timedOut };
}
