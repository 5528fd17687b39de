/** A list in order of time that forgets its beginning. */
export interface Kept<Item extends { readonly at: number }> {
  readonly items: readonly Item[];
  readonly add: (item: Item) => void;
  /** The last item at that time or before; `undefined`: there was none yet. */
  readonly at: (time: number) => Item | undefined;
  /** How many items there were at that time. */
  readonly countAt: (time: number) => number;
}

/** Makes an empty list that keeps at least the latest `most`. */
export function createKept<Item extends { readonly at: number }>(most: number): Kept<Item> {
  const items: Item[] = [];

  function countAt(time: number): number {
    let [low, high] = [0, items.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((items[middle]?.at ?? 0) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    items,
    add: (item) => {
      items.push(item);
      // Now and then and many at once: each takes moving all that follow.
      if (items.length > most * 1.25) items.splice(0, items.length - most);
    },
    at: (time) => items[countAt(time) - 1],
    countAt,
  };
}
