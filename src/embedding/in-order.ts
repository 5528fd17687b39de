/** How far ahead work may go. */
export interface InOrderLimits {
  /** The most that run at a time; as many again may be done, or wait, before the oldest has been handed on. */
  readonly mostRunning: number;
  /** Ends it in every state. */
  readonly signal: AbortSignal;
}

interface Job<Task, Result> {
  readonly task: Task;
  outcome: { readonly value: Result } | { readonly error: unknown } | undefined;
}

type SourceState = "idle" | "asked" | "over" | { readonly error: unknown };

/**
 * Runs tasks side by side and hands on their results in the order of the tasks.
 *
 * A task is taken only while there is room for it, so that neither tasks nor results pile up when whoever reads is slow.
 * A failure comes in its turn: what was before it is handed on, and nothing after it.
 */
export async function* inOrder<Task, Result>(
  tasks: AsyncIterable<Task>,
  run: (task: Task) => Promise<Result>,
  { mostRunning, signal }: InOrderLimits,
): AsyncGenerator<Result, void, undefined> {
  const source = tasks[Symbol.asyncIterator]();
  const jobs: Job<Task, Result>[] = [];
  const waiting: Job<Task, Result>[] = [];
  let running = 0;
  let sourceState = "idle" as SourceState;
  let isStopped = false;
  let wake = (): void => undefined;

  /** Starts what there is room for, and tells the reader that something has changed. */
  const advance = (): void => {
    if (!isStopped) {
      for (const job of waiting.splice(0, mostRunning - running)) void start(job);
      if (sourceState === "idle" && jobs.length < 2 * mostRunning) void ask();
    }
    wake();
  };
  const start = async (job: Job<Task, Result>): Promise<void> => {
    running += 1;
    try {
      job.outcome = { value: await run(job.task) };
    } catch (error) {
      job.outcome = { error };
      isStopped = true;
    }
    running -= 1;
    advance();
  };
  const ask = async (): Promise<void> => {
    sourceState = "asked";
    try {
      const { done, value } = await source.next();
      sourceState = done === true ? "over" : "idle";
      if (done !== true) enter(value);
    } catch (error) {
      sourceState = { error };
    }
    advance();
  };
  const enter = (task: Task): void => {
    const job = { task, outcome: undefined };
    jobs.push(job);
    waiting.push(job);
  };

  signal.addEventListener("abort", advance);
  try {
    advance();
    for (;;) {
      signal.throwIfAborted();
      const outcome = jobs[0]?.outcome;
      if (outcome !== undefined) {
        jobs.shift();
        if ("error" in outcome) throw outcome.error;
        advance();
        yield outcome.value;
      } else if (jobs.length === 0 && sourceState === "over") {
        return;
      } else if (jobs.length === 0 && typeof sourceState === "object") {
        throw sourceState.error;
      } else {
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
  } finally {
    isStopped = true;
    signal.removeEventListener("abort", advance);
    // A source that is asked for its next may never answer; it is told all the same.
    const told = (async () => source.return?.())();
    if (sourceState === "idle") await told;
    else told.catch(() => undefined);
  }
}
