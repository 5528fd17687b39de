/** What a first configuration asks a provider for. */
export interface StarterModel {
  /** The model's name there. */
  readonly model: string;
  readonly kind?: "embedding";
  /** Length of its vectors. */
  readonly dimension?: number;
  /** The version of the provider's API, where that wants to be told. */
  readonly apiVersion?: string;
}

/**
 * A model of each provider that is cheap and known to many, as of November 2025: something to begin with, meant to be
 * changed.
 */
const starterModels: Readonly<Record<string, StarterModel>> = {
  anthropic: { model: "claude-haiku-4-5" },
  azure: { model: "gpt-4o-mini", apiVersion: "2024-10-21" },
  dashscope: { model: "qwen-plus" },
  deepseek: { model: "deepseek-chat" },
  fireworks: { model: "accounts/fireworks/models/llama-v3p3-70b-instruct" },
  gemini: { model: "gemini-2.5-flash" },
  groq: { model: "llama-3.3-70b-versatile" },
  jina: { model: "jina-embeddings-v3", kind: "embedding", dimension: 1024 },
  litellm: { model: "gpt-4o-mini" },
  minimax: { model: "MiniMax-M2" },
  mistral: { model: "mistral-small-latest" },
  moonshot: { model: "kimi-k2-turbo-preview" },
  ollama: { model: "llama3.2" },
  openai: { model: "gpt-4o-mini" },
  openrouter: { model: "openai/gpt-4o-mini" },
  siliconflow: { model: "deepseek-ai/DeepSeek-V3" },
  together: { model: "meta-llama/Llama-3.3-70B-Instruct-Turbo" },
  volcengine: { model: "doubao-seed-1-6-250615" },
  voyage: { model: "voyage-3.5", kind: "embedding", dimension: 1024 },
  xai: { model: "grok-4-fast-non-reasoning" },
  zhipu: { model: "glm-4.6" },
};

/** What to ask a provider for; of one that is not known, a name that is to be replaced. */
export function starterModelOf(provider: string): StarterModel {
  return starterModels[provider] ?? { model: "the-name-of-a-model" };
}
