import type { Api } from "../providers/provider.ts";

/** An answer of our own that tells of a failure. */
export interface OwnError {
  readonly status: 400 | 429 | 502 | 503;
  readonly code: string;
  readonly message: string;
  /** What more there is to tell; a dialect's clients look at none of it. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** The body of an error as a dialect's clients expect it. */
export function errorBody(api: Api, { status, code, message, details }: OwnError): unknown {
  switch (api) {
    case "openai":
      return { error: { message, type: "keyswitch_error", param: null, code, ...details } };
    case "anthropic":
      return { type: "error", error: { type: anthropicTypes[status], message, code, ...details } };
    case "gemini":
      return {
        error: { code: status, message, status: geminiStatuses[status], details: [{ reason: code, ...details }] },
      };
  }
}

/** https://docs.claude.com/en/api/errors */
const anthropicTypes = {
  400: "invalid_request_error",
  429: "rate_limit_error",
  502: "api_error",
  503: "overloaded_error",
};

/** https://cloud.google.com/apis/design/errors */
const geminiStatuses = { 400: "INVALID_ARGUMENT", 429: "RESOURCE_EXHAUSTED", 502: "INTERNAL", 503: "UNAVAILABLE" };

/** The whole answer. No client is to try it again by itself: all that could be tried was. */
export function errorResponse(api: Api, error: OwnError, headers: Headers): Response {
  headers.set("content-type", "application/json");
  headers.set("x-should-retry", "false");
  return new Response(JSON.stringify(errorBody(api, error)), { status: error.status, headers });
}
