import type { ServerResponse } from "node:http";
import { setImmediate } from "node:timers/promises";
import type { ReceivedRequest, RecordedRequest } from "./recorded-request.ts";

/** A request that is being answered. */
export interface Exchange {
  readonly record: RecordedRequest;
  readonly response: ServerResponse;
  /** Aborts when the exchange is over, however it ended. */
  readonly gone: AbortSignal;
  /** Breaks off with a TCP reset. */
  readonly reset: () => Promise<void>;
}

/**
 * Follows an exchange to its end, and tells a client that left from a provider that broke off.
 *
 * @param closing - Aborted when the provider itself ends all exchanges.
 */
export function beginExchange(request: ReceivedRequest, response: ServerResponse, closing: AbortSignal): Exchange {
  const { promise: finished, resolve } = Promise.withResolvers<void>();
  const over = new AbortController();
  let brokenOff = false;
  let abortedAt: number | undefined;

  response.once("close", () => {
    const clientLeft = !response.writableFinished && !brokenOff && !closing.aborted;
    if (clientLeft) abortedAt = Date.now();
    over.abort();
    resolve();
  });

  return {
    record: {
      ...request,
      finished,
      get abortedAt() {
        return abortedAt;
      },
      get aborted() {
        return abortedAt !== undefined;
      },
    },
    response,
    gone: over.signal,
    reset: async () => {
      // A reset drops what the kernel has not sent yet, so what was written gets a turn.
      await setImmediate();
      brokenOff = true;
      response.socket?.resetAndDestroy();
    },
  };
}
