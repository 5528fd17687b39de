import { isCooling, isEnabled, type Outcome, type SlotsContext } from "../../../machines/index.ts";
import {
  type Act,
  type ExploredModel,
  type Occurrence,
  perform,
  type Subject,
  type World,
} from "../explore/product/index.ts";
import { dueAt, knowsTheSame } from "../explore/situation.ts";

/** A run that goes on from a world, and must end well: what was done, and whether it did. */
export interface Run {
  readonly acts: readonly Act[];
  readonly holds: boolean;
}

/** A property of what can follow: liveness, which no single transition shows. */
export interface Prospect {
  readonly name: string;
  readonly says: string;
  /** Runs that together show it from a world without calls. */
  readonly runs: (from: Course) => Iterable<Run>;
}

type AnswerOf = (slot: number) => Outcome | "hangs";

/** One course of events, act by act. */
export class Course {
  readonly acts: Act[] = [];
  world: World;
  /** What happened in the last act. */
  occurrences: readonly Occurrence[] = [];
  readonly subject: Subject;
  readonly model: ExploredModel;

  constructor(subject: Subject, model: ExploredModel, world: World) {
    this.subject = subject;
    this.model = model;
    this.world = world;
  }

  get slots(): SlotsContext {
    return this.world.model.context;
  }

  /** Another one from the same world. */
  fork(): Course {
    return new Course(this.subject, this.model, this.world);
  }

  do(act: Act): void {
    this.acts.push(act);
    const { world, occurrences } = perform(this.subject, this.model, this.world, act);
    this.world = world;
    this.occurrences = occurrences;
  }

  giveUpAll(): void {
    for (const { id } of this.world.flights) this.do({ do: "cancel", flight: id });
  }

  /** One call to its end, each credential answering as it does these days; the call's result, and its first slot. */
  call(answerOf: AnswerOf): { readonly result: string | undefined; readonly first: number | undefined } {
    const known = new Set(this.world.flights.map(({ id }) => id));
    this.do({ do: "begin", pastHome: false });
    const flight = this.world.flights.find(({ id }) => !known.has(id));
    if (flight === undefined) return { result: this.#resultOf(undefined), first: undefined };
    const { id } = flight;
    const first = flight.call.context.turn?.slot;
    // Each credential has at most one turn, and each turn the retries of its policy.
    const most = this.model.credentials.length * (this.model.retry.maxRetries + 2);
    for (let attempts = 0; attempts < most; attempts += 1) {
      const current = this.world.flights.find((each) => each.id === id);
      if (current === undefined) break;
      if (current.backoffUntil === undefined) this.#attempt(id, answerOf(current.call.context.turn?.slot ?? -1));
      else this.do({ do: "wait", until: current.backoffUntil });
    }
    return { result: this.#resultOf(id), first };
  }

  #attempt(id: string, answer: ReturnType<AnswerOf>): void {
    this.do(answer === "hangs" ? { do: "cutOff", flight: id } : { do: "answer", flight: id, outcome: answer });
  }

  #resultOf(id: string | undefined): string | undefined {
    const ended = this.occurrences.find((each) => each.kind === "ended" && (id === undefined || each.flight.id === id));
    return ended?.kind === "ended" ? (ended.turnedAway ? "turned_away" : ended.result) : undefined;
  }
}

const enabledIn = (slots: SlotsContext): number[] =>
  slots.slots.flatMap((_, slot) => (isEnabled(slots, slot) ? [slot] : []));

const runOf = ({ acts }: Course, holds: boolean): Run => ({ acts, holds });

/** I6: while one enabled credential works, every call is served. */
function* oneWorks(from: Course): Iterable<Run> {
  for (const working of enabledIn(from.slots)) {
    const course = from.fork();
    const { result } = course.call((slot) => (slot === working ? "ok" : "auth"));
    yield runOf(course, result === "served" || result === "turned_away");
  }
}

/**
 * I6: calls with patience shorter than a hang are not lost one after another: the first is, the next finds another way.
 * Where no other slot is rested there is none to be found: they all said that they are out.
 */
function* oneHangs(from: Course): Iterable<Run> {
  const rested = enabledIn(from.slots).filter((slot) => !isCooling(from.slots, slot, from.world.at));
  if (rested.length < 2) return;
  const course = from.fork();
  let hanging: number | undefined;
  const { result } = course.call((slot) => {
    hanging ??= slot;
    return slot === hanging ? "hangs" : "ok";
  });
  if (result !== "timed_out") return;
  const second = course.call((slot) => (slot === hanging ? "hangs" : "ok"));
  yield runOf(course, second.result === "served" || second.result === "turned_away");
}

/** I5: the top slot answers again and stays so; of the others none works, or all do, or only the one that is home. */
function* topRecovers(from: Course): Iterable<Run> {
  const [top] = enabledIn(from.slots);
  if (top === undefined) return;
  const { home } = from.slots;
  const works: readonly ((slot: number) => boolean)[] = [() => false, () => true, (slot) => slot === home];
  for (const alsoWorks of works) {
    const course = from.fork();
    yield runOf(
      course,
      isBackInTime(course, top, (slot) => (slot === top || alsoWorks(slot) ? "ok" : "auth")),
    );
  }
}

/** Whether home is the top after at most n probes, counted from when its own rest is over, each of them due in time. */
function isBackInTime(course: Course, top: number, answerOf: AnswerOf): boolean {
  const count = course.model.credentials.length;
  let probes = 0;
  const probed = (): void => {
    const began = course.occurrences.filter(
      (each) => each.kind === "happened" && each.before.probe === null && each.after.probe !== null,
    );
    if (!isCooling(course.slots, top, course.world.at)) probes += began.length;
  };
  for (let round = 0; round < 40 * count; round += 1) {
    course.call(answerOf);
    if (course.slots.home === top) return true;
    if (course.slots.probe === null) {
      const { slots, world } = course;
      const due = dueAt(slots);
      if (due === null) return false;
      const stated = Math.max(...slots.slots.map(({ statedUntil }) => (statedUntil ?? 0) - world.at));
      if (due - world.at > Math.max(slots.policy.maxCooldownMs, slots.policy.timeoutMs, stated)) return false;
      course.do({ do: "wait", until: Math.max(due, world.at) });
      probed();
    }
    if (probes > count) return false;
  }
  return false;
}

/** I10: what looking at the model leaves of it. */
function* looking({ world, slots, subject }: Course): Iterable<Run> {
  const later = world.at + slots.policy.timeoutMs;
  yield { acts: [], holds: knowsTheSame(slots, subject.driver.looks(world.model, later).context) };
}

/** What must be possible from every world, or follow from it. */
export const prospects: readonly Prospect[] = [
  { name: "I10", says: "reads change nothing", runs: looking },
  {
    name: "I6",
    says: "while one enabled credential works every call is served, and calls shorter than a hang are not lost one after another",
    runs: function* (from) {
      yield* oneWorks(from);
      yield* oneHangs(from);
    },
  },
  {
    name: "I5",
    says: "once the top slot answers again it is home after at most n probes, each due in time",
    runs: topRecovers,
  },
];
