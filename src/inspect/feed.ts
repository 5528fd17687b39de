import { createListeners } from "../engine/listeners.ts";
import type { SettledEvent } from "../engine/model-events.ts";
import { createFollower } from "../telemetry/index.ts";
import { type AttemptBook, createAttemptBook } from "./attempt-book.ts";
import type { CallEntry, FeedEntry, ModelPresent, ModelTraffic } from "./entries.ts";
import { createHistory, type HistoryLimits } from "./history.ts";
import { type InspectedModel, shapeOf, stateOf } from "./inspected-model.ts";
import { createModelTally, type ModelTally } from "./model-tally.ts";
import { watchMachine } from "./watch-machine.ts";

/** What models do, as people are shown it. It holds no secret, and looking at it never moves a model (S13). */
export interface Feed {
  /** Looks at these models from now on, and at no others. To be called when they have changed. */
  follow(models: Iterable<InspectedModel>): void;
  /** Every model as it stands now. */
  present(): readonly ModelPresent[];
  /** What each model's credentials did in the last ten seconds. */
  traffic(): readonly ModelTraffic[];
  /**
   * What happened in the last hour, in order, as far as there is room for it. It begins with each model's shape and state
   * at that time, so that how it stood can be told for every moment since.
   */
  history(): readonly FeedEntry[];
  /** How many entries of the last hour are not in the history for want of room. */
  readonly dropped: number;
  /** Tells each entry from now on, until the function that it returns is called. A listener that throws is a process warning. */
  subscribe(listener: (entry: FeedEntry) => void): () => void;
  /** Looks at no model any more. */
  close(): void;
}

/** What a feed may be given. */
export interface FeedOptions extends HistoryLimits {
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

interface WatchedModel {
  readonly model: InspectedModel;
  readonly lookAgain: () => void;
  tally: ModelTally;
}

/** An entry before it has its number and time. */
type Unnumbered<Entry> = Entry extends FeedEntry ? Omit<Entry, "number" | "at"> : never;

const moves = ["failover", "failback", "exhausted"] as const;

/** Calls that go smoothly are many and tell little: while nobody looks, so many of each second are kept. */
const mostUnseenPerSecond = 32;

/**
 * Makes a feed of no models yet.
 *
 * It always listens, so that who looks after something has happened still sees it.
 */
export function createFeed({ now = Date.now, ...limits }: FeedOptions = {}): Feed {
  const history = createHistory(limits);
  const mayKeepUnseen = createQuota(mostUnseenPerSecond);
  const listeners = createListeners<{ readonly entry: FeedEntry }>();
  const watched = new Set<WatchedModel>();
  const follower = createFollower(watch);
  let latest = 0;

  function tell(unnumbered: Unnumbered<FeedEntry>): void {
    const entry: FeedEntry = { number: (latest += 1), at: now(), ...unnumbered };
    history.append(entry);
    listeners.emit("entry", entry);
  }

  function watch(model: InspectedModel): () => void {
    const { id } = model;
    // Its own: calls that are in flight when it is let go end unheard.
    const attempts = createAttemptBook();
    const machine = watchMachine(model, {
      onShape: () => {
        one.tally = createModelTally(model.credentials.map((credential) => credential.id));
        tell({ type: "shape", model: id, ...shapeOf(model) });
      },
      onState: () => tell({ type: "state", model: id, state: stateOf(model, now()) }),
    });
    const one: WatchedModel = { model, lookAgain: machine.lookAgain, tally: createModelTally([]) };
    watched.add(one);
    machine.lookAgain();
    const stops = [
      machine.stop,
      model.on("change", (change) => tell({ type: "change", ...change })),
      ...moves.map((type) => model.on(type, (move) => tell({ type, ...move }))),
      model.on("probe", (probe) => tell({ type: "probe", ...probe })),
      model.on("attempt", (attempt) => {
        machine.lookAgain();
        const at = now();
        attempts.add(attempt, at);
        one.tally.attempted(attempt, at);
      }),
      model.on("settled", (settled) => {
        const at = now();
        one.tally.settled(settled.result === "served", at);
        if (listeners.has("entry") || !wentSmoothly(settled) || mayKeepUnseen(at)) tell(callOf(settled, attempts, at));
        else attempts.forget(settled.call);
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      watched.delete(one);
      // Another one may have its name by now.
      if (![...watched].some((other) => other.model.id === id)) tell({ type: "gone", model: id });
    };
  }

  function presentOf({ model, tally }: WatchedModel): ModelPresent {
    const { served: servedCalls, unserved: unservedCalls } = tally.hour(now());
    return {
      ...shapeOf(model),
      state: stateOf(model, now()),
      ...trafficOf({ model, tally }),
      servedCalls,
      unservedCalls,
    };
  }

  function trafficOf({ model, tally }: Pick<WatchedModel, "model" | "tally">): ModelTraffic {
    return { model: model.id, ...tally.rates(now()), served: model.actor.getSnapshot().context.served };
  }

  return {
    follow: (models) => {
      follower.follow(models);
      for (const { lookAgain } of watched) lookAgain();
    },
    present: () => [...watched].map(presentOf),
    traffic: () => [...watched].map(trafficOf),
    history: () => history.entries(now()),
    get dropped() {
      return history.dropped;
    },
    subscribe: (listener) => listeners.on("entry", listener),
    close: () => follower.stop(),
  };
}

function wentSmoothly({ result, attempts }: SettledEvent): boolean {
  return result === "served" && attempts <= 1;
}

/** Allows so much in each second. */
function createQuota(mostPerSecond: number): (atMs: number) => boolean {
  let second = 0;
  let taken = 0;
  return (atMs) => {
    const present = Math.floor(atMs / 1_000);
    if (present !== second) [second, taken] = [present, 0];
    taken += 1;
    return taken <= mostPerSecond;
  };
}

function callOf(settled: SettledEvent, book: AttemptBook, at: number): Omit<CallEntry, "number" | "at"> {
  const { failures, attempts: attemptCount, durationMs, ...rest } = settled;
  const attempts = book.take(settled.call, at - durationMs);
  // A late failure is no attempt of its own: the call had been served.
  const lateFailure = settled.result === "interrupted" ? failures.at(-1) : undefined;
  return {
    type: "call",
    ...rest,
    durationMs: Math.round(durationMs),
    attempts,
    attemptCount,
    ...(lateFailure !== undefined && { lateFailure }),
  };
}
