/** What a text becomes. */
export type VectorKind = "dense" | "sparse" | "hybrid";

/** Weights by term: a token, or its number in the model's vocabulary. */
export type SparseVector = ReadonlyMap<string, number>;

/** Both vectors of one input. */
export interface HybridVector {
  readonly dense: Float32Array;
  readonly sparse: SparseVector;
}

/** The vector of one input, by the kind of the model's `vectors`. */
export type Embedding<Kind extends VectorKind = "dense"> = {
  readonly dense: Float32Array;
  readonly sparse: SparseVector;
  readonly hybrid: HybridVector;
}[Kind];

/** Vectors as an answer has them, for each input in order. */
export interface RawVector {
  readonly dense?: unknown;
  readonly sparse?: unknown;
}

/** A dense vector, from numbers or from base64 of 32-bit floats; `undefined` for what is none. */
export function denseVector(raw: unknown): Float32Array | undefined {
  if (typeof raw === "string") return fromBase64(raw);
  return Array.isArray(raw) ? fromNumbers(raw) : undefined;
}

/** Memory of its own for each vector, or one of them would keep a whole answer alive. Floats travel in the order of bytes that all of Node's usual machines have. */
function fromBase64(text: string): Float32Array | undefined {
  const byteCount = Buffer.byteLength(text, "base64");
  if (byteCount === 0 || byteCount % Float32Array.BYTES_PER_ELEMENT !== 0) return undefined;
  const bytes = Buffer.allocUnsafeSlow(byteCount);
  if (bytes.write(text, "base64") !== byteCount) return undefined;
  const vector = new Float32Array(bytes.buffer);
  return isFinite(vector) ? vector : undefined;
}

function fromNumbers(numbers: readonly unknown[]): Float32Array | undefined {
  const vector = new Float32Array(numbers.length);
  for (let at = 0; at < numbers.length; at += 1) {
    const number = numbers[at];
    if (typeof number !== "number") return undefined;
    vector[at] = number;
  }
  return vector.length > 0 && isFinite(vector) ? vector : undefined;
}

/** A loop, since calling a function for each number takes longer than all else that is done with a vector. */
function isFinite(vector: Float32Array): boolean {
  for (let at = 0; at < vector.length; at += 1) if (!Number.isFinite(vector[at])) return false;
  return true;
}

/** A sparse vector, from an object of weights or a list of pairs; `undefined` for what is none. */
export function sparseVector(raw: unknown): SparseVector | undefined {
  if (typeof raw !== "object" || raw === null) return undefined;
  const pairs = Array.isArray(raw) ? raw.map(pairOf) : Object.entries(raw);
  const isWhole = pairs.every(([term, weight]) => term !== undefined && typeof weight === "number");
  return isWhole ? new Map(pairs.map(([term, weight]) => [String(term), Number(weight)])) : undefined;
}

function pairOf(item: unknown): readonly [unknown, unknown] {
  const { index, token, value } = (item ?? {}) as Readonly<Record<string, unknown>>;
  return [index ?? token, value];
}
