/** Failover for whoever asks models through the AI SDK, version 7. */
export { failoverEmbeddingModel } from "./embedding-model.ts";
export { failoverLanguageModel } from "./language-model.ts";
export type { ServedBy } from "./served-by.ts";
