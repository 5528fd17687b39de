import type { ErrorClass } from "../../machines/events.ts";

/** Names of error classes, as SDKs in several languages give them. Wrappers reuse them freely, so all else is asked first. */
const classByName: readonly (readonly [RegExp, ErrorClass])[] = [
  [/^(?:Abort|APIUserAbort|RequestAborted|ResponseAborted|Cancell?ed)(?:Error|Exception)$/, "unknown"],
  [/(?:Timeout|TimedOut)(?:Error|Exception)?$/, "transient"],
  [
    /^(?:APIConnection|Connection|Connect|Socket|Network|RemoteProtocol|Read|Write|Fetch|ChunkedEncoding|SSEStream)(?:Error|Exception)$/,
    "transient",
  ],
  [
    /(?:RateLimit|TooManyRequests|Throttling|Overloaded|InternalServer|ServiceUnavailable|ServerError|MidStreamFallback)(?:Error|Exception)?$/,
    "transient",
  ],
  [
    /(?:Authentication|PermissionDenied|Unauthorized|Forbidden|AccessDenied|LoadAPIKey|NoSuchModel)(?:Error|Exception)?$/,
    "auth",
  ],
  [/(?:ContentPolicyViolation|ContentFilter)(?:Error|Exception)?$/, "content_safety"],
  [/(?:ContextWindowExceeded|LengthFinishReason)(?:Error|Exception)?$/, "input_too_large"],
  [
    /(?:BadRequest|InvalidRequest|UnprocessableEntity|InvalidPrompt|UnsupportedFunctionality|InvalidArgument|TypeValidation)(?:Error|Exception)?$/,
    "permanent",
  ],
];

const nameInText = /\b[A-Z][A-Za-z]{2,40}(?:Error|Exception|Timeout)\b/g;

/** The error class names that a printed error shows, in order. */
export function namesIn(text: string): readonly string[] {
  return text.match(nameInText) ?? [];
}

/** The class that an error's name suggests. */
export function classOfName(name: string): ErrorClass | undefined {
  return classByName.find(([pattern]) => pattern.test(name))?.[1];
}
