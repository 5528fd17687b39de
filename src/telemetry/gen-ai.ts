/**
 * Names of OpenTelemetry's GenAI semantic conventions (https://opentelemetry.io/docs/specs/semconv/gen-ai/), in
 * development there; those we use have stood since version 1.37.
 */

/** What `gen_ai.operation.name` calls what a model does. Where the conventions have no word, ours is used. */
const operations: Readonly<Record<string, string>> = { embedding: "embeddings", image: "generate_content" };

/** What `gen_ai.provider.name` calls a provider, where that is not our name for it. */
const providers: Readonly<Record<string, string>> = {
  azure: "azure.ai.openai",
  bedrock: "aws.bedrock",
  gemini: "gcp.gemini",
  mistral: "mistral_ai",
  moonshot: "moonshot_ai",
  vertex: "gcp.vertex_ai",
  xai: "x_ai",
};

/** The operation of a model's kind. */
export function operationOf(kind: string): string {
  return operations[kind] ?? kind;
}

/** The conventions' name of a provider. */
export function providerNameOf(provider: string): string {
  return providers[provider] ?? provider;
}
