/**
 * A queue worker for embeddings: takes jobs in batches, and says of each in the end that it is stored or set aside.
 *
 * What stands for it in your system: a table or a queue that hands out jobs, and takes them back for later.
 */
import type { CircuitBreaker } from "keyswitch";

/** One text that waits for its vector. */
export interface Job {
  readonly id: string;
  readonly text: string;
  /** How often it was tried in vain. */
  readonly attempts: number;
}

/** What the worker works with. */
export interface WorkerParts {
  readonly embed: (texts: readonly string[]) => Promise<readonly Float32Array[]>;
  /** Around the whole model: its own credentials fail over below, so that it opens only when none of them serves. */
  readonly breaker: Pick<CircuitBreaker, "run">;
  readonly store: (job: Job, vector: Float32Array) => void | Promise<void>;
  /** Told of a job that no further attempt would help. */
  readonly setAside: (job: Job, reason: string) => void | Promise<void>;
  readonly pause: (durationMs: number) => Promise<void>;
  readonly batchSize: number;
  /** How often a job is tried before it is set aside: what fails in unknown ways must not come back for ever. */
  readonly mostAttempts: number;
  /** The pause where nobody states one. */
  readonly defaultPauseMs: number;
}

/** Works until the queue is empty. */
export async function drain(queue: Job[], parts: WorkerParts): Promise<void> {
  while (queue.length > 0) await embedBatch(queue.splice(0, parts.batchSize), queue, parts);
}

async function embedBatch(jobs: readonly Job[], queue: Job[], parts: WorkerParts): Promise<void> {
  const texts = jobs.map(({ text }) => text);
  let vectors: readonly Float32Array[];
  try {
    vectors = await parts.breaker.run(() => parts.embed(texts));
  } catch (error) {
    await handleFailure(error, jobs, queue, parts);
    return;
  }
  for (const [index, job] of jobs.entries()) await parts.store(job, vectors[index] as Float32Array);
}

/** The fields of keyswitch's errors that a worker goes by; their codes are stable. */
interface KnownFailure {
  readonly code?: unknown;
  readonly class?: unknown;
  readonly retryAfterMs?: unknown;
}

async function handleFailure(error: unknown, jobs: readonly Job[], queue: Job[], parts: WorkerParts): Promise<void> {
  const failure = (typeof error === "object" && error !== null ? error : {}) as KnownFailure;
  if (failure.code === "KS_ERR_INPUT_REFUSED") return findRefused(String(failure.class), jobs, queue, parts);
  if (failure.code === "KS_ERR_CIRCUIT_OPEN") {
    // Nothing was sent: no job has lost an attempt.
    queue.unshift(...jobs);
  } else {
    await putBack(jobs, queue, parts);
  }
  await parts.pause(pauseMs(failure, parts));
}

/** Permanent, too large or unsafe: trying again is of no use. Which text it is shows when the batch is halved. */
async function findRefused(reason: string, jobs: readonly Job[], queue: Job[], parts: WorkerParts): Promise<void> {
  const [first, ...others] = jobs;
  if (first === undefined) return;
  if (others.length === 0) return parts.setAside(first, reason);
  const middle = Math.ceil(jobs.length / 2);
  await embedBatch(jobs.slice(0, middle), queue, parts);
  await embedBatch(jobs.slice(middle), queue, parts);
}

async function putBack(jobs: readonly Job[], queue: Job[], { mostAttempts, setAside }: WorkerParts): Promise<void> {
  for (const job of jobs) {
    const tried = { ...job, attempts: job.attempts + 1 };
    if (tried.attempts < mostAttempts) queue.push(tried);
    else await setAside(tried, `${tried.attempts} attempts in vain`);
  }
}

/** As long as the breaker or the model says; both may say 0, when somebody else is trying right now. */
function pauseMs({ retryAfterMs }: KnownFailure, { defaultPauseMs }: WorkerParts): number {
  return typeof retryAfterMs === "number" && retryAfterMs > 0 ? retryAfterMs : defaultPauseMs;
}
