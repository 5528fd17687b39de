import type { Failure } from "../failures/index.ts";
import type { ReceivedRequest } from "../recorded-request.ts";
import { json, type Question, type Reply } from "../reply.ts";
import { anthropic } from "./anthropic.ts";
import { azure } from "./azure.ts";
import type { Dialect } from "./dialect.ts";
import { gemini } from "./gemini.ts";
import { openai } from "./openai.ts";

export type { Dialect } from "./dialect.ts";

/** Which dialect a request speaks. OpenAI's is what everyone else is compatible with, Gemini under `/openai/` too. */
export function dialectOf({ path, headers }: ReceivedRequest): Dialect {
  if ("anthropic-version" in headers || /\/messages(?:\/count_tokens)?$/.test(path)) return anthropic;
  if (/^\/openai\/(?:deployments|v1)\//.test(path)) return azure;
  if (/^\/v1(?:(?:alpha|beta)\/models|\/models\/[^/]+:)/.test(path)) return gemini;
  return openai;
}

/** The dialect's healthy answer; its own refusal where the path is unknown or the body no JSON. */
export function replyTo(request: ReceivedRequest, dialect: Dialect, question: Question): Reply {
  const { method, path } = request;
  const endpoint = dialect.endpoints.find((endpoint) => endpoint.method === method && endpoint.path.test(path));
  if (endpoint === undefined) return refusal(dialect.notFound(request));
  if (method === "POST" && !hasContent(request)) return refusal(dialect.unparsableBody);
  return endpoint.answer(question);
}

function refusal({ status, body }: Failure): Reply {
  return json(body, status);
}

function hasContent({ json, parts }: ReceivedRequest): boolean {
  return json !== undefined || parts.length > 0;
}
