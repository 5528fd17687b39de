import type { Api } from "../providers/provider.ts";

/** The statuses that we answer with ourselves. */
export type OwnStatus = 400 | 401 | 403 | 404 | 405 | 408 | 413 | 429 | 500 | 502 | 503 | 504;

/** An answer of our own that tells of a failure. */
export interface OwnError {
  readonly status: OwnStatus;
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
const anthropicTypes: Readonly<Record<OwnStatus, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  405: "invalid_request_error",
  408: "timeout_error",
  413: "request_too_large",
  429: "rate_limit_error",
  500: "api_error",
  502: "api_error",
  503: "overloaded_error",
  504: "timeout_error",
};

/** https://cloud.google.com/apis/design/errors */
const geminiStatuses: Readonly<Record<OwnStatus, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  405: "UNIMPLEMENTED",
  408: "DEADLINE_EXCEEDED",
  413: "INVALID_ARGUMENT",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  502: "INTERNAL",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};
