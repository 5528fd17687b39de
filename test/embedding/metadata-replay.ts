import { isDeepStrictEqual } from "node:util";
import { normaliseOpenViking, parseConfig } from "../../src/config/index.ts";
import { compareSignatures, embeddingSignature } from "../../src/embedding/index.ts";
import type { EmbeddingSignature, SignatureVerdict } from "../../src/embedding/index.ts";

interface Signature {
  readonly provider?: string;
  readonly model?: string;
  readonly dimension?: number | string | null;
  readonly model_identity?: string;
}

export interface MetadataRow {
  readonly id: string;
  readonly config_dense: object;
  readonly current_signature: Signature;
  readonly allow_metadata_override: boolean;
  readonly collection_exists: boolean;
  readonly metadata_readable: boolean;
  readonly existing_signature: Signature | "malformed" | "not_an_object" | null;
  readonly vector_count: number;
  readonly storage_can_update: boolean;
  readonly storage_can_count: boolean;
  readonly expected_head: string;
}

/** What a row comes to with us; the two words that are not ours are the store's, which knows them without a signature. */
export function decide(row: MetadataRow): string {
  if (!row.collection_exists) return "created";
  if (!row.metadata_readable) return "metadata_unreadable";
  return verdictOn(row).action;
}

export function verdictOn(row: MetadataRow): SignatureVerdict {
  return compareSignatures(storedIn(row), signatureOf(row), {
    allowMetadataOverride: row.allow_metadata_override,
    vectorCount: row.storage_can_count ? row.vector_count : undefined,
    canWrite: row.storage_can_update,
  });
}

export function signatureOf({ config_dense }: Pick<MetadataRow, "config_dense">): EmbeddingSignature {
  return signatureFor({ dense: config_dense });
}

export function signatureFor(embedding: object): EmbeddingSignature {
  const { config } = normaliseOpenViking({ embedding }, { interchangeable: true });
  const [model] = Object.values(parseConfig(config, { env: {} }).models);
  if (model === undefined) throw new Error("there is no embedding model");
  return embeddingSignature(model);
}

function storedIn({ existing_signature: stored }: MetadataRow): unknown {
  if (stored === "malformed") return '{"provider": "openai", ';
  return stored === "not_an_object" ? ["openai"] : stored;
}

interface Departure {
  readonly name: string;
  readonly applies: (row: MetadataRow) => boolean;
  readonly becomes: string;
}

const stored = ({ existing_signature }: MetadataRow): Signature =>
  typeof existing_signature === "object" && existing_signature !== null ? existing_signature : {};
const hasNone = ({ existing_signature }: MetadataRow): boolean =>
  existing_signature === null || typeof existing_signature === "string";
const isFull = ({ vector_count, storage_can_count }: MetadataRow): boolean => vector_count > 0 || !storage_can_count;
const folded = (signature: Signature): Signature =>
  ({
    provider: signature.provider?.toLowerCase(),
    model: signature.model,
    dimension: Number(signature.dimension),
    model_identity: signature.model_identity,
  }) as Signature;

/** In this order: the first that applies decides. */
const signatureDepartures: readonly Departure[] = [
  {
    name: "vectors of unknown origin ask for the override (W44)",
    applies: (row) =>
      row.collection_exists && row.metadata_readable && hasNone(row) && isFull(row) && !row.allow_metadata_override,
    becomes: "rebuild_required",
  },
  {
    name: "an empty collection of another length is made anew (W46)",
    applies: (row) =>
      !isFull(row) &&
      typeof stored(row).dimension === "number" &&
      stored(row).dimension !== row.current_signature.dimension,
    becomes: "rebuild_required",
  },
  {
    name: "what cannot be counted is not empty (W46)",
    applies: (row) =>
      !row.storage_can_count &&
      (!row.allow_metadata_override || stored(row).dimension !== row.current_signature.dimension),
    becomes: "rebuild_required",
  },
  {
    name: "an unknown length is not an unchanged one (W47)",
    applies: (row) =>
      isFull(row) && row.allow_metadata_override && !hasNone(row) && (stored(row).dimension ?? null) === null,
    becomes: "rebuild_required",
  },
  {
    name: "the case of a provider and the type of a length do not matter (W47)",
    applies: (row) =>
      !isDeepStrictEqual(stored(row), row.current_signature) &&
      isDeepStrictEqual(folded(stored(row)), folded(row.current_signature)),
    becomes: "reuse",
  },
  {
    name: "all credentials sign, in any order (W48)",
    applies: (row) => {
      const { others = [], model } = signatureOf(row);
      return others.length > 0 && [model, ...others.map((other) => other.model)].includes(stored(row).model ?? "");
    },
    becomes: "rewrite",
  },
];

/** The departure that predicts our answer; "agrees" where there is no difference; undefined where nothing does. */
export function explain(row: MetadataRow): string | undefined {
  const ours = decide(row);
  const departure = signatureDepartures.find(({ applies }) => applies(row));
  if (departure === undefined || departure.becomes === row.expected_head)
    return ours === row.expected_head ? "agrees" : undefined;
  return ours === departure.becomes ? departure.name : undefined;
}
