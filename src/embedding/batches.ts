import type { EmbeddingUpstream } from "./upstreams.ts";
import { addressIn, bytesOf, type EmbedInput, hasRepeats, isInline, type WireInput, wireInput } from "./input.ts";

/** Inputs that go to an upstream together. */
export interface Batch {
  /** How many inputs came before. */
  readonly from: number;
  readonly inputs: readonly WireInput[];
}

/** The most that a batch may hold. */
export interface BatchLimits {
  readonly inputs: number;
  readonly bytes: number;
  /** Whether inputs with several parts of one kind go alone. */
  readonly repeatsAlone: boolean;
  /** Whether images and videos that travel along are kept apart from addresses. */
  readonly oneForm: boolean;
}

/** What every upstream that may get a batch can take, and the configuration wants. */
export function batchLimits(upstreams: Iterable<EmbeddingUpstream>, batchSize: number): BatchLimits {
  const routes = [...upstreams].map(({ route }) => route);
  const most = routes.map((route) => route.most ?? {});
  return {
    inputs: Math.min(batchSize, ...most.map(({ inputs }) => inputs ?? batchSize)),
    bytes: Math.min(...most.map(({ tokens }) => tokens ?? Number.POSITIVE_INFINITY)),
    repeatsAlone: routes.some(({ fused }) => fused?.repeatsAlone === true),
    oneForm: most.some(({ oneForm }) => oneForm === true),
  };
}

/** Packs inputs as they come. One that is larger than a batch may be goes alone: whether it is too large, its upstream tells. */
export async function* batchesOf(
  inputs: AsyncIterable<EmbedInput> | Iterable<EmbedInput>,
  limits: BatchLimits,
): AsyncGenerator<Batch, void, undefined> {
  let packed: WireInput[] = [];
  let packedBytes = 0;
  let packedForm: Form | undefined;
  let from = 0;
  const taken = (): Batch => {
    const batch = { from, inputs: packed };
    from += packed.length;
    [packed, packedBytes, packedForm] = [[], 0, undefined];
    return batch;
  };
  for await (const input of inputs) {
    const wire = wireInput(input, from + packed.length);
    const bytes = bytesOf(wire);
    const form = limits.oneForm ? formOf(wire) : undefined;
    const isAlone = limits.repeatsAlone && hasRepeats(wire);
    const isLike = form === undefined || packedForm === undefined || form === packedForm;
    if (packed.length > 0 && (isAlone || !isLike || packedBytes + bytes > limits.bytes)) yield taken();
    packed.push(wire);
    packedBytes += bytes;
    packedForm ??= form;
    if (isAlone || packed.length === limits.inputs) yield taken();
  }
  if (packed.length > 0) yield taken();
}

/** How images and videos travel: along, or as an address to fetch them from. */
type Form = "inline" | "remote";

/** How those of an input do; `undefined` where it has none. */
function formOf(input: WireInput): Form | undefined {
  const [address] = input.flatMap((part) => addressIn(part) ?? []);
  if (address === undefined) return undefined;
  return isInline(address) ? "inline" : "remote";
}
