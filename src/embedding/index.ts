export { compareSignatures } from "./compare-signatures.ts";
export type { CompareOptions, SignatureReason, SignatureVerdict } from "./compare-signatures.ts";
export { embeddingSignature } from "./signature.ts";
export type { EmbeddingSignature, VectorSource } from "./signature.ts";
export { createEmbed } from "./embed.ts";
export type { Embed, EmbedOptions, EmbedProgress } from "./embed.ts";
export type { EmbedInput, EmbedPart, ImagePart, TextPart, VideoPart } from "./input.ts";
export type { Embedding, HybridVector, SparseVector, VectorKind } from "./vectors.ts";
