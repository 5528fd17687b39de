import { pipeline, Readable, type Transform } from "node:stream";
import type { Dispatcher } from "undici";

/** The body of an upstream's answer, read piece by piece while it comes. */
export interface AnswerBody {
  /**
   * The next piece; `undefined` once all have been read. One reader at a time.
   *
   * @throws what broke the answer off.
   */
  read(): Promise<Buffer | undefined>;
  /** Wants no more of it: an upstream that is still at it is cut off. */
  close(): void;
}

/** What may wait to be read before the connection is held up. */
const mostWaitingBytes = 64 * 1024;

interface Reader {
  readonly resolve: (piece: Buffer | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A body as undici hands it out. A Node stream would cost each piece several times what this does, and each answer more
 * than its forwarding.
 */
export class ArrivingBody implements AnswerBody {
  readonly #controller: Dispatcher.DispatchController;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #reader: Reader | undefined;
  #end: { readonly error: unknown } | "whole" | undefined;

  constructor(controller: Dispatcher.DispatchController) {
    this.#controller = controller;
  }

  put(piece: Buffer): void {
    if (this.#reader !== undefined) return this.#take().resolve(piece);
    this.#waiting.push(piece);
    this.#waitingBytes += piece.length;
    if (this.#waitingBytes > mostWaitingBytes) this.#controller.pause();
  }

  end(): void {
    this.#end ??= "whole";
    if (this.#reader !== undefined) this.#take().resolve(undefined);
  }

  fail(error: unknown): void {
    this.#end ??= { error };
    if (this.#reader !== undefined) this.#take().reject(error);
  }

  #take(): Reader {
    const reader = this.#reader as Reader;
    this.#reader = undefined;
    return reader;
  }

  read(): Promise<Buffer | undefined> {
    const piece = this.#waiting.shift();
    if (piece !== undefined) {
      this.#waitingBytes -= piece.length;
      if (this.#controller.paused && this.#waitingBytes <= mostWaitingBytes) this.#controller.resume();
      return Promise.resolve(piece);
    }
    if (this.#end === "whole") return Promise.resolve(undefined);
    if (this.#end !== undefined) return Promise.reject(this.#end.error);
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  close(): void {
    if (this.#end === undefined) this.#controller.abort(new DOMException("The answer was closed", "AbortError"));
  }
}

/** A body that was compressed. A failure of either side reaches its reader. */
export function decodedBody(body: AnswerBody, decoder: Transform): AnswerBody {
  // The callback is there to keep a failure from being thrown.
  const decoded = pipeline(Readable.from(piecesOf(body)), decoder, () => undefined);
  const pieces = decoded[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  return {
    read: async () => (await pieces.next()).value,
    close: () => {
      decoded.destroy();
      // Destroying waits for the piece that is being waited for.
      body.close();
    },
  };
}

async function* piecesOf(body: AnswerBody): AsyncGenerator<Buffer, void, undefined> {
  try {
    for (let piece = await body.read(); piece !== undefined; piece = await body.read()) yield piece;
  } finally {
    body.close();
  }
}
