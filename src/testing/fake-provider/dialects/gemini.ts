import { failures } from "../failures/index.ts";
import { embeddingOf, tokensOf } from "../content.ts";
import { json, type Question, type Reply } from "../reply.ts";
import { dataEvent } from "../sse.ts";
import type { Dialect } from "./dialect.ts";

/** @see https://ai.google.dev/api */
export const gemini: Dialect = {
  endpoints: [
    { method: "POST", path: /:generateContent$/, answer: (question) => json(completed(question)) },
    { method: "POST", path: /:streamGenerateContent$/, answer: streamed },
    {
      method: "POST",
      path: /:embedContent$/,
      answer: (question) => json({ embedding: embedded(question.json, question) }),
    },
    { method: "POST", path: /:batchEmbedContents$/, answer: batchEmbedded },
    {
      method: "POST",
      path: /:countTokens$/,
      answer: ({ json: asked }) => json({ totalTokens: tokensOf(asked["contents"]) }),
    },
    { method: "GET", path: /\/models$/, answer: models },
  ],
  requestIdHeader: "x-request-id",
  invalidKey: failures.gemini.invalidKey,
  unparsableBody: failures.gemini.badRequest,
  notFound: () => failures.gemini.notFound,
};

function completed(question: Question): object {
  return { ...part(question, question.pieces.join(""), "STOP"), usageMetadata: usageOf(question) };
}

/** Events with `alt=sse`; without it the same parts as one JSON array. */
function streamed(question: Question): Reply {
  const parts = question.pieces.map((piece) => part(question, piece));
  const last = { ...part(question, "", "STOP"), usageMetadata: usageOf(question) };
  if (question.query["alt"] !== "sse") return json([...parts, last]);
  return { head: [], items: parts.map(dataEvent), tail: [dataEvent(last)], error: dataEvent };
}

function part({ model, serial }: Question, text: string, finishReason?: string): object {
  const candidate = { content: { parts: [{ text }], role: "model" }, ...(finishReason && { finishReason }), index: 0 };
  return { candidates: [candidate], modelVersion: model, responseId: serial };
}

function usageOf({ json: asked, pieces }: Question): object {
  const [promptTokenCount, candidatesTokenCount] = [tokensOf(asked["contents"]), tokensOf(pieces.join(""))];
  return { promptTokenCount, candidatesTokenCount, totalTokenCount: promptTokenCount + candidatesTokenCount };
}

function embedded(request: Question["json"], { dimension }: Question): object {
  const asked = request["outputDimensionality"];
  return { values: embeddingOf(request["content"], typeof asked === "number" ? asked : dimension) };
}

function batchEmbedded(question: Question): Reply {
  const requests = Array.isArray(question.json["requests"]) ? question.json["requests"] : [];
  return json({ embeddings: requests.map((request: Question["json"]) => embedded(request, question)) });
}

function models({ models }: Question): Reply {
  return json({ models: models.map((id) => ({ name: `models/${id}`, displayName: id })) });
}
