/**
 * Lets a stream by event for event, so that an error event can be put after any of them, and what an event says is known
 * before any of it has gone.
 */
export interface EventGate {
  /** What of the stream may go on now that this piece has come: nothing of an event that it leaves unfinished. */
  pass(piece: Uint8Array): readonly Uint8Array[];
  /** What is left at the stream's end. */
  rest(): readonly Uint8Array[];
}

const [lineFeed, carriageReturn] = [0x0a, 0x0d];
/** Longer events go on while they come: nothing but a broken connection can tell of their end then. */
const mostHeldBytes = 1024 * 1024;

/** Makes a gate at the beginning of a stream. No byte is changed, and none that ends an event is waited with. */
export function createEventGate(): EventGate {
  const shelf = createShelf();
  /** The last bytes before this piece. */
  let seen: Uint8Array = new Uint8Array();
  return {
    pass: (piece) => {
      const end = endOfLastEvent(piece, seen);
      seen = piece.length > 1 ? piece.subarray(-2) : Uint8Array.of(...seen.subarray(-1), ...piece);
      if (end === piece.length && shelf.isEmpty) return [piece];
      if (end > 0) shelf.put(piece.subarray(0, end));
      const released = end > 0 ? shelf.clear() : [];
      if (end < piece.length) shelf.put(piece.subarray(end));
      return shelf.isFull ? [...released, ...shelf.clear()] : released;
    },
    rest: () => shelf.clear(),
  };
}

/**
 * Makes a gate for items that somebody else reads before each piece comes here.
 *
 * @param isWithinItem - Whether what was read so far ends within one.
 */
export function createItemGate(isWithinItem: () => boolean): EventGate {
  const shelf = createShelf();
  return {
    pass: (piece) => {
      shelf.put(piece);
      return isWithinItem() && !shelf.isFull ? [] : shelf.clear();
    },
    rest: () => shelf.clear(),
  };
}

/** Keeps what must not go on yet. */
interface Shelf {
  readonly isEmpty: boolean;
  readonly isFull: boolean;
  put(bytes: Uint8Array): void;
  /** Hands out all that it keeps. */
  clear(): readonly Uint8Array[];
}

function createShelf(): Shelf {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  return {
    get isEmpty() {
      return held.length === 0;
    },
    get isFull() {
      return heldBytes > mostHeldBytes;
    },
    put: (bytes) => {
      held.push(bytes);
      heldBytes += bytes.length;
    },
    clear: () => {
      const released = held;
      held = [];
      heldBytes = 0;
      return released;
    },
  };
}

/** The first byte after the last empty line, which may have begun in what was seen before; 0 where there is none. */
function endOfLastEvent(piece: Uint8Array, seen: Uint8Array): number {
  const byteAt = (at: number): number | undefined => (at < 0 ? seen[seen.length + at] : piece[at]);
  for (let at = piece.length - 1; at >= 0; at -= 1) {
    const byte = piece[at];
    if (byte !== lineFeed && byte !== carriageReturn) continue;
    const before = byteAt(at - 1);
    const endsEmptyLine =
      before === byte || (byte === lineFeed && before === carriageReturn && byteAt(at - 2) === lineFeed);
    if (endsEmptyLine) return at + 1;
  }
  return 0;
}
