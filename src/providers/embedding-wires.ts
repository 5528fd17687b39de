import { azureEmbedding } from "./azure/embedding.ts";
import { cohereEmbedding } from "./cohere/embedding.ts";
import { dashscopeEmbedding } from "./dashscope/embedding.ts";
import { type EmbeddingWire, encodingFormats } from "./embedding-wire.ts";
import { geminiEmbedding } from "./gemini/embedding.ts";
import { providerFor } from "./index.ts";
import { jinaEmbedding } from "./jina/embedding.ts";
import { litellmEmbedding } from "./litellm/embedding.ts";
import { minimaxEmbedding } from "./minimax/embedding.ts";
import { ollamaEmbedding } from "./ollama/embedding.ts";
import { openaiEmbedding } from "./openai/embedding.ts";
import { vikingdbEmbedding } from "./vikingdb/embedding.ts";
import { volcengineEmbedding } from "./volcengine/embedding.ts";
import { voyageEmbedding } from "./voyage/embedding.ts";

/** Every provider of embeddings with ways of its own, by name. */
export const embeddingWires: Readonly<Record<string, EmbeddingWire>> = {
  azure: azureEmbedding,
  cohere: cohereEmbedding,
  dashscope: dashscopeEmbedding,
  gemini: geminiEmbedding,
  jina: jinaEmbedding,
  litellm: litellmEmbedding,
  minimax: minimaxEmbedding,
  ollama: ollamaEmbedding,
  openai: openaiEmbedding,
  vikingdb: vikingdbEmbedding,
  volcengine: volcengineEmbedding,
  voyage: voyageEmbedding,
};

/** What any server of OpenAI's dialect understands. */
const plain: EmbeddingWire = {
  text: { dialect: "openai", encoding: encodingFormats, purpose: { member: "input_type" } },
};

/** How a provider is asked for embeddings; `undefined` for one that makes none that we know of. */
export function embeddingWireOf(provider: string): EmbeddingWire | undefined {
  return embeddingWires[provider] ?? (providerFor(provider)?.endpoints.openai === undefined ? undefined : plain);
}
