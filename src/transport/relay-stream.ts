import type { AttemptSignal } from "../engine/attempt.ts";
import type { CallScope } from "../engine/call-scope.ts";
import type { ServedTurn } from "../engine/call.ts";
import { reportFailure } from "../engine/failure-report.ts";
import type { EndedCall, EngineCredential, ModelEngine } from "../engine/model-engine.ts";
import type { Failure } from "../engine/verdict.ts";
import { AttemptTimeoutError, StreamInterruptedError } from "../errors.ts";
import { createIdleWatch } from "./relay-idle.ts";
import type { OpenedStream } from "./stream-head.ts";
import type { StreamWatch } from "./stream-watch.ts";
import { UpstreamFailure } from "./upstream-failure.ts";

/** An opened stream, and what closes its upstream. */
export interface LiveStream extends OpenedStream {
  readonly attemptSignal: AttemptSignal;
}

/** A stream on its way to its reader, byte for byte and only as fast as it is read. */
export interface StreamRelay {
  /** What was held back until the first output came; it is read first. */
  readonly head: readonly Uint8Array[];
  /** Whether the upstream has told of an error by itself, within the stream. */
  readonly toldError: boolean;
  /** Told when the call is stopped, by its caller or its deadline, or since nobody reads. */
  onStop: ((reason: unknown) => void) | undefined;
  /**
   * The next piece; `undefined` once the stream is whole.
   *
   * @throws StreamInterruptedError for whatever cuts it short, and where nobody read it within `idle_timeout`; what stopped
   * the call.
   */
  read(): Promise<Uint8Array | undefined>;
  /** The reader wants no more of it. */
  leave(): void;
}

type Result = "served" | "interrupted" | "cancelled" | "timed_out";

/**
 * Hands a stream on as it comes, event for event where it has any. From where the upstream tells of an error its words are
 * redacted first: they may quote the key. Nothing of it can be repeated any more, so whatever cuts it short makes reading fail: it
 * never ends as if it were whole (S25). The upstream is closed however it ends.
 */
export function relayStream<Credential extends EngineCredential>(
  engine: ModelEngine<Credential>,
  call: EndedCall<Credential, unknown>,
  turn: ServedTurn<Credential>,
  stream: LiveStream,
  redact: (bytes: Buffer) => Buffer,
): StreamRelay {
  const { scope } = call;
  const { id: model, idleTimeoutMs } = engine.policy;
  const credential = turn.credential.id;
  const { answer, watch } = stream;
  const { gate } = watch;
  const ready: Uint8Array[] = [];
  let isOver = false;
  let late: Failure | undefined;
  let abandoned: StreamInterruptedError | undefined;
  const idle = createIdleWatch(scope.clock, idleTimeoutMs, cutOffIdle);
  // A reader that has begun may take its time; one that never comes must not hold up the closing for ever.
  const firstRead = scope.clock.setTimer(abandon, idleTimeoutMs, "background");

  function abandon(): void {
    const cause = new Error(`Nobody read it within ${idleTimeoutMs} ms`);
    abandoned = new StreamInterruptedError({ model, credential, cause });
    end("cancelled");
    relay.onStop?.(abandoned);
  }

  /** Lets go of everything; the first to say how it ended is right. */
  function end(result: Result): void {
    if (isOver) return;
    isOver = true;
    scope.clock.clearTimer(firstRead);
    idle.close();
    scope.onStop = undefined;
    if (isWhole(watch) && watch.usage !== undefined) engine.tellUsage(turn, watch.usage);
    engine.finish(call, resultOf(result, watch));
    closeStream(stream);
  }

  /** A late error passes through; what it says of the credential is told at once (S25). */
  function tellError(): void {
    if (watch.error === undefined || late !== undefined) return;
    relay.toldError = true;
    late = engine.tellLate(call, turn, new UpstreamFailure({ ...stream.answer, body: Buffer.from(watch.error) }));
  }

  function makeReady(pieces: readonly Uint8Array[]): void {
    if (watch.error === undefined) ready.push(...pieces);
    else if (pieces.length > 0) ready.push(redact(Buffer.concat(pieces)));
  }

  function interrupted(cause: unknown): StreamInterruptedError {
    const error = new StreamInterruptedError({ model, credential, cause });
    late ??= engine.tellLate(call, turn, cause);
    const failure = { ...late, error };
    reportFailure(model, failure, [...call.failures, failure]);
    end("interrupted");
    return error;
  }

  /** An upstream that falls silent is cut off, which reading it then throws. */
  function cutOffIdle(): void {
    stream.attemptSignal.abort(
      new AttemptTimeoutError({ credential, limit: "idle_timeout", timeoutMs: idleTimeoutMs }),
    );
  }

  /** Takes what comes next, and says whether anything did. */
  async function readOn(): Promise<boolean> {
    idle.begin();
    try {
      const piece = await answer.body.read();
      throwIfStopped(scope);
      if (piece === undefined) seeEnd();
      else {
        watch.see(piece);
        makeReady(gate?.pass(piece) ?? [piece]);
      }
      tellError();
      return piece !== undefined;
    } catch (error) {
      throwIfStopped(scope);
      if (watch.progress !== "ended") throw interrupted(error);
      seeEnd();
      return false;
    } finally {
      idle.end();
    }
  }

  /** An event that the end cuts off is of no use to anyone; an error may be the last, without the line that ends it. */
  function seeEnd(): void {
    watch.seeEnd();
    if (isWhole(watch) || watch.error !== undefined) makeReady(gate?.rest() ?? []);
  }

  async function read(): Promise<Uint8Array | undefined> {
    scope.clock.clearTimer(firstRead);
    throwIfStopped(scope);
    if (abandoned !== undefined) throw abandoned;
    let hasMore = true;
    while (hasMore && ready.length === 0) hasMore = await readOn();
    const piece = ready.shift();
    if (piece !== undefined) return piece;
    if (!isWhole(watch)) throw interrupted(cutShort(stream));
    end("served");
    return undefined;
  }

  const relay: StreamRelay & { toldError: boolean } = {
    head: stream.held,
    toldError: false,
    onStop: undefined,
    read,
    leave: () => end("served"),
  };
  const stop = (reason: unknown): void => {
    end(scope.stop?.kind ?? "cancelled");
    relay.onStop?.(reason);
  };
  for (const piece of stream.held) makeReady(gate?.pass(piece) ?? [piece]);
  tellError();
  if (scope.stop === undefined) scope.onStop = stop;
  else stop(scope.stop.reason);
  return relay;
}

function throwIfStopped({ stop }: CallScope): void {
  if (stop !== undefined) throw stop.reason;
}

function isWhole({ progress }: StreamWatch): boolean {
  return progress === "closing" || progress === "ended";
}

/** A client that leaves because of an error, or because all is said, does not cancel. */
function resultOf(result: Result, watch: StreamWatch): Result {
  if (watch.error !== undefined) return "interrupted";
  return watch.progress === "ended" ? "served" : result;
}

/** The stream ended in good order, but before its end. */
function cutShort({ answer }: OpenedStream): UpstreamFailure {
  return new UpstreamFailure({ ...answer, body: Buffer.alloc(0) }, { class: "transient", rule: "stream.cut-short" });
}

/** Closes the upstream, unless it has come to its end. */
export function closeStream({ answer, attemptSignal }: LiveStream): void {
  answer.body.close();
  attemptSignal.abort(new DOMException("The stream was closed", "AbortError"));
}
