import type { ModelEvents } from "../../engine/model-events.ts";

/** What operators are told of. Attempts are not: each failed one is in its call's end. */
export const toldEvents = ["failover", "failback", "exhausted", "probe", "change", "settled"] as const;

export type ToldName = (typeof toldEvents)[number];

/** An event of a model, as the log keeps it. */
export interface LoggedEvent {
  /** Counts from 1 without a gap. */
  readonly number: number;
  readonly name: ToldName;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly event: ModelEvents[ToldName];
}

/** The latest events of all models: as many as fit, the oldest leave first. */
export interface EventLog {
  /** The latest event's number; 0 before the first. */
  readonly latest: number;
  append(name: ToldName, event: ModelEvents[ToldName]): void;
  /** Those that are kept with a greater number, in order. */
  after(number: number): readonly LoggedEvent[];
}

const mostMoves = 512;
const mostChanges = 512;
const mostCalls = 1_024;

/**
 * Makes a log. Calls end far more often than credentials move, and machines change with many a failed call, so that each
 * has a shelf of its own to fill.
 */
export function createEventLog(): EventLog {
  const moves: LoggedEvent[] = [];
  const changes: LoggedEvent[] = [];
  const calls: LoggedEvent[] = [];
  const shelfOf = (name: ToldName): readonly [shelf: LoggedEvent[], most: number] => {
    if (name === "settled") return [calls, mostCalls];
    return name === "change" ? [changes, mostChanges] : [moves, mostMoves];
  };
  let latest = 0;
  return {
    get latest() {
      return latest;
    },
    append: (name, event) => {
      const [shelf, most] = shelfOf(name);
      shelf.push({ number: (latest += 1), name, at: Date.now(), event });
      if (shelf.length > most) shelf.shift();
    },
    after: (number) =>
      [moves, changes, calls]
        .flatMap((shelf) => since(shelf, number))
        .toSorted((one, other) => one.number - other.number),
  };
}

/** What is asked for is the end of the log, most often its last event. */
function since(shelf: readonly LoggedEvent[], number: number): readonly LoggedEvent[] {
  return shelf.slice(shelf.findLastIndex((each) => each.number <= number) + 1);
}
