import type { AttemptSignal } from "../engine/attempt.ts";
import type { ServedTurn } from "../engine/call.ts";
import { reportFailure } from "../engine/failure-report.ts";
import type { EndedCall, EngineCredential, ModelEngine } from "../engine/model-engine.ts";
import type { Failure } from "../engine/verdict.ts";
import { AttemptTimeoutError, StreamInterruptedError } from "../errors.ts";
import type { OpenedStream } from "./stream-head.ts";
import type { StreamWatch } from "./stream-watch.ts";
import { UpstreamFailure } from "./upstream-failure.ts";

/** An opened stream, and what closes its upstream. */
export interface LiveStream extends OpenedStream {
  readonly attemptSignal: AttemptSignal;
}

type Result = "served" | "interrupted" | "cancelled" | "timed_out";

/**
 * Hands a stream on as it comes: byte for byte, and only as fast as it is read. Nothing of it can be repeated any more, so
 * whatever cuts it short makes the body fail: it never ends as if it were whole (S25).
 */
export function streamBody<Credential extends EngineCredential>(
  engine: ModelEngine<Credential>,
  call: EndedCall<Credential, unknown>,
  turn: ServedTurn<Credential>,
  stream: LiveStream,
): ReadableStream<Uint8Array> {
  const { scope } = call;
  const { id: model, idleTimeoutMs } = engine.policy;
  const credential = turn.credential.id;
  const { rest, watch } = stream;
  const held = [...stream.held];
  let isOver = false;
  let late: Failure | undefined;

  /** Lets go of everything; the first to say how it ended is right. */
  function end(result: Result): void {
    if (isOver) return;
    isOver = true;
    scope.onStop = undefined;
    if (isWhole(watch) && watch.usage !== undefined) engine.tellUsage(turn, watch.usage);
    engine.finish(call, resultOf(result, watch));
    closeStream(stream);
  }

  /** A late error passes through; what it says of the credential is told at once (S25). */
  function tellError(): void {
    if (watch.error === undefined || late !== undefined) return;
    late = engine.tellLate(call, turn, new UpstreamFailure({ ...stream.answer, body: Buffer.from(watch.error) }));
  }

  function interrupted(cause: unknown): StreamInterruptedError {
    const error = new StreamInterruptedError({ model, credential, cause });
    late ??= engine.tellLate(call, turn, cause);
    const failure = { ...late, error };
    reportFailure(model, failure, [...call.failures, failure]);
    end("interrupted");
    return error;
  }

  async function next(): Promise<IteratorResult<Uint8Array>> {
    const idle = scope.clock.setTimer(
      () => {
        const timeout = new AttemptTimeoutError({ credential, limit: "idle_timeout", timeoutMs: idleTimeoutMs });
        stream.attemptSignal.abort(timeout);
      },
      idleTimeoutMs,
      "foreground",
    );
    try {
      return await rest.next();
    } finally {
      scope.clock.clearTimer(idle);
    }
  }

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const early = held.shift();
    if (early !== undefined) return controller.enqueue(early);
    const piece = await next().catch((error: unknown) => ({ error }));
    if (isOver) return;
    if ("error" in piece) {
      if (watch.progress !== "ended") return controller.error(interrupted(piece.error));
    } else if (piece.done !== true) {
      watch.see(piece.value);
      tellError();
      return controller.enqueue(piece.value);
    } else {
      watch.seeEnd();
      tellError();
      if (!isWhole(watch)) return controller.error(interrupted(cutShort(stream)));
    }
    end("served");
    controller.close();
  }

  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        tellError();
        const stop = (reason: unknown): void => {
          end(scope.stop?.kind ?? "cancelled");
          controller.error(reason);
        };
        if (scope.stop === undefined) scope.onStop = stop;
        else stop(scope.stop.reason);
      },
      pull,
      cancel: () => end("served"),
    },
    { highWaterMark: 0 },
  );
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

/** Closes the upstream without waiting for it: a stream that hangs would hold its reader. */
export function closeStream({ rest, attemptSignal }: LiveStream): void {
  attemptSignal.abort(new DOMException("The stream was closed", "AbortError"));
  Promise.resolve(rest.return?.()).catch(() => undefined);
}
