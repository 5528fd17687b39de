import type {
  CallEntry,
  ChangeEntry,
  FeedEntry,
  ModelPresent,
  ModelShape,
  ModelState,
  ModelTraffic,
  MoveEntry,
  ProbeEntry,
  ShapeEntry,
  StateEntry,
} from "../../../../src/inspect/entries.ts";
import { createKept, type Kept } from "./kept.ts";

/** What moved a machine, or began or ended a probe. */
export type Turning = MoveEntry | ProbeEntry;

/** What is known of one model. */
export interface ModelStory {
  readonly id: string;
  readonly shapes: Kept<ShapeEntry>;
  readonly states: Kept<StateEntry>;
  readonly turnings: Kept<Turning>;
  traffic: ModelTraffic | undefined;
  /** Calls of each half-minute of the last hour, the latest last. */
  readonly servedCalls: number[];
  readonly unservedCalls: number[];
  goneAt: number | undefined;
  /** Another number: it looks otherwise than before. */
  revision: number;
}

/** How a model stood at a moment. */
export interface ModelView {
  readonly id: string;
  readonly shape: ModelShape;
  readonly state: ModelState;
  readonly health: Health;
  /** What it does now; `undefined` of another moment. */
  readonly traffic: ModelTraffic | undefined;
}

export type Health = "well" | "failed over" | "probing" | "exhausted";

/** Everything that the page knows, in bounded memory. */
export interface Story {
  readonly models: ReadonlyMap<string, ModelStory>;
  readonly calls: Kept<CallEntry>;
  readonly turnings: Kept<Turning>;
  /** What machines made of what they were told: for who exports it, to take the machines through it again. */
  readonly changes: Kept<ChangeEntry>;
  /** When the earliest and the latest thing happened that is known. */
  readonly from: number;
  readonly to: number;
  readonly add: (entry: FeedEntry) => void;
  /** How models stand now, as the inspector says; those that it does not name are gone. */
  readonly settle: (present: readonly ModelPresent[], at: number) => void;
  /** What models do, told several times a second. */
  readonly tick: (changed: readonly ModelTraffic[], at: number) => void;
  /** Models that there were at a moment, in the order in which they came. */
  readonly viewsAt: (time: number | undefined) => readonly ModelView[];
  readonly viewAt: (model: string, time: number | undefined) => ModelView | undefined;
}

const mostStates = 2_048;
const mostTurnings = 4_096;
const mostTurningsOfAll = 16_384;
const mostCalls = 6_144;
const mostChanges = 8_192;
const halfMinuteMs = 30_000;
const halfMinutes = 120;
/** What happened while the page was not connected is in what the inspector then says. */
const longestGapMs = 2_000;

/** Makes a story of nothing yet. */
export function createStory(): Story {
  const models = new Map<string, ModelStory>();
  const calls = createKept<CallEntry>(mostCalls);
  const turnings = createKept<Turning>(mostTurningsOfAll);
  const changes = createKept<ChangeEntry>(mostChanges);
  let [from, to] = [Number.POSITIVE_INFINITY, 0];
  /** The half-minute that is counted, and the time up to which it is. */
  let [bucket, countedTo] = [0, 0];

  function modelOf(id: string): ModelStory {
    const known = models.get(id);
    if (known !== undefined) return known;
    const model: ModelStory = {
      id,
      shapes: createKept(64),
      states: createKept(mostStates),
      turnings: createKept(mostTurnings),
      traffic: undefined,
      servedCalls: [],
      unservedCalls: [],
      goneAt: undefined,
      revision: 0,
    };
    models.set(id, model);
    return model;
  }

  function add(entry: FeedEntry): void {
    from = Math.min(from, entry.at);
    to = Math.max(to, entry.at);
    const model = modelOf(entry.model);
    if (entry.type === "call") return calls.add(entry);
    if (entry.type === "change") return changes.add(entry);
    model.revision += 1;
    switch (entry.type) {
      case "shape":
        model.goneAt = undefined;
        return model.shapes.add(entry);
      case "gone":
        model.goneAt = entry.at;
        return;
      case "state":
        return model.states.add(entry);
      default:
        model.turnings.add(entry);
        turnings.add(entry);
    }
  }

  function settle(present: readonly ModelPresent[], at: number): void {
    const named = new Set(present.map(({ model }) => model));
    for (const model of models.values()) if (!named.has(model.id)) model.goneAt ??= at;
    for (const one of present) {
      const { model: id, kind, credentials, failback, state, servedCalls, unservedCalls } = one;
      const model = modelOf(id);
      if (model.shapes.items.length === 0) {
        add({ type: "shape", number: 0, at, model: id, kind, credentials, failback });
      }
      add({ type: "state", number: 0, at, model: id, state });
      model.traffic = one;
      model.servedCalls.splice(0, halfMinutes, ...servedCalls);
      model.unservedCalls.splice(0, halfMinutes, ...unservedCalls);
    }
  }

  function tick(changed: readonly ModelTraffic[], at: number): void {
    to = Math.max(to, at);
    for (const traffic of changed) {
      const model = modelOf(traffic.model);
      model.traffic = traffic;
      model.revision += 1;
    }
    const present = Math.floor(at / halfMinuteMs);
    const isNext = bucket !== 0 && present !== bucket;
    bucket = present;
    const seconds = countedTo === 0 ? 0 : Math.min(longestGapMs, at - countedTo) / 1_000;
    countedTo = at;
    for (const { servedCalls, unservedCalls, traffic } of models.values()) {
      const { callsPerSecond = 0, unservedShare = 0 } = traffic ?? {};
      extend(servedCalls, seconds * callsPerSecond * (1 - unservedShare), isNext);
      extend(unservedCalls, seconds * callsPerSecond * unservedShare, isNext);
    }
  }

  function viewAt(id: string, time: number | undefined): ModelView | undefined {
    const model = models.get(id);
    if (model === undefined) return undefined;
    const moment = time ?? Number.POSITIVE_INFINITY;
    const shape = model.shapes.at(moment);
    const state = model.states.at(moment)?.state;
    const isGone = model.goneAt !== undefined && model.goneAt <= moment;
    if (shape === undefined || state === undefined || isGone) return undefined;
    return {
      id,
      shape,
      state,
      health: healthOf(state, shape),
      traffic: time === undefined ? model.traffic : undefined,
    };
  }

  return {
    models,
    calls,
    turnings,
    changes,
    get from() {
      return Math.min(from, to);
    },
    get to() {
      return to;
    },
    add,
    settle,
    tick,
    viewAt,
    viewsAt: (time) => [...models.keys()].flatMap((id) => viewAt(id, time) ?? []),
  };
}

/** What is worst about how a model stands. */
function healthOf({ active, probing, disabled }: ModelState, { credentials }: ModelShape): Health {
  if (active === null) return "exhausted";
  if (probing !== null) return "probing";
  const first = credentials.find(({ id }) => !disabled.includes(id));
  return first === undefined || first.id === active ? "well" : "failed over";
}

/** Counts calls in the last bucket, or in a new one. */
function extend(buckets: number[], calls: number, isNext: boolean): void {
  if (isNext) {
    buckets.push(calls);
    if (buckets.length > halfMinutes) buckets.shift();
  } else if (buckets.length > 0) {
    buckets[buckets.length - 1] = (buckets.at(-1) ?? 0) + calls;
  }
}
