export { compareSignatures } from "./compare-signatures.ts";
export type { CompareOptions, SignatureReason, SignatureVerdict } from "./compare-signatures.ts";
export { embeddingSignature } from "./signature.ts";
export type { EmbeddingSignature, VectorSource } from "./signature.ts";
