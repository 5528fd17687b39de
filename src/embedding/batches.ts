import type { EmbeddingUpstream } from "./upstreams.ts";
import { bytesOf, type EmbedInput, type WireInput, wireInput } from "./input.ts";

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
}

/** What every upstream that may get a batch can take, and the configuration wants. */
export function batchLimits(upstreams: Iterable<EmbeddingUpstream>, batchSize: number): BatchLimits {
  const most = [...upstreams].map(({ route }) => route.most ?? {});
  return {
    inputs: Math.min(batchSize, ...most.map(({ inputs }) => inputs ?? batchSize)),
    bytes: Math.min(...most.map(({ tokens }) => tokens ?? Number.POSITIVE_INFINITY)),
  };
}

/** Packs inputs as they come. One that is larger than a batch may be goes alone: whether it is too large, its upstream tells. */
export async function* batchesOf(
  inputs: AsyncIterable<EmbedInput> | Iterable<EmbedInput>,
  limits: BatchLimits,
): AsyncGenerator<Batch, void, undefined> {
  let packed: WireInput[] = [];
  let packedBytes = 0;
  let from = 0;
  for await (const input of inputs) {
    const wire = wireInput(input, from + packed.length);
    const bytes = bytesOf(wire);
    if (packed.length > 0 && packedBytes + bytes > limits.bytes) {
      yield { from, inputs: packed };
      from += packed.length;
      [packed, packedBytes] = [[], 0];
    }
    packed.push(wire);
    packedBytes += bytes;
    if (packed.length === limits.inputs) {
      yield { from, inputs: packed };
      from += packed.length;
      [packed, packedBytes] = [[], 0];
    }
  }
  if (packed.length > 0) yield { from, inputs: packed };
}
