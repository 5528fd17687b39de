/** Whoever reads a stream, and may leave at any moment. */
export interface StreamReader {
  hasLeft: boolean;
  /** Told when it leaves while it waits for an item. */
  onLeave: (() => void) | undefined;
}

/**
 * Hands on what a generator yields, and lets its reader leave while it waits. A generator by itself takes `return` only
 * when the `next` before it has come: for as long as the upstream is silent, a `ReadableStream` that is cancelled would
 * hold it open.
 *
 * @param generate - Called at once; nothing of it runs before the first item is asked for.
 */
export function readBy<Item>(
  generate: (reader: StreamReader) => AsyncGenerator<Item, void, undefined>,
): AsyncGenerator<Item, void, undefined> {
  const reader: StreamReader = { hasLeft: false, onLeave: undefined };
  const generator = generate(reader);
  let waiting = 0;

  async function next(): Promise<IteratorResult<Item, void>> {
    waiting += 1;
    try {
      return await generator.next();
    } catch (error) {
      if (reader.hasLeft) return { done: true, value: undefined };
      throw error;
    } finally {
      waiting -= 1;
    }
  }
  function leave(): void {
    if (waiting === 0 || reader.hasLeft) return;
    reader.hasLeft = true;
    reader.onLeave?.();
  }

  return {
    next,
    return: (value) => {
      leave();
      return generator.return(value);
    },
    throw: (error) => {
      leave();
      return generator.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => {
      leave();
      await generator.return();
    },
  };
}
