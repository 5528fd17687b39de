import { keyOf } from "./signature.ts";
import type { EmbeddingSignature, VectorSource } from "./signature.ts";

/** What is known of a collection and allowed to be done with it. */
export interface CompareOptions {
  /**
   * Whether vectors may be kept whose origin differs from the configuration, or is not known, as long as their length is
   * the same: the model's `allow_metadata_override`.
   * @default false
   */
  readonly allowMetadataOverride?: boolean;
  /**
   * How many vectors the collection holds. Left out: it cannot be counted, and counts as full.
   */
  readonly vectorCount?: number | undefined;
  /**
   * Whether a signature can be written beside the vectors.
   * @default true
   */
  readonly canWrite?: boolean;
}

/** Why a collection is used or not; stable words, for programs. */
export type SignatureReason =
  | "same"
  | "more_sources"
  | "no_signature"
  | "empty_collection"
  | "override"
  | "unknown_origin"
  | "dimension_changed"
  | "dimension_unknown"
  | "input_changed"
  | "model_changed";

/** What to do with a collection. */
export interface SignatureVerdict {
  /**
   * - `reuse`: its vectors can be used; nothing is to be written.
   * - `rewrite`: they can be used once {@link write} has replaced what is stored.
   * - `rebuild_required`: they cannot. The collection has to be made anew, with fields of the new length.
   */
  readonly action: "reuse" | "rewrite" | "rebuild_required";
  readonly reason: SignatureReason;
  /** The reason for people, and what to do. */
  readonly message: string;
  /** What is to stand in the place of the stored signature, whole: what could not be read is not kept beside it. */
  readonly write?: EmbeddingSignature;
}

/**
 * Says whether stored vectors may be used with the present configuration (S42).
 *
 * @param stored - The signature that was found beside the vectors, or its JSON text; anything that is none counts as
 * missing.
 * @param current - What {@link embeddingSignature} says of the configuration.
 */
export function compareSignatures(
  stored: unknown,
  current: EmbeddingSignature,
  options: CompareOptions = {},
): SignatureVerdict {
  const { allowMetadataOverride = false, vectorCount, canWrite = true } = options;
  const isEmpty = vectorCount === 0;
  const found = read(stored);
  const usable = (reason: SignatureReason): SignatureVerdict =>
    canWrite ? verdict("rewrite", reason, current) : verdict("reuse", reason);

  if (found === undefined) {
    return isEmpty || allowMetadataOverride ? usable("no_signature") : verdict("rebuild_required", "unknown_origin");
  }
  const difference = differenceBetween(found, current);
  if (difference === "same") return verdict("reuse", "same");
  if (difference === "more_sources") return usable(difference);
  // An empty collection still has a field of the old length.
  if (difference === "dimension_changed") return verdict("rebuild_required", difference);
  if (isEmpty && canWrite) return verdict("rewrite", "empty_collection", current);
  if (difference === "dimension_unknown") return verdict("rebuild_required", difference);
  if (allowMetadataOverride && canWrite) return verdict("rewrite", "override", current);
  return verdict("rebuild_required", difference);
}

const messages: Readonly<Record<SignatureReason, string>> = {
  same: "The stored vectors are of this configuration.",
  more_sources: "The stored vectors are of one of this configuration's credentials; the others are of the same space.",
  no_signature: "The collection says nothing of its vectors; from now on it names this configuration.",
  empty_collection: "The collection is empty: from now on it is this configuration's.",
  override: "The stored vectors are of another provider or model, and are kept since allow_metadata_override is on.",
  unknown_origin:
    "Nothing tells what the stored vectors were made with. Embed them anew, or set allow_metadata_override if you know them to be of this model.",
  dimension_changed: "The vectors have another length now. Make the collection anew and embed everything again.",
  dimension_unknown:
    "Nothing tells how long the stored vectors are. Make the collection anew and embed everything again.",
  input_changed:
    "The stored vectors were made of another kind of input. Embed them anew, or set allow_metadata_override if you know that they compare.",
  model_changed:
    "The stored vectors are of another provider or model. Embed them anew, or set allow_metadata_override if you know it to be the same model under another name.",
};

function verdict(
  action: SignatureVerdict["action"],
  reason: SignatureReason,
  write?: EmbeddingSignature,
): SignatureVerdict {
  return { action, reason, message: messages[reason], ...(write !== undefined && { write }) };
}

/** What stands beside vectors, as far as it can be understood. */
interface StoredSignature {
  readonly sources: ReadonlySet<string>;
  readonly dimension: number | undefined;
  readonly identity: string | undefined;
  readonly input: string | undefined;
}

type Difference =
  | "same"
  | "more_sources"
  | "dimension_changed"
  | "dimension_unknown"
  | "input_changed"
  | "model_changed";

function differenceBetween(stored: StoredSignature, current: EmbeddingSignature): Difference {
  if (stored.dimension !== undefined && stored.dimension !== current.dimension) return "dimension_changed";
  if (stored.dimension === undefined) return "dimension_unknown";
  const sources = new Set([current, ...(current.others ?? [])].map(keyOf));
  const isOfIdentity = [current.model_identity, ...(current.others ?? []).map(({ model }) => model)].includes(
    stored.identity ?? "",
  );
  const isKnown = isWithin(stored.sources, sources) || isWithin(sources, stored.sources);
  if (stored.sources.size === 0 || !isKnown || !isOfIdentity) return "model_changed";
  if (stored.input !== undefined && current.input !== undefined && stored.input !== current.input)
    return "input_changed";
  return isWithin(sources, stored.sources) ? "same" : "more_sources";
}

function isWithin(part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  return [...part].every((key) => whole.has(key));
}

function read(stored: unknown): StoredSignature | undefined {
  const value = typeof stored === "string" ? parsed(stored) : stored;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const members = value as Readonly<Record<string, unknown>>;
  const others = Array.isArray(members["others"]) ? members["others"] : [];
  return {
    sources: new Set([members, ...others].flatMap(sourceIn).map(keyOf)),
    dimension: wholeNumber(members["dimension"]),
    identity: text(members["model_identity"]),
    input: text(members["input"]),
  };
}

function sourceIn(value: unknown): readonly VectorSource[] {
  const { provider, model } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof provider === "string" && typeof model === "string" ? [{ provider, model }] : [];
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

/** Some stores keep numbers as texts. */
function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
