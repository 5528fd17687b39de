import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import type { LiveModel } from "../model.ts";
import { apiOf } from "../transport/fetch.ts";
import { relay, type Reply } from "../transport/relay.ts";
import type { StreamRelay } from "../transport/relay-stream.ts";
import { UpstreamFailure } from "../transport/upstream-failure.ts";
import { createExchange, type Exchange } from "./exchange.ts";
import { readDispatched } from "./read-dispatched.ts";

/** Answers one dispatched request, by what undici expects of a dispatcher: the handler hears of every end, and of one only. */
export async function answerDispatched(
  live: LiveModel,
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  handler: Dispatcher.DispatchHandler,
): Promise<void> {
  const exchange = createExchange();
  const { controller, signal } = exchange;
  try {
    handler.onRequestStart?.(controller, {});
    const request = await readDispatched(options, signal);
    handler.onRequestSent?.();
    // Only now: while the body came in, the model may have been configured anew.
    const { engine, runtime } = live.present();
    const reply = await relay({ engine, model: runtime, api: apiOf(runtime), dispatcher }, request, { signal });
    throwIfUnanswered(reply);
    await deliver(reply, handler, exchange);
  } catch (error) {
    handler.onResponseError?.(controller, error as Error);
  }
}

/** A request that could not be sent, or took too long, has no answer for undici, but the error itself. */
function throwIfUnanswered({ call }: Reply): void {
  if (call === undefined) return;
  const { settled } = call;
  if (settled.result === "timed_out") throw settled.reason;
  if (settled.result === "failed_fast" && !(settled.failure.error instanceof UpstreamFailure)) {
    throw settled.failure.error;
  }
}

async function deliver(
  { status, statusText, headers, body }: Reply,
  handler: Dispatcher.DispatchHandler,
  exchange: Exchange,
): Promise<void> {
  const { controller } = exchange;
  const pieces = "read" in body ? body : wholeOf(body);
  pieces.onStop = exchange.wake;
  try {
    controller.rawHeaders = rawHeaders(headers);
    handler.onResponseStart?.(controller, status, headers as IncomingHttpHeaders, statusText);
    for (;;) {
      await exchange.flowing();
      const piece = await pieces.read();
      if (piece === undefined) break;
      handler.onResponseData?.(controller, Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
    }
    // No upstream of a model is known to send trailers, and a stream's end has been checked by its own means.
    handler.onResponseEnd?.(controller, {});
  } finally {
    pieces.leave();
  }
}

/** What is read piece by piece. */
type Pieces = Pick<StreamRelay, "read" | "leave" | "onStop">;

function wholeOf(body: readonly Buffer[]): Pieces {
  const rest = body.filter(({ length }) => length > 0);
  return {
    onStop: undefined,
    read: () => Promise.resolve(rest.shift()),
    leave: () => undefined,
  };
}

function rawHeaders(headers: Reply["headers"]): Buffer[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => [Buffer.from(name, "latin1"), Buffer.from(value, "latin1")]),
  );
}
