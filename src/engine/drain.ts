import { ClosedError } from "../errors.ts";

/** Counts what is in flight, so that closing can wait for it. */
export interface Drain {
  /** @throws ClosedError once it is closed. */
  enter(): void;
  leave(): void;
  /** Lets nothing in any more, and resolves when all is out. */
  close(): Promise<void>;
  /** Closes it, and waits for nothing: what is in may stay. */
  abandon(): void;
}

/** Makes an open one. */
export function createDrain(): Drain {
  let inside = 0;
  let closed = false;
  const { promise: empty, resolve } = Promise.withResolvers<void>();
  const settle = (): void => {
    if (closed && inside === 0) resolve();
  };
  return {
    enter: () => {
      if (closed) throw new ClosedError();
      inside += 1;
    },
    leave: () => {
      inside -= 1;
      settle();
    },
    close: () => {
      closed = true;
      settle();
      return empty;
    },
    abandon: () => {
      closed = true;
      resolve();
    },
  };
}
