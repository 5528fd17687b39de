const openai = { "text-embedding-ada-002": 1536, "text-embedding-3-small": 1536, "text-embedding-3-large": 3072 };

/**
 * Length of the vectors that a model makes unless it is asked for another, by provider and by the model's name in lower
 * case. Only what the provider itself documents of the very model: a length is never guessed (S41).
 */
const known: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  openai,
  // Of a deployment that has its model's name; another name tells nothing.
  azure: openai,
  // https://docs.voyageai.com/docs/embeddings
  voyage: {
    "voyage-4-large": 1024,
    "voyage-4": 1024,
    "voyage-4-lite": 1024,
    "voyage-context-3": 1024,
    "voyage-3.5": 1024,
    "voyage-3.5-lite": 1024,
    "voyage-3-large": 1024,
    "voyage-3": 1024,
    "voyage-3-lite": 512,
    "voyage-code-3": 1024,
    "voyage-code-2": 1536,
    "voyage-finance-2": 1024,
    "voyage-law-2": 1024,
    "voyage-multilingual-2": 1024,
  },
  // https://docs.cohere.com/docs/cohere-embed
  cohere: {
    "embed-v4.0": 1536,
    "embed-english-v3.0": 1024,
    "embed-multilingual-v3.0": 1024,
    "embed-english-light-v3.0": 384,
    "embed-multilingual-light-v3.0": 384,
  },
  // https://ai.google.dev/gemini-api/docs/embeddings
  gemini: { "gemini-embedding-001": 3072, "gemini-embedding-2-preview": 3072, "text-embedding-004": 768 },
  // https://help.aliyun.com/zh/model-studio/embedding
  dashscope: {
    "text-embedding-v3": 1024,
    "text-embedding-v4": 1024,
    "qwen3-vl-embedding": 2560,
    "qwen2.5-vl-embedding": 1024,
    "tongyi-embedding-vision-plus": 1152,
    "tongyi-embedding-vision-flash": 768,
  },
  // https://jina.ai/models/
  jina: { "jina-embeddings-v3": 1024, "jina-embeddings-v5-text-small": 1024, "jina-embeddings-v5-text-nano": 768 },
  // https://ollama.com/search?c=embedding
  ollama: {
    "nomic-embed-text": 768,
    "mxbai-embed-large": 1024,
    "all-minilm": 384,
    "snowflake-arctic-embed": 1024,
    embeddinggemma: 768,
    "qwen3-embedding:0.6b": 1024,
  },
};

/** Length of a model's vectors, where its name tells it. */
export function knownDimension(provider: string, model: string): number | undefined {
  const models = known[provider] ?? {};
  const name = model.toLowerCase();
  return Object.hasOwn(models, name) ? models[name] : undefined;
}
