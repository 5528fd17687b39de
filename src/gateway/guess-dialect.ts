import type { IncomingHttpHeaders } from "node:http";
import type { Api } from "../providers/provider.ts";

/** The dialect in which a client expects to be answered where no route says it. */
export function guessDialect(pathname: string, headers: IncomingHttpHeaders): Api {
  if (/^\/v1(?:beta|alpha)\//.test(pathname) || headers["x-goog-api-key"] !== undefined) return "gemini";
  return pathname.startsWith("/v1/messages") || headers["anthropic-version"] !== undefined ? "anthropic" : "openai";
}
