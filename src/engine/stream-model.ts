import { AttemptTimeoutError } from "../errors.ts";
import type { AttemptSignal } from "./attempt.ts";
import type { AttemptContext, ServedTurn } from "./call.ts";
import { reportFailure } from "./failure-report.ts";
import type { CallLimits, EndedCall, EngineCredential, ModelEngine } from "./model-engine.ts";
import { rejectionOf } from "./outcome.ts";

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

/** A stream whose first item has come. */
interface OpenStream<Item> {
  readonly iterator: AsyncIterator<Item>;
  readonly attemptSignal: AttemptSignal;
  /** What was read so far: the held-back head and the first item that carries output. */
  readonly head: readonly Item[];
  /** Whether the stream ended within its head. */
  readonly ended: boolean;
}

const mostHeldBack = 64;

/**
 * Opens a stream with one credential after another until one hands over its first item, then hands on that one alone:
 * failing over later would repeat output (S25). The upstream is closed however it ends.
 */
export async function* streamModel<Credential extends EngineCredential, Item>(
  engine: ModelEngine<Credential>,
  open: (context: AttemptContext<Credential>) => PromiseLike<AsyncIterable<Item>> | AsyncIterable<Item>,
  limits: StreamLimits<Item>,
): AsyncGenerator<Item, void, undefined> {
  const { carriesOutput = () => true } = limits;
  const call = await engine.start(
    {
      limit: "first_byte_timeout",
      attempt: (context, attemptSignal) => openStream(open, context, attemptSignal, carriesOutput),
      discard: closeUpstream,
    },
    limits,
  );
  if (call.settled.result !== "served") {
    engine.finish(call);
    throw rejectionOf(engine.policy, call, limits);
  }
  const { value: stream, turn } = call.settled;
  let isOpen = !stream.ended;
  let result: "served" | "interrupted" | "cancelled" | "timed_out" = "served";
  try {
    yield* stream.head;
    while (isOpen) {
      const next = await nextItem(engine, call, stream, turn);
      if (next.done === true) isOpen = false;
      else yield next.value;
    }
  } catch (error) {
    result = call.scope.stop?.kind ?? "interrupted";
    throw error;
  } finally {
    engine.finish(call, result);
    if (isOpen) closeUpstream(stream);
  }
}

async function openStream<Credential, Item>(
  open: (context: AttemptContext<Credential>) => PromiseLike<AsyncIterable<Item>> | AsyncIterable<Item>,
  context: AttemptContext<Credential>,
  attemptSignal: AttemptSignal,
  carriesOutput: (item: Item) => boolean,
): Promise<OpenStream<Item>> {
  const iterable = await open(context);
  const iterator = iterable[Symbol.asyncIterator]();
  const head: Item[] = [];
  for (;;) {
    const { done, value } = await iterator.next();
    if (done === true) return { iterator, attemptSignal, head, ended: true };
    head.push(value);
    if (carriesOutput(value) || head.length >= mostHeldBack) return { iterator, attemptSignal, head, ended: false };
  }
}

/** Waits for one more item, as long as `idle_timeout` and the call's own limits allow (S26). */
function nextItem<Credential extends EngineCredential, Item>(
  engine: ModelEngine<Credential>,
  call: EndedCall<Credential, OpenStream<Item>>,
  { iterator, attemptSignal }: OpenStream<Item>,
  turn: ServedTurn<Credential>,
): Promise<IteratorResult<Item>> {
  const { scope } = call;
  const { idleTimeoutMs: timeoutMs } = engine.policy;
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      scope.clock.clearTimer(timer);
      scope.onStop = undefined;
    };
    const interrupt = (error: unknown): void => {
      const failure = engine.tellLate(call, turn, error);
      reportFailure(engine.policy.id, failure, [...call.failures, failure]);
      reject(error);
    };
    const timer = scope.clock.setTimer(
      () => {
        settle();
        const error = new AttemptTimeoutError({ credential: turn.credential.id, limit: "idle_timeout", timeoutMs });
        attemptSignal.abort(error);
        interrupt(error);
      },
      timeoutMs,
      "foreground",
    );
    const stop = (reason: unknown): void => {
      settle();
      attemptSignal.abort(reason);
      reject(reason);
    };
    if (scope.stop !== undefined) return stop(scope.stop.reason);
    scope.onStop = stop;
    iterator.next().then(
      (next) => {
        settle();
        resolve(next);
      },
      (error: unknown) => {
        const wasStopped = scope.stop !== undefined;
        settle();
        if (!wasStopped) interrupt(error);
      },
    );
  });
}

/** Closes the upstream without waiting for it: a stream that hangs would hold its reader. */
function closeUpstream<Item>({ iterator, attemptSignal }: OpenStream<Item>): void {
  attemptSignal.abort(new DOMException("The stream was closed", "AbortError"));
  Promise.resolve(iterator.return?.()).catch(() => undefined);
}
