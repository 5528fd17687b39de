import type { CallEntry, FeedEntry, ShapeEntry, StateEntry } from "./entries.ts";

/** What happened in the last hour, as much of it as there is room for. */
export interface History {
  append(entry: FeedEntry): void;
  /**
   * What is kept, in order. Before it come, for each model, its shape and its state when the kept part begins, so that how
   * a model stood can be told for every moment of it.
   */
  entries(now: number): readonly FeedEntry[];
  /** How many entries have left before their hour was over, for want of room. */
  readonly dropped: number;
}

/** How much is kept. */
export interface HistoryLimits {
  /** @default 3600000, an hour */
  readonly keptMs?: number | undefined;
  /** Moves, probes, states and changes of machines. @default 16384 */
  readonly mostMoves?: number | undefined;
  /** Calls of more than one attempt, or that were not served. @default 4096 */
  readonly mostTroubledCalls?: number | undefined;
  /** Calls that were served at once. @default 2048 */
  readonly mostSmoothCalls?: number | undefined;
}

interface Shelf<Entry extends FeedEntry> {
  readonly entries: Entry[];
  readonly most: number;
}

/**
 * Makes an empty history. Calls that went smoothly are many and tell little, moves are few and tell most: each kind has a
 * shelf of its own, so that none pushes out another.
 */
export function createHistory({
  keptMs = 3_600_000,
  mostMoves = 16_384,
  mostTroubledCalls = 4_096,
  mostSmoothCalls = 2_048,
}: HistoryLimits = {}): History {
  const moves: Shelf<FeedEntry> = { entries: [], most: mostMoves };
  const troubled: Shelf<FeedEntry> = { entries: [], most: mostTroubledCalls };
  const smooth: Shelf<FeedEntry> = { entries: [], most: mostSmoothCalls };
  const shelves = [moves, troubled, smooth];
  const shapes = new Map<string, ShapeEntry>();
  const states = new Map<string, StateEntry>();
  let dropped = 0;

  function shelfOf(entry: FeedEntry): Shelf<FeedEntry> {
    if (entry.type !== "call") return moves;
    return isSmooth(entry) ? smooth : troubled;
  }

  /** What leaves is where its model's kept part begins. */
  function leave(entry: FeedEntry): void {
    if (entry.type === "shape") shapes.set(entry.model, entry);
    if (entry.type === "state") states.set(entry.model, entry);
    if (entry.type === "gone") {
      shapes.delete(entry.model);
      states.delete(entry.model);
    }
  }

  function trim({ entries, most }: Shelf<FeedEntry>, since: number): void {
    for (let [oldest] = entries; oldest !== undefined; [oldest] = entries) {
      if (oldest.at >= since && entries.length <= most) return;
      if (oldest.at >= since) dropped += 1;
      leave(oldest);
      entries.shift();
    }
  }

  return {
    append: (entry) => {
      const shelf = shelfOf(entry);
      shelf.entries.push(entry);
      trim(shelf, entry.at - keptMs);
    },
    entries: (now) => {
      for (const shelf of shelves) trim(shelf, now - keptMs);
      const kept = shelves.flatMap(({ entries }) => entries).sort((one, other) => one.number - other.number);
      return [...shapes.values(), ...states.values(), ...kept];
    },
    get dropped() {
      return dropped;
    },
  };
}

function isSmooth({ result, attemptCount, lateFailure }: CallEntry): boolean {
  return result === "served" && attemptCount <= 1 && lateFailure === undefined;
}
