import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import type { Dispatcher } from "undici";
import type { AttemptSignal } from "../engine/attempt.ts";
import { type AnswerBody, ArrivingBody, decodedBody } from "./answer-body.ts";

/** An upstream's answer, its body still on the way. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly statusText: string;
  /** By name in lower case. Those that speak of the transfer alone are gone where the body was decoded. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** Decoded. */
  readonly body: AnswerBody;
}

/** One request, ready to be sent. */
export interface UpstreamRequest {
  readonly method: string;
  readonly origin: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer | undefined;
}

/**
 * Sends a request and waits for the head of its answer. Redirects are not followed: the key would go where its owner
 * never meant it to.
 */
export function askUpstream(
  dispatcher: Dispatcher,
  { method, origin, path, headers, body }: UpstreamRequest,
  attemptSignal: AttemptSignal,
): Promise<UpstreamAnswer> {
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(
      // whosever pool it is: the engine has the only timers (S26)
      { origin, path, method, headers, body: body ?? null, headersTimeout: 0, bodyTimeout: 0 },
      new Exchange(attemptSignal, { resolve, reject }),
    );
  });
}

interface Asker {
  readonly resolve: (answer: UpstreamAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** What undici tells of one request, from its start to the last byte of its answer. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #attemptSignal: AttemptSignal;
  readonly #asker: Asker;
  #body: ArrivingBody | undefined;

  constructor(attemptSignal: AttemptSignal, asker: Asker) {
    this.#attemptSignal = attemptSignal;
    this.#asker = asker;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const abort = (reason: unknown): void => controller.abort(reason as Error);
    this.#attemptSignal.onAbort = abort;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
    statusText = "",
  ): void {
    // such as 103, which announces an answer
    if (status < 200) return;
    this.#body = new ArrivingBody(controller);
    this.#asker.resolve({ status, statusText, ...decoded(this.#body, headers as Headers) });
  }

  onResponseData(_: Dispatcher.DispatchController, piece: Buffer): void {
    this.#body?.put(piece);
  }

  onResponseEnd(): void {
    this.#body?.end();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#body === undefined) this.#asker.reject(error);
    else this.#body.fail(error);
  }
}

type Headers = Record<string, string | readonly string[]>;

const decoders: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
  ["zstd", createZstdDecompress],
]);

/** Decodes a body that is encoded once, in a way that is known; another passes as it came. */
function decoded(body: AnswerBody, headers: Headers): Pick<UpstreamAnswer, "headers" | "body"> {
  const encoding = headers["content-encoding"];
  const createDecoder = encoding === undefined ? undefined : decoders.get(String(encoding).toLowerCase());
  if (createDecoder === undefined) return { headers, body };
  const { "content-encoding": _encoding, "content-length": _length, ...others } = headers;
  return { headers: others, body: decodedBody(body, createDecoder()) };
}
