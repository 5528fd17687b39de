import type { ServerResponse } from "node:http";
import type { Api } from "../providers/provider.ts";
import { StreamInterruptedError } from "../errors.ts";
import type { OwnError } from "../transport/error-shape.ts";
import type { Reply } from "../transport/relay.ts";
import type { StreamRelay } from "../transport/relay-stream.ts";
import { errorEvent } from "./error-event.ts";

/** To whom a reply is written, and in which dialect its stream would tell of an error. */
export interface Recipient {
  readonly outgoing: ServerResponse;
  readonly api: Api;
  readonly pathname: string;
  /** For how long it may take nothing of what is written to it, in milliseconds: it would hold it, or its upstream, for ever. */
  readonly idleTimeoutMs: number;
}

/** Writes a reply: a whole one at once, a stream as it comes. */
export async function writeReply(recipient: Recipient, { status, statusText, headers, body }: Reply): Promise<void> {
  const { outgoing } = recipient;
  if (outgoing.destroyed) {
    if ("read" in body) body.leave();
    return;
  }
  const fields = headers as Record<string, string | string[]>;
  const isStream = "read" in body;
  if (!hasBody(status)) delete fields["content-length"];
  else if (!isStream) fields["content-length"] = String(lengthOf(body));
  // A status that HTTP does not have is a bad gateway's.
  outgoing.writeHead(status >= 200 && status <= 599 ? status : 502, printable(statusText), fields);
  if (isStream) await pipe(body, recipient, String(headers["content-type"] ?? ""));
  else writeWhole(recipient, hasBody(status) ? body : []);
}

function lengthOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** All leaves at once: what is written in one turn goes to the socket together. */
function writeWhole(recipient: Recipient, pieces: readonly Buffer[]): void {
  const { outgoing } = recipient;
  for (const piece of pieces.slice(0, -1)) outgoing.write(piece);
  outgoing.end(pieces.at(-1));
  boundRest(recipient);
}

/**
 * Has a connection closed that takes no more of what has been written to its end. Most have taken all by now. Whoever reads,
 * however slowly, begins the time anew, and so does the connection's next request.
 */
function boundRest({ outgoing, idleTimeoutMs }: Recipient): void {
  if (outgoing.writableLength > 0) outgoing.setTimeout(idleTimeoutMs);
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-6.4.1 */
function hasBody(status: number): boolean {
  return status !== 204 && status !== 304;
}

function printable(statusText: string): string | undefined {
  return statusText !== "" && /^[\t\x20-\x7e]*$/.test(statusText) ? statusText : undefined;
}

/** Hands a stream on, as fast as its client reads. One that is cut short never ends as if it were whole. */
async function pipe(stream: StreamRelay, recipient: Recipient, contentType: string): Promise<void> {
  const { outgoing } = recipient;
  const isOfEvents = contentType.startsWith("text/event-stream");
  const stop = (reason: unknown): void => breakOff(recipient, stream, isOfEvents, reason);
  stream.onStop = stop;
  try {
    for (let piece = await stream.read(); piece !== undefined; piece = await stream.read()) {
      outgoing.write(piece);
      if (outgoing.writableNeedDrain) await drained(recipient);
      if (outgoing.destroyed) return;
    }
    outgoing.end();
    boundRest(recipient);
  } catch (error) {
    breakOff(recipient, stream, isOfEvents, error);
  }
}

/** A client that has read nothing for so long is taken to be gone. */
function drained({ outgoing, idleTimeoutMs }: Recipient): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => outgoing.destroy(), idleTimeoutMs);
    const go = (): void => {
      clearTimeout(timer);
      outgoing.off("drain", go);
      outgoing.off("close", go);
      resolve();
    };
    outgoing.on("drain", go);
    outgoing.on("close", go);
  });
}

/**
 * Ends a stream that cannot go on: with an error event in its dialect, unless the upstream has sent one, then without the
 * end that HTTP asks for, so that a client that overlooks the event does not take what it has for the whole.
 */
function breakOff(recipient: Recipient, { toldError }: StreamRelay, isOfEvents: boolean, reason: unknown): void {
  const { outgoing, api, pathname } = recipient;
  if (outgoing.destroyed || outgoing.writableEnded) return;
  const { socket } = outgoing;
  if (isOfEvents && !toldError) outgoing.write(errorEvent(api, pathname, interruption(reason)));
  boundRest(recipient);
  if (socket === null) outgoing.destroy();
  else socket.destroySoon();
}

/** What a client is told; never the upstream's own words. */
function interruption(reason: unknown): OwnError {
  if (reason instanceof StreamInterruptedError) {
    return { status: 502, code: "stream_interrupted", message: `${reason.message}; what came is not the whole answer` };
  }
  return { status: 504, code: "stream_stopped", message: "The stream was stopped before its end" };
}
