import { describe } from "../config/describe.ts";
import { providerFor } from "../providers/index.ts";
import type { ModelConfig } from "../config/index.ts";
import { UsageError } from "../errors.ts";

/** Who makes vectors: a provider and its name of the model. */
export interface VectorSource {
  readonly provider: string;
  readonly model: string;
}

/**
 * What the vectors of a collection were made with, kept beside them. Its first four members are those that OpenViking
 * keeps, so that its collections can be told from what they say.
 */
export interface EmbeddingSignature extends VectorSource {
  readonly dimension: number;
  /** What tells one model of that name from another; the name itself, unless someone knows better. */
  readonly model_identity: string;
  /** What is embedded, where the configuration says it. */
  readonly input?: "text" | "multimodal";
  /** Further sources of the same space, sorted: credentials whose provider or upstream model is another. */
  readonly others?: readonly VectorSource[];
}

/**
 * The signature of a model's vectors: the first credential's, and what the further ones add. The order of the further
 * ones does not matter, nor how often a source occurs.
 *
 * @param model - A checked configuration, as `(await loadConfig(path)).models.embed`.
 * @throws UsageError for a model that makes no dense vectors.
 */
export function embeddingSignature(model: ModelConfig): EmbeddingSignature {
  if (!isChecked(model)) {
    throw new UsageError({ path: "model", found: describe(model), wanted: "a model of what loadConfig returned" });
  }
  const dimension = model.dimension ?? model.credentials[0]?.dimension;
  const [first, ...further] = distinct(model.credentials.map((credential) => sourceOf(credential, model)));
  if (model.kind !== "embedding" || dimension === undefined || first === undefined) {
    throw new UsageError({ path: "model", found: `kind ${model.kind}`, wanted: "an embedding model with a dimension" });
  }
  return {
    ...first,
    dimension,
    model_identity: first.model,
    ...(model.input !== undefined && { input: model.input }),
    ...(further.length > 0 && { others: further.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1)) }),
  };
}

/** As JavaScript asks for a model whose name is not right: `config.models.embd` is nothing. */
function isChecked(model: ModelConfig | undefined): boolean {
  return Array.isArray(model?.credentials);
}

/** Whether two sources are one. */
export function keyOf({ provider, model }: VectorSource): string {
  return JSON.stringify([canonical(provider), model]);
}

function sourceOf(credential: ModelConfig["credentials"][number], model: ModelConfig): VectorSource {
  return { provider: canonical(credential.provider), model: credential.model ?? model.model ?? "" };
}

/** A server of one's own that speaks OpenAI's dialect is `custom` to us and `openai` to those who signed before. */
function canonical(provider: string): string {
  const plain = provider.trim().toLowerCase();
  const name = providerFor(plain)?.name ?? plain;
  return name === "custom" ? "openai" : name;
}

function distinct(sources: readonly VectorSource[]): readonly VectorSource[] {
  return [...new Map(sources.map((source) => [keyOf(source), source])).values()];
}
