import type { EmbeddingDialectName } from "../../providers/embedding-wire.ts";
import { cohereDialect } from "./cohere.ts";
import { dashscopeMultimodalDialect } from "./dashscope-multimodal.ts";
import { dashscopeTextDialect } from "./dashscope-text.ts";
import type { EmbeddingDialect } from "./dialect.ts";
import { geminiDialect } from "./gemini.ts";
import { jinaMultimodalDialect } from "./jina-multimodal.ts";
import { minimaxDialect } from "./minimax.ts";
import { openaiDialect } from "./openai.ts";
import { vikingdbDialect } from "./vikingdb.ts";
import { volcengineMultimodalDialect } from "./volcengine-multimodal.ts";
import { voyageMultimodalDialect } from "./voyage-multimodal.ts";

/** Every shape of requests and answers, by its name. */
export const embeddingDialects: Readonly<Record<EmbeddingDialectName, EmbeddingDialect>> = {
  openai: openaiDialect,
  "jina-multimodal": jinaMultimodalDialect,
  "voyage-multimodal": voyageMultimodalDialect,
  cohere: cohereDialect,
  gemini: geminiDialect,
  "dashscope-text": dashscopeTextDialect,
  "dashscope-multimodal": dashscopeMultimodalDialect,
  minimax: minimaxDialect,
  vikingdb: vikingdbDialect,
  "volcengine-multimodal": volcengineMultimodalDialect,
};
