import type { ErrorTable } from "../../classify/index.ts";

/** Amazon Bedrock, by its exceptions. https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html */
export const bedrockErrors: ErrorTable = {
  provider: "bedrock",
  codes: {
    ServiceQuotaExceededException: "quota_exceeded",
    AccessDeniedException: "auth",
    UnrecognizedClientException: "auth",
    ExpiredTokenException: "auth",
    InvalidSignatureException: "auth",
    IncompleteSignature: "auth",
    NotAuthorized: "auth",
    OptInRequired: "auth",
    ResourceNotFoundException: "auth",
    ModelNotReadyException: "transient",
    ModelTimeoutException: "transient",
    ModelErrorException: "transient",
    ModelStreamErrorException: "transient",
    ServiceUnavailableException: "transient",
    InternalServerException: "transient",
    ThrottlingException: [{ when: /per day|daily/, class: "quota_exceeded" }, { class: "transient" }],
  },
  // SDKs print the exception before its message
  codeInText: /\b(\w{3,40}Exception)\b(?! -)/,
  texts: [
    { rule: "tokens-wait", class: "transient", pattern: /too many tokens, please wait/ },
    {
      rule: "model-access",
      class: "auth",
      pattern:
        /on demand throughput|model identifier is invalid|inference profile|access to the model|use case details/,
    },
    {
      rule: "malformed",
      class: "permanent",
      pattern:
        /malformed input request.{0,200}(?:required key|extraneous key|not permitted|subject must|not a valid enum)/,
      unless: /maxlength|too long/,
    },
  ],
};
