import { failures } from "../failures/index.ts";
import { embeddingOf, tokensOf } from "../content.ts";
import { json, type Question, type Reply } from "../reply.ts";
import { dataEvent } from "../sse.ts";
import type { Dialect } from "./dialect.ts";
import { audioSpeech, audioTranscription } from "./openai-audio.ts";
import { chatCompletion } from "./openai-chat.ts";
import { response } from "./openai-responses.ts";

/** @see https://platform.openai.com/docs/api-reference */
export const openai: Dialect = {
  endpoints: [
    { method: "POST", path: /\/chat\/completions$/, answer: chatCompletion },
    { method: "POST", path: /\/completions$/, answer: completion },
    { method: "POST", path: /\/responses$/, answer: response },
    { method: "POST", path: /\/embeddings$/, answer: embeddings },
    { method: "POST", path: /\/rerank$/, answer: rerank },
    { method: "POST", path: /\/images\/generations$/, answer: images },
    { method: "POST", path: /\/audio\/(?:transcriptions|translations)$/, answer: audioTranscription },
    { method: "POST", path: /\/audio\/speech$/, answer: audioSpeech },
    { method: "GET", path: /\/models$/, answer: models },
  ],
  requestIdHeader: "x-request-id",
  invalidKey: failures.openai.invalidKey,
  unparsableBody: failures.openai.unparsableBody,
  notFound: failures.openai.unknownUrl,
};

/** The older completions, without roles. */
function completion({ json: asked, model, pieces, serial, createdS }: Question): Reply {
  const part = (text: string, finishReason: string | null): unknown => ({
    id: `cmpl-${serial}`,
    object: "text_completion",
    created: createdS,
    model,
    choices: [{ text, index: 0, logprobs: null, finish_reason: finishReason }],
  });
  if (asked["stream"] === true) {
    return {
      head: [],
      items: pieces.map((piece) => dataEvent(part(piece, null))),
      tail: [dataEvent(part("", "stop")), "data: [DONE]\n\n"],
      error: dataEvent,
    };
  }
  const text = pieces.join("");
  const [promptTokens, completionTokens] = [tokensOf(asked["prompt"]), tokensOf(text)];
  const usage = {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
  return json({ ...(part(text, "stop") as object), usage });
}

function embeddings({ json: asked, model, dimension }: Question): Reply {
  const inputs = embeddingInputs(asked["input"]);
  const length = typeof asked["dimensions"] === "number" ? asked["dimensions"] : dimension;
  const encode = asked["encoding_format"] === "base64" ? base64 : (vector: number[]): unknown => vector;
  const tokens = inputs.reduce<number>((sum, input) => sum + tokensOf(input), 0);
  return json({
    object: "list",
    data: inputs.map((input, index) => ({ object: "embedding", index, embedding: encode(embeddingOf(input, length)) })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
}

/** A text, a list of texts, one text as tokens, or a list of those. */
function embeddingInputs(input: unknown): readonly unknown[] {
  const isOneText = !Array.isArray(input) || typeof input[0] === "number";
  return isOneText ? [input] : input;
}

/** 32-bit floats, little-endian: what OpenAI's client asks for unless told otherwise. */
function base64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * Float32Array.BYTES_PER_ELEMENT);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * Float32Array.BYTES_PER_ELEMENT);
  return bytes.toString("base64");
}

/** Not OpenAI's own, but at this path in the dialect's family. @see https://jina.ai/reranker */
function rerank({ json: asked, model, serial }: Question): Reply {
  const documents = Array.isArray(asked["documents"]) ? asked["documents"] : [];
  const limit = typeof asked["top_n"] === "number" ? asked["top_n"] : documents.length;
  const results = documents.map((_, index) => ({ index, relevance_score: 1 / (index + 1) })).slice(0, limit);
  return json({ id: `rerank-${serial}`, model, results, usage: { total_tokens: tokensOf(documents) } });
}

const onePixelPng = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

function images({ json: asked, pieces, createdS }: Question): Reply {
  const count = typeof asked["n"] === "number" ? asked["n"] : 1;
  const image = { b64_json: onePixelPng, revised_prompt: pieces.join("") };
  return json({ created: createdS, data: Array.from({ length: count }, () => image) });
}

function models({ models, createdS, label }: Question): Reply {
  const data = models.map((id) => ({ id, object: "model", created: createdS, owned_by: label }));
  return json({ object: "list", data });
}
