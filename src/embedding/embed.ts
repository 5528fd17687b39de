import type { Dispatcher } from "undici";
import { type Duration, isRequestLevel, parseDuration } from "../../machines/index.ts";
import type { Credential, RuntimeModel } from "../config/runtime.ts";
import { callModel } from "../engine/call-model.ts";
import { failureOf } from "../engine/failure-report.ts";
import type { CallLimits, ModelEngine } from "../engine/model-engine.ts";
import {
  DeadlineExceededError,
  InputRefusedError,
  NoCredentialError,
  UsageError,
  VectorSpaceChangedError,
} from "../errors.ts";
import { type Batch, batchesOf, type BatchLimits, batchLimits } from "./batches.ts";
import { askForVectors } from "./exchange.ts";
import { inOrder } from "./in-order.ts";
import { type EmbedInput, type InputNeeds, type MediaNeeds, needsOf } from "./input.ts";
import { canTake, type EmbeddingUpstream, embeddingUpstreams } from "./upstreams.ts";
import type { Embedding, VectorKind } from "./vectors.ts";

/** How far an embedding has come. */
export interface EmbedProgress {
  /** How many inputs have their vectors, all before them too. */
  readonly embedded: number;
  /** How many inputs there are; undefined where they come one after another. */
  readonly total: number | undefined;
}

/** What a caller may say of one embedding. */
export interface EmbedOptions<Kind extends VectorKind = "dense"> {
  /**
   * Whether the inputs are queries, which some models embed otherwise than documents: the model's `query_param` is sent
   * instead of its `document_param`.
   * @default false
   */
  readonly query?: boolean | undefined;
  /** What the model makes; another kind than its configuration's `vectors` is refused. @default dense */
  readonly vectors?: Kind | undefined;
  /** Aborts it in every state; what is in flight is cut off (S26). @default none */
  readonly signal?: AbortSignal | undefined;
  /**
   * Time allowed for all inputs together: seconds, or a text like `"30s"`. The model's own `deadline` holds for each
   * batch besides (S26).
   * @default none
   */
  readonly deadline?: Duration | undefined;
  /** Batches that are under way at a time, 1 to 1000. @default 4 */
  readonly concurrency?: number | undefined;
  /** What the inputs need; credentials that are known to lack it are passed over. Images need `vision` by themselves, videos `video` (S27). @default nothing */
  readonly capabilities?: readonly string[] | undefined;
  /** Told after each batch, in order. */
  readonly onProgress?: ((progress: EmbedProgress) => void) | undefined;
}

/**
 * Embeds inputs in batches: each is retried and failed over by itself, and handed on in order.
 *
 * One input gives its vector, a list gives a list, and an async iterable gives another, which reads ahead no further than
 * a few batches, so that a million inputs need no more memory than these.
 *
 * @throws InputRefusedError where no credential would take a batch (S23); {@link AllCredentialsFailedError} (S24), with a
 * {@link VectorMismatchError} among its originals where vectors do not fit (S41); {@link VectorSpaceChangedError} (S42);
 * {@link NoCredentialError} where none can take images or videos, or makes such vectors (S27); {@link DeadlineExceededError}; the
 * signal's reason; {@link UsageError}; {@link ClosedError}. An async iterable hands on what was embedded before.
 */
export interface Embed {
  <Kind extends VectorKind = "dense">(
    inputs: AsyncIterable<EmbedInput>,
    options?: EmbedOptions<Kind>,
  ): AsyncGenerator<Embedding<Kind>, void, undefined>;
  <Kind extends VectorKind = "dense">(
    inputs: readonly EmbedInput[],
    options?: EmbedOptions<Kind>,
  ): Promise<Embedding<Kind>[]>;
  <Kind extends VectorKind = "dense">(input: EmbedInput, options?: EmbedOptions<Kind>): Promise<Embedding<Kind>>;
}

/** A model under one configuration, as far as embedding needs it. */
export interface EmbeddingGround {
  readonly runtime: RuntimeModel;
  readonly engine: ModelEngine<Credential>;
  readonly dispatcher: Dispatcher;
}

/**
 * Makes a model's `embed`.
 *
 * @param present - What a batch runs on that begins now: a model may be reconfigured while its inputs are embedded.
 */
export function createEmbed(present: () => EmbeddingGround): Embed {
  const planOf = createPlanner();
  const begin = (options: EmbedOptions<VectorKind>, total: number | undefined): EmbedRun => {
    const first = planOf(present());
    refuseOtherVectors(first.ground.runtime, options);
    return { first, present: () => planOf(present()), options, total, deadline: deadlineOf(options) };
  };
  const embed = (
    input: AsyncIterable<EmbedInput> | readonly EmbedInput[] | EmbedInput,
    options: EmbedOptions<VectorKind> = {},
  ): unknown => {
    if (isAsyncIterable(input)) return embedEach(() => begin(options, undefined), input);
    return Array.isArray(input)
      ? embedAll(() => begin(options, input.length), input)
      : embedOne(() => begin(options, 1), input as EmbedInput);
  };
  return embed as Embed;
}

function isAsyncIterable(input: unknown): input is AsyncIterable<EmbedInput> {
  return typeof input === "object" && input !== null && Symbol.asyncIterator in input;
}

async function embedOne(begin: () => EmbedRun, input: EmbedInput): Promise<Embedding<VectorKind>> {
  const [vector] = await embedAll(begin, [input]);
  return vector as Embedding<VectorKind>;
}

async function embedAll(begin: () => EmbedRun, inputs: readonly EmbedInput[]): Promise<Embedding<VectorKind>[]> {
  const vectors: Embedding<VectorKind>[] = [];
  for await (const batch of embedBatches(begin(), inputs)) vectors.push(...batch);
  return vectors;
}

async function* embedEach(
  begin: () => EmbedRun,
  inputs: AsyncIterable<EmbedInput>,
): AsyncGenerator<Embedding<VectorKind>, void, undefined> {
  for await (const batch of embedBatches(begin(), inputs)) for (const vector of batch) yield vector;
}

/** One embedding of many inputs. */
interface EmbedRun {
  /** What it began on: vectors of later batches must be of the same space. */
  readonly first: Plan;
  readonly present: () => Plan;
  readonly options: EmbedOptions<VectorKind>;
  readonly total: number | undefined;
  readonly deadline: Deadline | undefined;
}

async function* embedBatches(
  run: EmbedRun,
  inputs: AsyncIterable<EmbedInput> | readonly EmbedInput[],
): AsyncGenerator<readonly Embedding<VectorKind>[], void, undefined> {
  const { first, options, total } = run;
  const { onProgress } = options;
  const ended = new AbortController();
  const signal = options.signal === undefined ? ended.signal : AbortSignal.any([options.signal, ended.signal]);
  const mostRunning = concurrencyOf(options);
  let embedded = 0;
  try {
    const embedNext = (batch: Batch): Promise<readonly Embedding<VectorKind>[]> => embedBatch(run, batch, signal);
    for await (const vectors of inOrder(batchesOf(inputs, first.limits), embedNext, { mostRunning, signal })) {
      embedded += vectors.length;
      onProgress?.({ embedded, total });
      yield vectors;
    }
  } finally {
    ended.abort(new DOMException("The embedding has ended", "AbortError"));
  }
}

/** One batch is one call of the model's, with its own retries and failover. */
async function embedBatch(
  run: EmbedRun,
  { from, inputs }: Batch,
  signal: AbortSignal,
): Promise<readonly Embedding<VectorKind>[]> {
  const { first, options } = run;
  const { ground, upstreams } = run.present();
  const { engine, runtime, dispatcher } = ground;
  if (ground !== first.ground && !isSameSpace(first.ground.runtime, runtime)) {
    throw new VectorSpaceChangedError({ model: runtime.id, embedded: from });
  }
  const { embedding } = runtime;
  if (embedding === undefined) throw new VectorSpaceChangedError({ model: runtime.id, embedded: from });
  const request = { inputs, embedding, purpose: options.query === true ? "query" : "document" } as const;
  const limits = { signal, ...routing(upstreams, needsOf(inputs), runtime, options), ...timeOf(run, runtime) };
  try {
    return await callModel(
      engine,
      (context, attemptSignal) => {
        const upstream = upstreams.get(context.credential.id) as EmbeddingUpstream;
        return askForVectors(dispatcher, upstream, request, context, attemptSignal);
      },
      limits,
    );
  } catch (error) {
    throw refusalOf(error, from, inputs.length) ?? overtimeOf(error, run, runtime) ?? error;
  }
}

/** What the configuration of a model comes to, for embedding. */
interface Plan {
  readonly ground: EmbeddingGround;
  readonly upstreams: ReadonlyMap<string, EmbeddingUpstream>;
  readonly limits: BatchLimits;
}

/** Works a configuration out once. */
function createPlanner(): (ground: EmbeddingGround) => Plan {
  let latest: Plan | undefined;
  return (ground) => {
    if (latest?.ground === ground) return latest;
    const upstreams = embeddingUpstreams(ground.runtime);
    const limits = batchLimits(upstreams.values(), ground.runtime.embedding?.batchSize ?? 1);
    latest = { ground, upstreams, limits };
    return latest;
  };
}

function refuseOtherVectors(
  { id, kind, embedding }: RuntimeModel,
  { vectors = "dense" }: EmbedOptions<VectorKind>,
): void {
  if (embedding === undefined) {
    throw new UsageError({ path: `models.${id}.kind`, found: kind, wanted: "embedding for a model that embeds" });
  }
  if (vectors === embedding.vectors) return;
  throw new UsageError({
    path: "vectors",
    found: vectors,
    wanted: `${embedding.vectors}, which is what the vectors of model "${id}" are`,
  });
}

function concurrencyOf({ concurrency = 4 }: EmbedOptions<VectorKind>): number {
  if (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 1000) return concurrency;
  throw new UsageError({ path: "concurrency", found: String(concurrency), wanted: "a whole number from 1 to 1000" });
}

/**
 * Which credentials may take a batch (S27).
 *
 * @throws NoCredentialError where none can, whatever their state.
 */
function routing(
  upstreams: ReadonlyMap<string, EmbeddingUpstream>,
  needs: InputNeeds,
  { id, credentials, embedding }: RuntimeModel,
  { capabilities = [] }: EmbedOptions<VectorKind>,
): Pick<CallLimits, "capabilities" | "only"> {
  const wanted = [...new Set([...capabilities, ...capabilitiesOf(needs)])];
  const able = [...upstreams.values()].filter((upstream) => canTake(upstream, needs));
  if (able.length === credentials.length) return { capabilities: wanted };
  if (able.length > 0) return { capabilities: wanted, only: able.map(({ credential }) => credential.id) };
  const lacking = [...wanted, `${embedding?.vectors} embeddings`, ...partsOf(needs)];
  throw new NoCredentialError({ model: id, capabilities: lacking });
}

function capabilitiesOf({ images, videos }: InputNeeds): readonly string[] {
  const isAny = ({ remote, inline }: MediaNeeds): boolean => remote || inline;
  return [...(isAny(images) ? ["vision"] : []), ...(isAny(videos) ? ["video"] : [])];
}

function partsOf({ fusion, repeats }: InputNeeds): readonly string[] {
  if (repeats) return ["inputs of several parts of one kind"];
  return fusion ? ["inputs of several parts"] : [];
}

/** Whether vectors that were made under one configuration compare with those that are made under another (S42). */
function isSameSpace(before: RuntimeModel, after: RuntimeModel): boolean {
  const [one, other] = [before.embedding, after.embedding];
  if (one?.vectors !== other?.vectors || one?.dimension !== other?.dimension || one?.input !== other?.input)
    return false;
  const [known, named] = [modelsOf(before), modelsOf(after)];
  return isWithin(known, named) || isWithin(named, known);
}

function modelsOf({ credentials }: RuntimeModel): ReadonlySet<string> {
  return new Set(credentials.map(({ model }) => model));
}

function isWithin(part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  return [...part].every((name) => whole.has(name));
}

/** The refusal of a batch, where that is what a call ended with. */
function refusalOf(error: unknown, from: number, count: number): InputRefusedError | undefined {
  const report = failureOf(error);
  if (report === undefined || !isRequestLevel(report.class)) return undefined;
  const { model, credential, rule } = report;
  return new InputRefusedError({ model, credential, class: report.class, rule, from, count, cause: error });
}

/** The time that all batches have together. */
interface Deadline {
  readonly at: number;
  readonly durationMs: number;
}

function deadlineOf({ deadline }: EmbedOptions<VectorKind>): Deadline | undefined {
  if (deadline === undefined) return undefined;
  const durationMs = parseDuration(deadline);
  if (durationMs !== undefined) return { at: performance.now() + durationMs, durationMs };
  throw new UsageError({ path: "deadline", found: JSON.stringify(deadline), wanted: 'seconds, or a text like "30s"' });
}

/** What is left of the time for one batch; the model's own deadline holds where it is shorter. */
function timeOf({ deadline }: EmbedRun, { deadlineMs: ownMs }: RuntimeModel): Pick<CallLimits, "deadlineMs"> {
  if (deadline === undefined) return {};
  return { deadlineMs: Math.min(Math.max(0, deadline.at - performance.now()), ownMs ?? Number.POSITIVE_INFINITY) };
}

/** The deadline of all batches, where that is what cut a call off. */
function overtimeOf(
  error: unknown,
  { deadline }: EmbedRun,
  { id, deadlineMs: ownMs }: RuntimeModel,
): DeadlineExceededError | undefined {
  if (deadline === undefined || !(error instanceof DeadlineExceededError) || error.deadlineMs === ownMs)
    return undefined;
  return new DeadlineExceededError({ model: id, deadlineMs: deadline.durationMs, attempts: error.attempts });
}
