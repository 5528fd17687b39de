import type { ServerResponse } from "node:http";

/** The requests that are being answered. */
export interface InFlight {
  add(outgoing: ServerResponse): void;
  /** Resolves once there is none, and at the latest when the time is over. */
  settled(timeoutMs: number): Promise<void>;
}

/** Makes an empty record. */
export function createInFlight(): InFlight {
  let count = 0;
  let tellEmpty: (() => void) | undefined;
  const remove = (): void => {
    count -= 1;
    if (count === 0) tellEmpty?.();
  };
  return {
    add: (outgoing) => {
      count += 1;
      outgoing.once("close", remove);
    },
    settled: (timeoutMs) =>
      new Promise((resolve) => {
        if (count === 0) return resolve();
        const timer = setTimeout(resolve, timeoutMs);
        tellEmpty = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
  };
}
