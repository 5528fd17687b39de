import { describe, expect, it } from "vitest";
import type { CredentialConfigInput, EmbedInput, EmbedOptions, ModelConfigInput, VectorKind } from "../../src/index.ts";
import { parseModelConfig, runtimeModel } from "../../src/config/index.ts";
import { embeddingUpstreams } from "../../src/embedding/upstreams.ts";
import { openModel, startProvider } from "./provider.ts";

/** What a provider is sent and what it answers, as its reference has it (read 2026-11-25). */
interface Wire {
  readonly name: string;
  readonly credential: Partial<CredentialConfigInput>;
  /** What comes before the path in `api_base`. */
  readonly base?: string;
  readonly model?: Partial<ModelConfigInput>;
  readonly inputs?: readonly EmbedInput[];
  readonly options?: EmbedOptions<VectorKind>;
  readonly path: string;
  readonly headers?: object;
  readonly sent: object;
  readonly answer: object;
  readonly vectors: readonly unknown[];
  readonly inputTokens?: number;
}

const texts = ["The sky is blue", "The sea is deep"];
const one = [0.5, -0.25, 0.125, 1];
const other = [1, 2, 3, 4];
const dense = [Float32Array.from(one), Float32Array.from(other)];
const packed = (numbers: readonly number[]): string =>
  Buffer.from(Float32Array.from(numbers).buffer).toString("base64");
const png = { image: Buffer.from("png"), mediaType: "image/png" };
const pngAddress = `data:image/png;base64,${Buffer.from("png").toString("base64")}`;
const remote = { image: "https://pictures.example/sky.png" };
const mp4 = { video: Buffer.from("mp4"), mediaType: "video/mp4" };
const mp4Base64 = Buffer.from("mp4").toString("base64");
const remoteVideo = { video: "https://videos.example/sky.mp4" };
const openaiAnswer = {
  object: "list",
  data: [
    { object: "embedding", index: 0, embedding: one },
    { object: "embedding", index: 1, embedding: other },
  ],
  usage: { prompt_tokens: 9, total_tokens: 9 },
};
const bearer = { authorization: "Bearer sk-planted-embedding-a" };
const multimodal = { input: "multimodal", api: "any" } as const;

const wires: readonly Wire[] = [
  {
    name: "openai asks for base64, and for a length where the model knows it",
    credential: { provider: "openai", model: "text-embedding-3-small" },
    base: "/v1",
    path: "/v1/embeddings",
    headers: { ...bearer, "content-type": "application/json" },
    sent: { model: "text-embedding-3-small", input: texts, encoding_format: "base64", dimensions: 4 },
    answer: { ...openaiAnswer, data: [one, other].map((numbers, index) => ({ index, embedding: packed(numbers) })) },
    vectors: dense,
    inputTokens: 9,
  },
  {
    name: "openai says no length to a model that has only one",
    credential: { provider: "openai", model: "text-embedding-ada-002" },
    base: "/v1",
    path: "/v1/embeddings",
    sent: { model: "text-embedding-ada-002", input: texts, encoding_format: "base64" },
    answer: openaiAnswer,
    vectors: dense,
  },
  {
    name: "azure asks the deployment, with the version and its own header",
    credential: { provider: "azure", model: "my-text-embedding-3-large", api_version: "2024-10-21" },
    path: "/openai/deployments/my-text-embedding-3-large/embeddings?api-version=2024-10-21",
    headers: { "api-key": "sk-planted-embedding-a", authorization: undefined },
    sent: { model: "my-text-embedding-3-large", input: texts, encoding_format: "base64", dimensions: 4 },
    answer: openaiAnswer,
    vectors: dense,
  },
  {
    name: "a compatible server is asked for nothing that it might not know",
    credential: { provider: "custom", model: "bge-m3" },
    base: "/v1",
    path: "/v1/embeddings",
    sent: { model: "bge-m3", input: texts },
    answer: openaiAnswer,
    vectors: dense,
    inputTokens: 9,
  },
  {
    name: "a compatible server is told what the configuration says: encoding, purpose and further members",
    credential: { provider: "custom", model: "bge-m3", extra_request_body: { truncate: "END" } },
    base: "/v1",
    model: { encoding_format: "float", query_param: "query", document_param: "input_type=passage, domain=finance" },
    path: "/v1/embeddings",
    sent: {
      model: "bge-m3",
      input: texts,
      encoding_format: "float",
      input_type: "passage",
      domain: "finance",
      truncate: "END",
    },
    answer: openaiAnswer,
    vectors: dense,
  },
  {
    name: "a compatible server is told of a query",
    credential: { provider: "custom", model: "bge-m3" },
    base: "/v1",
    model: { query_param: "query", document_param: "passage" },
    options: { query: true },
    path: "/v1/embeddings",
    sent: { model: "bge-m3", input: texts, input_type: "query" },
    answer: openaiAnswer,
    vectors: dense,
  },
  {
    name: "ollama is asked for base64, which older servers take no notice of, and for a length where the model is made for it",
    credential: { provider: "ollama", model: "nomic-embed-text" },
    base: "/v1",
    path: "/v1/embeddings",
    sent: { model: "nomic-embed-text", input: texts, encoding_format: "base64", dimensions: 4 },
    answer: openaiAnswer,
    vectors: dense,
  },
  {
    name: "ollama is asked for no length where the model has only one",
    credential: { provider: "ollama", model: "all-minilm" },
    base: "/v1",
    path: "/v1/embeddings",
    sent: { model: "all-minilm", input: texts, encoding_format: "base64" },
    answer: openaiAnswer,
    vectors: dense,
  },
  {
    name: "litellm is asked as OpenAI is",
    credential: { provider: "litellm", model: "text-embedding-3-small" },
    base: "/v1",
    path: "/v1/embeddings",
    sent: { model: "text-embedding-3-small", input: texts, dimensions: 4 },
    answer: openaiAnswer,
    vectors: dense,
  },
  {
    name: "jina is told the task and the length",
    credential: { provider: "jina", model: "jina-embeddings-v3" },
    base: "/v1",
    model: { query_param: "retrieval.query", document_param: "retrieval.passage" },
    path: "/v1/embeddings",
    headers: bearer,
    sent: { model: "jina-embeddings-v3", input: texts, dimensions: 4, task: "retrieval.passage" },
    answer: { model: "jina-embeddings-v3", ...openaiAnswer, usage: { total_tokens: 11 } },
    vectors: dense,
    inputTokens: 11,
  },
  {
    name: "jina takes an image as an input of its own",
    credential: { provider: "jina", model: "jina-clip-v2" },
    base: "/v1",
    model: multimodal,
    inputs: ["The sky is blue", { parts: [png] }],
    path: "/v1/embeddings",
    sent: {
      model: "jina-clip-v2",
      input: ["The sky is blue", { image: Buffer.from("png").toString("base64") }],
      dimensions: 4,
    },
    answer: openaiAnswer,
    vectors: dense,
  },
  {
    name: "jina's omni models make one vector of several parts, and take videos",
    credential: { provider: "jina", model: "jina-embeddings-v5-omni-small" },
    base: "/v1",
    model: { ...multimodal, query_param: "retrieval.query" },
    inputs: [{ parts: [{ text: "a sky" }, png, remoteVideo] }, { parts: [mp4] }],
    options: { query: true },
    path: "/v1/embeddings",
    sent: {
      model: "jina-embeddings-v5-omni-small",
      input: [
        { content: [{ text: "a sky" }, { image: Buffer.from("png").toString("base64") }, remoteVideo] },
        { video: mp4Base64 },
      ],
      dimensions: 4,
      task: "retrieval.query",
    },
    answer: openaiAnswer,
    vectors: dense,
  },
  {
    name: "jina is told the length by its models of code too",
    credential: { provider: "jina", model: "jina-code-embeddings-1.5b" },
    base: "/v1",
    path: "/v1/embeddings",
    sent: { model: "jina-code-embeddings-1.5b", input: texts, dimensions: 4 },
    answer: openaiAnswer,
    vectors: dense,
  },
  {
    name: "voyage names length and purpose in its own words",
    credential: { provider: "voyage", model: "voyage-3.5" },
    base: "/v1",
    model: { api: "any", query_param: "query", document_param: "document" },
    options: { query: true },
    path: "/v1/embeddings",
    headers: bearer,
    sent: { model: "voyage-3.5", input: texts, encoding_format: "base64", output_dimension: 4, input_type: "query" },
    answer: { ...openaiAnswer, usage: { total_tokens: 10 } },
    vectors: dense,
    inputTokens: 10,
  },
  {
    name: "voyage's multimodal models have a route of their own, for texts too",
    credential: { provider: "voyage", model: "voyage-multimodal-3" },
    base: "/v1",
    model: multimodal,
    inputs: ["The sky is blue", { parts: [{ text: "a sky" }, png, remote] }],
    path: "/v1/multimodalembeddings",
    sent: {
      model: "voyage-multimodal-3",
      inputs: [
        { content: [{ type: "text", text: "The sky is blue" }] },
        {
          content: [
            { type: "text", text: "a sky" },
            { type: "image_base64", image_base64: pngAddress },
            { type: "image_url", image_url: remote.image },
          ],
        },
      ],
      encoding_format: "base64",
    },
    answer: { ...openaiAnswer, usage: { text_tokens: 5, image_pixels: 2_000_000, total_tokens: 3576 } },
    vectors: dense,
    inputTokens: 3576,
  },
  {
    name: "voyage's later multimodal models take videos and a length",
    credential: { provider: "voyage", model: "voyage-multimodal-3.5" },
    base: "/v1",
    model: multimodal,
    inputs: [{ parts: [{ text: "a sky" }, mp4] }],
    path: "/v1/multimodalembeddings",
    sent: {
      model: "voyage-multimodal-3.5",
      inputs: [
        {
          content: [
            { type: "text", text: "a sky" },
            { type: "video_base64", video_base64: `data:video/mp4;base64,${mp4Base64}` },
          ],
        },
      ],
      encoding_format: "base64",
      output_dimension: 4,
    },
    answer: { data: [{ index: 0, embedding: packed(one) }], usage: { video_pixels: 2_000_000, total_tokens: 1785 } },
    vectors: [dense[0]],
    inputTokens: 1785,
  },
  {
    name: "voyage tells the length to its newest model of code",
    credential: { provider: "voyage", model: "voyage-code-4" },
    base: "/v1",
    model: { api: "any" },
    path: "/v1/embeddings",
    sent: { model: "voyage-code-4", input: texts, encoding_format: "base64", output_dimension: 4 },
    answer: openaiAnswer,
    vectors: dense,
  },
  {
    name: "cohere wants to know what the texts are for",
    credential: { provider: "cohere", model: "embed-v4.0" },
    base: "/v2",
    model: { api: "any" },
    path: "/v2/embed",
    headers: bearer,
    sent: {
      model: "embed-v4.0",
      texts,
      embedding_types: ["float"],
      output_dimension: 4,
      input_type: "search_document",
    },
    answer: { id: "x", embeddings: { float: [one, other] }, meta: { billed_units: { input_tokens: 8 } } },
    vectors: dense,
    inputTokens: 8,
  },
  {
    name: "cohere takes texts and images together, and answers in base64 where that is asked for",
    credential: { provider: "cohere", model: "embed-v4.0" },
    base: "/v2",
    model: { ...multimodal, encoding_format: "base64" },
    inputs: ["The sky is blue", { parts: [{ text: "a sky" }, png] }],
    options: { query: true },
    path: "/v2/embed",
    sent: {
      model: "embed-v4.0",
      inputs: [
        { content: [{ type: "text", text: "The sky is blue" }] },
        {
          content: [
            { type: "text", text: "a sky" },
            { type: "image_url", image_url: { url: pngAddress } },
          ],
        },
      ],
      embedding_types: ["base64"],
      output_dimension: 4,
      input_type: "search_query",
    },
    answer: {
      embeddings: { base64: [packed(one), packed(other)] },
      meta: { billed_units: { input_tokens: 4, image_tokens: 100 } },
    },
    vectors: dense,
    inputTokens: 104,
  },
  {
    name: "cohere is asked in its second version by a base that names none, and tells the tokens of images alone",
    credential: { provider: "cohere", model: "embed-v4.0" },
    model: multimodal,
    inputs: [{ parts: [png] }],
    path: "/v2/embed",
    sent: {
      model: "embed-v4.0",
      inputs: [{ content: [{ type: "image_url", image_url: { url: pngAddress } }] }],
      embedding_types: ["float"],
      output_dimension: 4,
      input_type: "search_document",
    },
    answer: { embeddings: { float: [one] }, meta: { billed_units: { images: 1, image_tokens: 100 } } },
    vectors: [dense[0]],
    inputTokens: 100,
  },
  {
    name: "gemini is asked in its own dialect, whichever its base speaks, with its task types in capitals",
    credential: { provider: "gemini", model: "gemini-embedding-001" },
    base: "/v1beta/openai",
    model: { query_param: "retrieval_query", document_param: "RETRIEVAL_DOCUMENT" },
    options: { query: true },
    path: "/v1beta/models/gemini-embedding-001:batchEmbedContents",
    headers: { "x-goog-api-key": "sk-planted-embedding-a", authorization: undefined },
    sent: {
      requests: texts.map((text) => ({
        model: "models/gemini-embedding-001",
        content: { parts: [{ text }] },
        outputDimensionality: 4,
        taskType: "RETRIEVAL_QUERY",
      })),
    },
    answer: { embeddings: [{ values: one }, { values: other }], usageMetadata: { promptTokenCount: 8 } },
    vectors: dense,
    inputTokens: 8,
  },
  {
    name: "gemini's later models are told the task in the text, being deaf to its type",
    credential: { provider: "gemini", model: "gemini-embedding-2" },
    model: { query_param: "retrieval_query", document_param: "RETRIEVAL_DOCUMENT" },
    inputs: ["The sky is blue"],
    path: "/v1beta/models/gemini-embedding-2:batchEmbedContents",
    sent: {
      requests: [
        {
          model: "models/gemini-embedding-2",
          content: { parts: [{ text: "title: none | text: The sky is blue" }] },
          outputDimensionality: 4,
        },
      ],
    },
    answer: { embeddings: [{ values: one }] },
    vectors: [dense[0]],
  },
  {
    name: "gemini is told members of its own as they are configured",
    credential: { provider: "gemini", model: "gemini-embedding-001" },
    model: { document_param: "taskType=retrieval_document, title=The sky" },
    inputs: ["The sky is blue"],
    path: "/v1beta/models/gemini-embedding-001:batchEmbedContents",
    sent: {
      requests: [
        {
          model: "models/gemini-embedding-001",
          content: { parts: [{ text: "The sky is blue" }] },
          outputDimensionality: 4,
          taskType: "RETRIEVAL_DOCUMENT",
          title: "The sky",
        },
      ],
    },
    answer: { embeddings: [{ values: one }] },
    vectors: [dense[0]],
  },
  {
    name: "gemini takes images and videos along",
    credential: { provider: "gemini", model: "gemini-embedding-2-preview" },
    model: { ...multimodal, query_param: "retrieval_query", document_param: "retrieval_document" },
    inputs: [{ parts: [{ text: "a sky" }, png, mp4] }],
    path: "/v1beta/models/gemini-embedding-2-preview:batchEmbedContents",
    sent: {
      requests: [
        {
          model: "models/gemini-embedding-2-preview",
          content: {
            parts: [
              { text: "a sky" },
              { inlineData: { mimeType: "image/png", data: Buffer.from("png").toString("base64") } },
              { inlineData: { mimeType: "video/mp4", data: mp4Base64 } },
            ],
          },
          outputDimensionality: 4,
        },
      ],
    },
    answer: { embeddings: [{ values: one }] },
    vectors: [dense[0]],
  },
  {
    name: "dashscope is asked for texts as OpenAI is",
    credential: { provider: "dashscope", model: "text-embedding-v4" },
    base: "/compatible-mode/v1",
    path: "/compatible-mode/v1/embeddings",
    headers: bearer,
    sent: { model: "text-embedding-v4", input: texts, dimensions: 4 },
    answer: openaiAnswer,
    vectors: dense,
    inputTokens: 9,
  },
  {
    name: "dashscope is told in its own dialect what texts are for, which OpenAI's has no word for",
    credential: { provider: "dashscope", model: "qwen3.7-text-embedding" },
    base: "/compatible-mode/v1",
    model: { query_param: "text_type=query, instruct=Find the passage", document_param: "document" },
    options: { query: true },
    path: "/api/v1/services/embeddings/text-embedding/text-embedding",
    headers: bearer,
    sent: {
      model: "qwen3.7-text-embedding",
      input: { texts },
      parameters: { dimension: 4, text_type: "query", instruct: "Find the passage" },
    },
    answer: {
      output: {
        embeddings: [
          { text_index: 1, embedding: other },
          { text_index: 0, embedding: one },
        ],
      },
      usage: { total_tokens: 27 },
      request_id: "x",
    },
    vectors: dense,
    inputTokens: 27,
  },
  {
    name: "dashscope makes hybrid vectors of texts, whatever input is configured, and tells terms by their number",
    credential: { provider: "dashscope", model: "text-embedding-v4" },
    base: "/api/v1",
    model: { vectors: "hybrid", input: "multimodal" },
    inputs: ["天很蓝"],
    options: { vectors: "hybrid" },
    path: "/api/v1/services/embeddings/text-embedding/text-embedding",
    sent: {
      model: "text-embedding-v4",
      input: { texts: ["天很蓝"] },
      parameters: { dimension: 4, output_type: "dense&sparse" },
    },
    answer: {
      output: {
        embeddings: [{ text_index: 0, embedding: one, sparse_embedding: [{ index: 7149, value: 0.5, token: "天" }] }],
      },
      usage: { total_tokens: 4 },
    },
    vectors: [{ dense: dense[0], sparse: new Map([["7149", 0.5]]) }],
    inputTokens: 4,
  },
  {
    name: "dashscope's tongyi models make one vector of the members of one content, and tell image tokens among the others",
    credential: { provider: "dashscope", model: "tongyi-embedding-vision-plus-2026-03-06" },
    model: { input: "multimodal", query_param: "query", document_param: "Represent what is for sale" },
    inputs: [{ parts: [{ text: "a sky" }, png, remoteVideo] }],
    path: "/api/v1/services/embeddings/multimodal-embedding/multimodal-embedding",
    sent: {
      model: "tongyi-embedding-vision-plus-2026-03-06",
      input: { contents: [{ text: "a sky", image: pngAddress, video: remoteVideo.video }] },
      parameters: { dimension: 4, instruct: "Represent what is for sale" },
    },
    answer: {
      output: { embeddings: [{ index: 0, embedding: one, type: "fused" }] },
      usage: {
        input_tokens: 903,
        input_tokens_details: { image_tokens: 896, text_tokens: 7 },
        output_tokens: 3,
        total_tokens: 906,
      },
    },
    vectors: [dense[0]],
    inputTokens: 903,
  },
  {
    name: "dashscope's tongyi models without a date have one length alone, and a word is no instruction",
    credential: { provider: "dashscope", model: "tongyi-embedding-vision-plus" },
    model: { input: "multimodal", query_param: "query", document_param: "document" },
    inputs: [{ parts: [remoteVideo] }],
    path: "/api/v1/services/embeddings/multimodal-embedding/multimodal-embedding",
    sent: { model: "tongyi-embedding-vision-plus", input: { contents: [remoteVideo] }, parameters: {} },
    answer: { output: { embeddings: [{ index: 0, embedding: one, type: "video" }] } },
    vectors: [dense[0]],
  },
  {
    name: "dashscope's qwen2.5-vl-embedding makes one vector of all contents without being asked",
    credential: { provider: "dashscope", model: "qwen2.5-vl-embedding" },
    model: { input: "multimodal" },
    inputs: [{ parts: [{ text: "a sky" }, remote] }],
    path: "/api/v1/services/embeddings/multimodal-embedding/multimodal-embedding",
    sent: {
      model: "qwen2.5-vl-embedding",
      input: { contents: [{ text: "a sky" }, remote] },
      parameters: { dimension: 4 },
    },
    answer: { output: { embeddings: [{ index: 0, embedding: one, type: "fusion" }] } },
    vectors: [dense[0]],
  },
  {
    name: "dashscope is asked for images in its own dialect, with its own options",
    credential: { provider: "dashscope", model: "qwen3-vl-embedding" },
    base: "/compatible-mode/v1",
    model: { input: "multimodal", res_level: 2, max_video_frames: 8 },
    inputs: [{ parts: [{ text: "a sky" }, remote] }],
    path: "/api/v1/services/embeddings/multimodal-embedding/multimodal-embedding",
    sent: {
      model: "qwen3-vl-embedding",
      input: { contents: [{ text: "a sky" }, { image: remote.image }] },
      parameters: { dimension: 4, enable_fusion: true, res_level: 2, max_video_frames: 8 },
    },
    answer: {
      output: { embeddings: [{ index: 0, embedding: one, type: "fusion" }] },
      usage: { input_tokens: 12, image_tokens: 896 },
      request_id: "x",
    },
    vectors: [dense[0]],
    inputTokens: 908,
  },
  {
    name: "minimax calls documents db, and answers with bare vectors",
    credential: { provider: "minimax", model: "embo-01", extra_headers: { GroupId: "7" } },
    base: "/v1",
    path: "/v1/embeddings?GroupId=7",
    headers: bearer,
    sent: { model: "embo-01", texts, type: "db" },
    answer: { vectors: [one, other], total_tokens: 14, base_resp: { status_code: 0, status_msg: "success" } },
    vectors: dense,
    inputTokens: 14,
  },
  {
    name: "minimax is reached by a base that is the whole address",
    credential: { provider: "minimax", model: "embo-01" },
    base: "/v1/embeddings",
    options: { query: true },
    path: "/v1/embeddings",
    sent: { model: "embo-01", texts, type: "query" },
    answer: { vectors: [one, other], total_tokens: 14, base_resp: { status_code: 0, status_msg: "success" } },
    vectors: dense,
  },
  {
    name: "volcengine is asked for texts as OpenAI is",
    credential: { provider: "volcengine", model: "doubao-embedding-text-240715" },
    base: "/api/v3",
    path: "/api/v3/embeddings",
    sent: { model: "doubao-embedding-text-240715", input: texts },
    answer: openaiAnswer,
    vectors: dense,
  },
  {
    name: "volcengine's multimodal models make one vector of all that a request holds",
    credential: { provider: "volcengine", model: "doubao-embedding-vision-250615" },
    base: "/api/v3",
    model: { input: "multimodal" },
    inputs: [{ parts: [{ text: "a sky" }, remote] }],
    path: "/api/v3/embeddings/multimodal",
    headers: bearer,
    sent: {
      model: "doubao-embedding-vision-250615",
      input: [
        { type: "text", text: "a sky" },
        { type: "image_url", image_url: { url: remote.image } },
      ],
      dimensions: 4,
    },
    answer: { object: "list", data: { object: "embedding", embedding: one }, usage: { prompt_tokens: 528 } },
    vectors: [dense[0]],
    inputTokens: 528,
  },
  {
    name: "volcengine takes videos, a length and an instruction by its latest models",
    credential: { provider: "volcengine", model: "doubao-embedding-vision-260215" },
    base: "/api/v3",
    model: { input: "multimodal", query_param: "Find a video of it", document_param: "document" },
    inputs: [{ parts: [{ text: "a sky" }, mp4, remoteVideo] }],
    options: { query: true },
    path: "/api/v3/embeddings/multimodal",
    sent: {
      model: "doubao-embedding-vision-260215",
      input: [
        { type: "text", text: "a sky" },
        { type: "video_url", video_url: { url: `data:video/mp4;base64,${mp4Base64}` } },
        { type: "video_url", video_url: { url: remoteVideo.video } },
      ],
      dimensions: 4,
      instructions: "Find a video of it",
    },
    answer: { data: { embedding: one } },
    vectors: [dense[0]],
  },
  {
    name: "volcengine makes hybrid vectors, and tells terms by their number",
    credential: { provider: "volcengine", model: "doubao-embedding-vision-250615" },
    base: "/api/v3",
    model: { vectors: "hybrid" },
    inputs: ["The sky is blue"],
    options: { vectors: "hybrid" },
    path: "/api/v3/embeddings/multimodal",
    sent: {
      model: "doubao-embedding-vision-250615",
      input: [{ type: "text", text: "The sky is blue" }],
      dimensions: 4,
      sparse_embedding: { type: "enabled" },
    },
    answer: {
      data: {
        embedding: one,
        sparse_embedding: [
          { index: 139, value: 0.25 },
          { index: 14_310, value: 0.5 },
        ],
      },
      usage: { prompt_tokens: 23, total_tokens: 23 },
    },
    vectors: [
      {
        dense: dense[0],
        sparse: new Map([
          ["139", 0.25],
          ["14310", 0.5],
        ]),
      },
    ],
    inputTokens: 23,
  },
  {
    name: "vikingdb signs what it sends, and names model and version",
    credential: {
      provider: "vikingdb",
      model: "doubao-embedding-large",
      api_version: "240915",
      ak: "AK-planted",
      sk: "SK-planted",
      region: "cn-shanghai",
    },
    model: { api: "any" },
    path: "/api/vikingdb/embedding",
    headers: {
      authorization: expect.stringMatching(
        /^HMAC-SHA256 Credential=AK-planted\/\d{8}\/cn-shanghai\/vikingdb\/request, SignedHeaders=content-type;host;x-content-sha256;x-date, Signature=[0-9a-f]{64}$/,
      ) as unknown,
      "x-date": expect.stringMatching(/^\d{8}T\d{6}Z$/) as unknown,
      "content-type": "application/json",
    },
    sent: {
      dense_model: { name: "doubao-embedding-large", version: "240915", dim: 4 },
      data: texts.map((text) => ({ text })),
    },
    answer: {
      code: "Success",
      message: "The API call was executed successfully.",
      result: {
        data: [{ dense: one }, { dense: other }],
        token_usage: { "doubao-embedding-large__240915": { prompt_tokens: 9, total_tokens: 9 } },
      },
    },
    vectors: dense,
    inputTokens: 9,
  },
  {
    name: "vikingdb makes sparse vectors, weights by token",
    credential: { provider: "vikingdb", model: "bge-m3", ak: "AK-planted", sk: "SK-planted" },
    model: { api: "any", vectors: "sparse", query_param: "query" },
    inputs: ["天很蓝"],
    options: { vectors: "sparse", query: true },
    path: "/api/vikingdb/embedding",
    headers: { authorization: expect.stringContaining("/cn-beijing/vikingdb/request") as unknown },
    sent: { sparse_model: { name: "bge-m3" }, data: [{ text: "天很蓝", input_type: "query" }] },
    answer: {
      code: "Success",
      result: {
        data: [{ sparse: { 天: 0.25, 很: 0.125 } }],
        token_usage: { a: { prompt_tokens: 5 }, b: { prompt_tokens: 7 } },
      },
    },
    vectors: [
      new Map([
        ["天", 0.25],
        ["很", 0.125],
      ]),
    ],
    inputTokens: 12,
  },
  {
    name: "vikingdb makes one vector of the members of one item",
    credential: { provider: "vikingdb", model: "doubao-embedding-vision", ak: "AK-planted", sk: "SK-planted" },
    model: multimodal,
    inputs: [{ parts: [remote] }, { parts: [{ text: "a sky" }, remote, remoteVideo] }],
    path: "/api/vikingdb/embedding",
    sent: {
      dense_model: { name: "doubao-embedding-vision", dim: 4 },
      data: [{ image: remote.image }, { text: "a sky", image: remote.image, video: { value: remoteVideo.video } }],
    },
    answer: { code: "Success", result: { data: [{ dense: one }, { dense: other }] } },
    vectors: dense,
  },
];

describe("a provider of embeddings", () => {
  it.each(wires)(
    "$name",
    async ({ credential, base = "", model, inputs = texts, options, path, headers, sent, ...wire }) => {
      const { url, arrivals } = await startProvider(() => ({ body: wire.answer }));
      const embedding = openModel(url, {
        ...(model?.vectors === "sparse" && { dimension: undefined }),
        ...model,
        credential: { api_base: url + base, ...credential },
      });

      const vectors = await embedding.embed<VectorKind>(inputs, options);

      expect(arrivals).toHaveLength(1);
      expect(arrivals[0]?.path).toBe(path);
      expect({ ...arrivals[0]?.headers, authorization: undefined, ...arrivals[0]?.headers }).toMatchObject(
        headers ?? {},
      );
      expect(arrivals[0]?.body).toEqual(sent);
      expect(vectors).toEqual(wire.vectors);
      const { inputTokens, unknownUsage } = embedding.snapshot().usage["a"] ?? {};
      if (wire.inputTokens !== undefined)
        expect({ inputTokens, unknownUsage }).toEqual({ inputTokens: wire.inputTokens, unknownUsage: 0 });
    },
  );

  it.each([
    ["minimax", "/v1", { vectors: null, base_resp: { status_code: 1004, status_msg: "login fail" } }, "auth"],
    [
      "minimax",
      "/v1",
      { vectors: null, base_resp: { status_code: 1008, status_msg: "insufficient balance" } },
      "quota_exceeded",
    ],
    ["minimax", "/v1", { vectors: [], base_resp: { status_code: 1004, status_msg: "login fail" } }, "auth"],
  ])(
    "%s tells of a failure under status 200, which is told as what it is",
    async (provider, base, answer, errorClass) => {
      const { url } = await startProvider(() => ({ body: answer }));
      const ids = ["a", "b"];
      const model = openModel(url, { ids, credential: { provider, api_base: url + base, model: "embo-01" } });

      await expect(model.embed(texts)).rejects.toMatchObject({ class: errorClass });
    },
  );

  it("lives where its reference says, unless a base says otherwise", () => {
    const at = (credential: CredentialConfigInput, model: Partial<ModelConfigInput> = {}): string | undefined => {
      const config = {
        kind: "embedding",
        api: "any",
        model: "m",
        dimension: 4,
        ...model,
        credentials: [credential],
      } as const;
      const upstreams = embeddingUpstreams(runtimeModel("embed", parseModelConfig(config)));
      return [...upstreams.values()][0]?.url.href;
    };

    expect(at({ provider: "openai" })).toBe("https://api.openai.com/v1/embeddings");
    expect(at({ provider: "mistral" })).toBe("https://api.mistral.ai/v1/embeddings");
    expect(at({ provider: "voyage" })).toBe("https://api.voyageai.com/v1/embeddings");
    expect(at({ provider: "cohere" })).toBe("https://api.cohere.com/v2/embed");
    expect(at({ provider: "cohere", api_base: "https://api.cohere.com/v1" })).toBe("https://api.cohere.com/v2/embed");
    expect(at({ provider: "gemini" })).toBe(
      "https://generativelanguage.googleapis.com/v1beta/models/m:batchEmbedContents",
    );
    expect(at({ provider: "dashscope" })).toBe("https://dashscope.aliyuncs.com/compatible-mode/v1/embeddings");
    expect(at({ provider: "dashscope" }, { document_param: "document" })).toBe(
      "https://dashscope.aliyuncs.com/api/v1/services/embeddings/text-embedding/text-embedding",
    );
    expect(at({ provider: "volcengine" }, { input: "multimodal" })).toBe(
      "https://ark.cn-beijing.volces.com/api/v3/embeddings/multimodal",
    );
    expect(at({ provider: "vikingdb", region: "cn-shanghai" })).toBe(
      "https://api-vikingdb.vikingdb.cn-shanghai.volces.com/api/vikingdb/embedding",
    );
    expect(at({ provider: "vikingdb", host: "my.host" })).toBe("https://my.host/api/vikingdb/embedding");
    expect(at({ provider: "anthropic" })).toBeUndefined();
    expect(at({ provider: "custom" })).toBeUndefined();
  });
});

describe("images and videos", () => {
  const jina = (id: string) => ({ id, provider: "jina", model: "jina-clip-v2", api_key: "k" });

  it("go only to credentials whose provider takes them, and whose configuration does not rule it out (S27)", async () => {
    const { url, arrivals } = await startProvider(({ body }) => ({
      body: { data: (body["input"] as unknown[]).map(() => ({ embedding: one })) },
    }));
    const model = openModel(url, {
      input: "multimodal",
      interchangeable: true,
      credentials: [
        { id: "text-only", provider: "openai", api_base: `${url}/text/v1`, api_key: "k" },
        { ...jina("blind"), api_base: `${url}/blind/v1`, capabilities: ["tools"] },
        { ...jina("seeing"), api_base: `${url}/seeing/v1` },
      ],
    });

    await model.embed([{ parts: [png] }]);
    await model.embed(["a text"]);

    expect(arrivals.map(({ path }) => path)).toEqual(["/seeing/v1/embeddings", "/text/v1/embeddings"]);
    expect(model.active()).toBe("text-only");
  });

  it("need video of credentials that state what they can do", async () => {
    const { url, arrivals } = await startProvider(() => ({ body: openaiAnswer }));
    const voyage = { provider: "voyage", model: "voyage-multimodal-3.5", api_key: "k" };
    const model = openModel(url, {
      ...multimodal,
      credentials: [
        { ...voyage, id: "sees", api_base: `${url}/sees/v1`, capabilities: ["vision"] },
        { ...voyage, id: "watches", api_base: `${url}/watches/v1`, capabilities: ["video"] },
      ],
    });

    await model.embed([{ parts: [mp4] }, { parts: [{ video: new URL(`data:video/mp4;base64,${mp4Base64}`) }] }]);

    expect(arrivals.map(({ path }) => path)).toEqual(["/watches/v1/multimodalembeddings"]);
  });

  it("that travel along are asked for apart from addresses where a request is to have one form of them: voyage", async () => {
    const { url, arrivals } = await startProvider(({ body }) => ({
      body: { data: (body["inputs"] as unknown[]).map(() => ({ embedding: one })) },
    }));
    const model = openModel(url, {
      ...multimodal,
      credential: { provider: "voyage", model: "voyage-multimodal-3" },
    });

    await model.embed([{ parts: [remote] }, "a text", { parts: [png] }, { parts: [png] }], { concurrency: 1 });

    expect(arrivals.map(({ body }) => (body["inputs"] as unknown[]).length)).toEqual([2, 2]);
  });

  it("of one kind and several in number go alone where a request has to have no other input: vikingdb", async () => {
    const { url, arrivals } = await startProvider(({ body }) => ({
      body: { code: "Success", result: { data: (body["data"] as unknown[]).map(() => ({ dense: one })) } },
    }));
    const model = openModel(url, {
      ...multimodal,
      credential: { provider: "vikingdb", model: "doubao-embedding-vision", ak: "AK", sk: "SK", api_base: url },
    });
    const pair = { parts: [{ text: "a sky" }, remote, remote, remoteVideo] };

    await model.embed(["a text", { parts: [remote] }, pair, "a text", pair], { concurrency: 1 });

    const full_modal_seq = [{ text: "a sky" }, remote, remote, { video: { value: remoteVideo.video } }];
    expect(arrivals.map(({ body }) => body["data"])).toEqual([
      [{ text: "a text" }, remote],
      [{ full_modal_seq }],
      [{ text: "a text" }],
      [{ full_modal_seq }],
    ]);
  });

  it.each([
    ["an image", {}, [{ parts: [png] }], "can do vision"],
    ["an image for a model of texts", { credential: jina("a") }, [{ parts: [png] }], "can do vision"],
    [
      "parts that no provider puts together",
      { input: "multimodal", credential: jina("a") },
      [{ parts: [{ text: "a sky" }, png] }],
      "inputs of several parts",
    ],
    [
      "an image that would have to be fetched",
      { input: "multimodal", api: "any", credential: { provider: "cohere", model: "embed-v4.0" } },
      [{ parts: [remote] }],
      "can do vision",
    ],
    [
      "a video for a model of images",
      { ...multimodal, credential: { provider: "voyage", model: "voyage-multimodal-3" } },
      [{ parts: [mp4] }],
      "can do video",
    ],
    [
      "a video that would have to travel along",
      { input: "multimodal", credential: { provider: "dashscope", model: "qwen3-vl-embedding" } },
      [{ parts: [mp4] }],
      "can do video",
    ],
    [
      "parts that make a vector each",
      { input: "multimodal", credential: { provider: "dashscope", model: "tongyi-embedding-vision-plus" } },
      [{ parts: [{ text: "a sky" }, remote] }],
      "inputs of several parts",
    ],
    [
      "two images where one of a kind is taken",
      { input: "multimodal", credential: { provider: "dashscope", model: "qwen2.5-vl-embedding" } },
      [{ parts: [remote, remote] }],
      "inputs of several parts of one kind",
    ],
    [
      "a hybrid vector of an image, where only texts have sparse ones",
      { vectors: "hybrid", credential: { provider: "volcengine", model: "doubao-embedding-vision-250615" } },
      [{ parts: [remote] }],
      "can do vision",
    ],
  ] as const)("are refused at once where no credential can take them: %s", async (_, model, inputs, said) => {
    const { url, arrivals } = await startProvider(() => ({ body: openaiAnswer }));
    const embedding = openModel(url, model);

    const failure = embedding.embed<VectorKind>(inputs, { vectors: "vectors" in model ? model.vectors : "dense" });

    await expect(failure).rejects.toThrow(said);
    await expect(failure).rejects.toMatchObject({ code: "KS_ERR_NO_CREDENTIAL" });
    expect(arrivals).toEqual([]);
  });

  it("cannot be asked of vectors that no provider makes: hybrid ones of OpenAI's", async () => {
    const { url } = await startProvider(() => ({ body: openaiAnswer }));
    const model = openModel(url, { vectors: "hybrid" });

    await expect(model.embed("text", { vectors: "hybrid" })).rejects.toThrow("can do hybrid embeddings");
  });
});
