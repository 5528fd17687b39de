import type { EmbeddingModelV4, EmbeddingModelV4Result } from "@ai-sdk/provider";
import type { Credential } from "../config/index.ts";
import { UsageError, VectorMismatchError } from "../errors.ts";
import type { ModelGeneration } from "../model-generation.ts";
import type { LiveModel, Model } from "../model.ts";
import { liveModelOfKind, ofFourthSpecification } from "./check-model.ts";
import { conclusively } from "./conclusive.ts";
import { factsOfEach, oncePerKey } from "./once-per-key.ts";
import { signed } from "./served-by.ts";

const path = "failoverEmbeddingModel";

type EmbeddingModelOf = (credential: Credential) => EmbeddingModelV4;

/**
 * Makes an embedding model for the AI SDK, version 7, that asks one of a model's credentials after another until one
 * answers with vectors of the model's `dimension`: others are an error, and nothing of them is handed on (S41).
 *
 * What is made for a credential must be of that credential's own `model`, so that all vectors live in one space, unless
 * the configuration says `interchangeable` (S42). A call takes `batch_size` texts, or fewer where a provider takes fewer.
 * Failures are told as {@link failoverLanguageModel} tells them.
 *
 * @example
 * ```ts
 * import { createOpenAI } from "@ai-sdk/openai";
 * import { embed } from "ai";
 * import { createModel } from "keyswitch";
 * import { failoverEmbeddingModel } from "keyswitch/ai-sdk";
 *
 * const vectors = createModel({
 *   kind: "embedding",
 *   model: "text-embedding-3-small",
 *   dimension: 1536,
 *   credentials: [
 *     { id: "primary", provider: "openai", api_key: "${OPENAI_API_KEY}" },
 *     { id: "backup", provider: "openai", api_key: "${OPENAI_BACKUP_KEY}" },
 *   ],
 * });
 * const model = failoverEmbeddingModel(vectors, ({ apiKey, model }) =>
 *   createOpenAI({ apiKey: apiKey.reveal() }).embedding(model),
 * );
 * const { embedding } = await embed({ model, value: "Hello" });
 * ```
 *
 * @param embeddingModelOf - Makes the embedding model of one credential. It is kept until the credential's key changes.
 * @throws UsageError for what is no model of kind `embedding`.
 */
export function failoverEmbeddingModel(model: Model, embeddingModelOf: EmbeddingModelOf): EmbeddingModelV4 {
  const live = liveModelOfKind(model, "embedding", path);
  const embeddingModel = oncePerKey((credential) =>
    ofOneSpace(ofFourthSpecification(embeddingModelOf(credential), path), credential, live),
  );
  return {
    specificationVersion: "v4",
    provider: "keyswitch",
    modelId: model.id,
    get maxEmbeddingsPerCall() {
      return largestBatch(live.present(), embeddingModel);
    },
    get supportsParallelCalls() {
      return allInParallel(model, embeddingModel);
    },
    doEmbed: (options) => {
      const answer = model.call(
        async (context) => {
          const { credential, signal } = context;
          expectLength(options.dimensions, credential);
          const result = await embeddingModel(credential).doEmbed({ ...options, abortSignal: signal });
          expectVectors(result, options.values.length, credential);
          context.recordUsage({ inputTokens: result.usage?.tokens });
          return signed(result, model.id, context);
        },
        { signal: options.abortSignal },
      );
      return conclusively(model, answer);
    },
  };
}

function ofOneSpace(made: EmbeddingModelV4, credential: Credential, live: LiveModel): EmbeddingModelV4 {
  const isInterchangeable = live.present().runtime.embedding?.interchangeable ?? false;
  if (isInterchangeable || made.modelId === credential.model) return made;
  throw new UsageError({
    path,
    found: `"${made.modelId}" for credential "${credential.id}"`,
    wanted: `its model "${credential.model}", or interchangeable: true where the vectors are the same (S42)`,
  });
}

/** No other key would mend a request for vectors that do not fit what is stored. */
function expectLength(asked: number | undefined, { dimension }: Credential): void {
  if (asked === undefined || asked === (dimension ?? asked)) return;
  throw new UsageError({
    path: "dimensions",
    found: String(asked),
    wanted: `the model's dimension of ${String(dimension)}`,
  });
}

function expectVectors({ embeddings }: EmbeddingModelV4Result, count: number, { id, dimension }: Credential): void {
  if (embeddings.length !== count) {
    throw new VectorMismatchError({
      credential: id,
      found: `${embeddings.length} vectors`,
      wanted: `${count}, one for each value`,
    });
  }
  const other = embeddings.find((vector) => dimension !== undefined && vector.length !== dimension);
  if (other === undefined) return;
  throw new VectorMismatchError({
    credential: id,
    found: `a vector of ${other.length} numbers`,
    wanted: `the model's dimension of ${dimension}`,
  });
}

/** The least that any of them takes. */
async function largestBatch({ runtime }: ModelGeneration, embeddingModel: EmbeddingModelOf): Promise<number> {
  const limits = await factsOfEach(runtime.credentials, embeddingModel, (made) => made.maxEmbeddingsPerCall);
  return Math.min(runtime.embedding?.batchSize ?? Infinity, ...(limits ?? []).map((limit = Infinity) => limit));
}

async function allInParallel({ credentials }: Model, embeddingModel: EmbeddingModelOf): Promise<boolean> {
  const answers = await factsOfEach(credentials, embeddingModel, (made) => made.supportsParallelCalls);
  return answers?.every(Boolean) ?? false;
}
