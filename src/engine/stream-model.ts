import { AttemptTimeoutError, UsageError } from "../errors.ts";
import type { AttemptSignal } from "./attempt.ts";
import type { CallScope } from "./call-scope.ts";
import type { AttemptContext, ServedTurn } from "./call.ts";
import { reportFailure } from "./failure-report.ts";
import type { CallLimits, EndedCall, EngineCredential, ModelEngine } from "./model-engine.ts";
import { rejectionOf } from "./outcome.ts";
import { readBy, type StreamReader } from "./stream-reader.ts";

/** What a caller may say of one stream besides {@link CallLimits}. */
export interface StreamLimits<Item> extends CallLimits {
  /**
   * Whether an item carries output. Those before the first that does are held back, so that a failure after them still
   * goes on to the next credential; at most 64 are (S25).
   *
   * @default every item does
   */
  readonly carriesOutput?: ((item: Item) => boolean) | undefined;
}

type OpenFunction<Credential, Item> = (
  context: AttemptContext<Credential>,
) => PromiseLike<AsyncIterable<Item>> | AsyncIterable<Item>;

/** A stream whose first item has come. Aborting its attempt closes it. */
interface OpenStream<Item> {
  readonly iterator: AsyncIterator<Item>;
  readonly attemptSignal: AttemptSignal;
  /** What was read so far: the held-back head and the first item that carries output. */
  readonly head: Item[];
  /** Whether the upstream came to its own end. */
  ended: boolean;
  /** Told when it is closed: the read that waits at this moment. */
  onClose: ((reason: unknown) => void) | undefined;
}

const mostHeldBack = 64;

/**
 * Opens a stream with one credential after another until one hands over its first item, then hands on that one alone:
 * failing over later would repeat output (S25). The upstream is closed however it ends.
 *
 * @param presentEngine - Asked when the first item is wanted: by then another one may have taken its place.
 */
export function streamModel<Credential extends EngineCredential, Item>(
  presentEngine: () => ModelEngine<Credential>,
  open: OpenFunction<Credential, Item>,
  limits: StreamLimits<Item>,
): AsyncGenerator<Item, void, undefined> {
  return readBy((reader) => itemsOf(presentEngine, open, limits, reader));
}

async function* itemsOf<Credential extends EngineCredential, Item>(
  presentEngine: () => ModelEngine<Credential>,
  open: OpenFunction<Credential, Item>,
  limits: StreamLimits<Item>,
  reader: StreamReader,
): AsyncGenerator<Item, void, undefined> {
  const { carriesOutput = () => true } = limits;
  const engine = presentEngine();
  const call = await engine.start(
    {
      limit: "first_byte_timeout",
      attempt: (context, attemptSignal) => openStream(open, context, attemptSignal, carriesOutput),
      begun: ({ scope }) => {
        const leave = (): void => scope.cancel(new DOMException("The reader left", "AbortError"));
        reader.onLeave = leave;
      },
    },
    limits,
  );
  if (call.settled.result !== "served") {
    engine.finish(call);
    throw rejectionOf(engine.policy, call, limits);
  }
  const { value: stream, turn } = call.settled;
  const { scope } = call;
  const finish = finishOnce(engine, call);
  // A stop while the reader is busy, or gone, must not wait for it.
  const stop = (reason: unknown): void => {
    stream.attemptSignal.abort(reason);
    finish("served");
  };
  scope.onStop = stop;
  // By now it has been served: to leave is no failure.
  const leave = (): void => {
    finish("served");
    closeUpstream(stream);
  };
  reader.onLeave = leave;
  let result: "served" | "interrupted" = "served";
  try {
    for (const item of stream.head) {
      throwIfStopped(scope);
      yield item;
    }
    while (!stream.ended) {
      throwIfStopped(scope);
      result = "interrupted";
      const next = await nextItem(engine, call, stream, turn, reader);
      result = "served";
      if (next.done === true) stream.ended = true;
      else yield next.value;
    }
  } finally {
    finish(result);
    if (!stream.ended) closeUpstream(stream);
  }
}

/** Lets go of the call as it ended, or as it was stopped, whichever was first. */
function finishOnce<Credential extends EngineCredential>(
  engine: ModelEngine<Credential>,
  call: EndedCall<Credential, unknown>,
): (result: "served" | "interrupted") => void {
  let finished = false;
  return (result) => {
    if (finished) return;
    finished = true;
    engine.finish(call, call.scope.stop?.kind ?? result);
  };
}

function throwIfStopped({ stop }: CallScope): void {
  if (stop !== undefined) throw stop.reason;
}

async function openStream<Credential, Item>(
  open: OpenFunction<Credential, Item>,
  context: AttemptContext<Credential>,
  attemptSignal: AttemptSignal,
  carriesOutput: (item: Item) => boolean,
): Promise<OpenStream<Item>> {
  const iterator = iteratorOf(await open(context));
  const head: Item[] = [];
  const stream: OpenStream<Item> = { iterator, attemptSignal, head, ended: false, onClose: undefined };
  const abort = (reason: unknown): void => {
    void returnQuietly(iterator);
    stream.onClose?.(reason);
  };
  attemptSignal.onAbort = abort;
  try {
    while (!attemptSignal.isAborted) {
      const { done, value } = await iterator.next();
      stream.ended = done === true;
      if (stream.ended) break;
      head.push(value as Item);
      if (carriesOutput(value as Item) || head.length >= mostHeldBack) break;
    }
    return stream;
  } catch (error) {
    closeUpstream(stream);
    throw error;
  }
}

/** @throws UsageError: with another credential the function would return the same. */
function iteratorOf<Item>(iterable: AsyncIterable<Item>): AsyncIterator<Item> {
  const begin: unknown = (iterable as Partial<AsyncIterable<Item>> | null | undefined)?.[Symbol.asyncIterator];
  if (typeof begin === "function") return iterable[Symbol.asyncIterator]();
  const found = iterable === null ? "null" : `a value of type ${typeof iterable}`;
  throw new UsageError({
    path: "open",
    found,
    wanted: "a function that returns an async iterable, as an SDK's stream is",
  });
}

/** Waits for one more item, as long as `idle_timeout` and the call's own limits allow (S26). */
async function nextItem<Credential extends EngineCredential, Item>(
  engine: ModelEngine<Credential>,
  call: EndedCall<Credential, OpenStream<Item>>,
  stream: OpenStream<Item>,
  turn: ServedTurn<Credential>,
  reader: StreamReader,
): Promise<IteratorResult<Item>> {
  const { clock } = call.scope;
  const { idleTimeoutMs: timeoutMs } = engine.policy;
  const giveUp = (): void => {
    const credential = turn.credential.id;
    stream.attemptSignal.abort(new AttemptTimeoutError({ credential, limit: "idle_timeout", timeoutMs }));
  };
  const timer = clock.setTimer(giveUp, timeoutMs, "foreground");
  try {
    return await new Promise<IteratorResult<Item>>((resolve, reject) => {
      stream.onClose = reject;
      Promise.resolve(stream.iterator.next()).then(resolve, reject);
    });
  } catch (error) {
    if (call.scope.stop === undefined && !reader.hasLeft) {
      const failure = engine.tellLate(call, turn, error);
      reportFailure(engine.policy.id, failure, [...call.failures, failure]);
    }
    throw error;
  } finally {
    clock.clearTimer(timer);
  }
}

/** Closes the upstream without waiting for it: a stream that hangs would hold its reader. */
function closeUpstream<Item>({ attemptSignal }: OpenStream<Item>): void {
  attemptSignal.abort(new DOMException("The stream was closed", "AbortError"));
}

/** An upstream that cannot be closed well is closed all the same. */
async function returnQuietly<Item>(iterator: AsyncIterator<Item>): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // Nobody waits for it any more.
  }
}
