/** Lets a stream of events by event for event, so that an error event can be put after any of them. */
export interface EventGate {
  /** What of the stream may go on now that this piece has come: all but the event that it leaves unfinished. */
  pass(piece: Uint8Array): readonly Uint8Array[];
  /** What is left at the stream's end. */
  rest(): readonly Uint8Array[];
}

const [lineFeed, carriageReturn] = [0x0a, 0x0d];
/** Longer events go on while they come: nothing but a broken connection can tell of their end then. */
const mostHeldBytes = 1024 * 1024;

/** Makes a gate at the beginning of a stream. No byte is changed, and none that ends an event is waited with. */
export function createEventGate(): EventGate {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  /** The last bytes before this piece. */
  let seen: Uint8Array = new Uint8Array();

  function release(...pieces: readonly Uint8Array[]): readonly Uint8Array[] {
    const released = [...held, ...pieces];
    held = [];
    heldBytes = 0;
    return released;
  }

  return {
    pass: (piece) => {
      const end = endOfLastEvent(piece, seen);
      seen = piece.length > 1 ? piece.subarray(-2) : Uint8Array.of(...seen.subarray(-1), ...piece);
      if (end === piece.length && held.length === 0) return [piece];
      const released = end === 0 ? [] : release(piece.subarray(0, end));
      if (end < piece.length) {
        held.push(piece.subarray(end));
        heldBytes += piece.length - end;
      }
      return heldBytes > mostHeldBytes ? [...released, ...release()] : released;
    },
    rest: () => release(),
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
