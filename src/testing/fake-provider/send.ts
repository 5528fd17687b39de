import { setTimeout } from "node:timers/promises";
import type { ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { constants, createBrotliCompress, createGzip } from "node:zlib";
import type { Delivery } from "./delivery.ts";
import type { Exchange } from "./exchange.ts";

/**
 * Puts a delivery on the wire. A delivery that stalls leaves the exchange open.
 *
 * Rejects when the exchange is over before all is sent.
 */
export async function send(delivery: Delivery, { response, gone, reset }: Exchange): Promise<void> {
  await pause(delivery.delayMs, gone);
  if (delivery.heading !== undefined) {
    response.writeHead(delivery.heading.status, delivery.heading.headers);
    response.flushHeaders();
  }
  const body = compressed(response, delivery.contentEncoding);
  for (const { bytes, waitMs } of delivery.chunks) {
    await pause(waitMs, gone);
    await write(body, bytes);
  }
  if (delivery.ending === "end") body.end();
  if (delivery.ending === "reset") await reset();
}

async function pause(durationMs: number, gone: AbortSignal): Promise<void> {
  gone.throwIfAborted();
  if (durationMs > 0) await setTimeout(durationMs, undefined, { signal: gone });
}

/** Each chunk is flushed by itself, or a slow stream would sit in the compressor. */
function compressed(response: ServerResponse, contentEncoding: Delivery["contentEncoding"]): Writable {
  if (contentEncoding === undefined) return response;
  const compressor =
    contentEncoding === "gzip"
      ? createGzip({ flush: constants.Z_SYNC_FLUSH })
      : createBrotliCompress({ flush: constants.BROTLI_OPERATION_FLUSH });
  compressor.pipe(response);
  response.once("close", () => compressor.destroy());
  return compressor;
}

async function write(body: Writable, bytes: string | Uint8Array): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  body.write(bytes, (error) => {
    if (error) reject(error);
    else resolve();
  });
  await promise;
}
