import type { ErrorTable } from "../../classify/index.ts";

/**
 * Google's Gemini API, Vertex AI and Code Assist: `google.rpc` statuses, whose `details` tell what the one text for every used-up
 * quota does not. https://ai.google.dev/gemini-api/docs/troubleshooting
 */
export const geminiErrors: ErrorTable = {
  provider: "gemini",
  codes: {
    API_KEY_INVALID: "auth",
    API_KEY_SERVICE_BLOCKED: "auth",
    SERVICE_DISABLED: "auth",
    CONSUMER_SUSPENDED: "auth",
    CONSUMER_INVALID: "auth",
    IAM_PERMISSION_DENIED: "auth",
    ACCESS_TOKEN_SCOPE_INSUFFICIENT: "auth",
    ACCESS_TOKEN_EXPIRED: "auth",
    BILLING_DISABLED: "auth",
    USER_PROJECT_DENIED: "auth",
    VALIDATION_REQUIRED: "auth",
    MODEL_CAPACITY_EXHAUSTED: "transient",
    QUOTA_EXHAUSTED: "quota_exceeded",
    INSUFFICIENT_G1_CREDITS_BALANCE: "quota_exceeded",
    RESOURCE_EXHAUSTED: [
      { when: /per day|daily|limit(?: value)?:? 0\b|quota exhausted|prepayment|spend/, class: "quota_exceeded" },
      {
        when: /per minute|per min\b|retry in \d{1,2}(?:\.\d{1,12})?s\b|retry in \d{1,6}(?:\.\d{1,12})?ms|e\.g\. check quota|capacity|rate limit exceeded/,
        class: "transient",
      },
    ],
    // the code that proxies write over a body that still has Google's sentence
    "Too Many Requests": [
      { when: /retry in \d{1,2}(?:\.\d{1,12})?s\b|retry in \d{1,6}(?:\.\d{1,12})?ms/, class: "transient" },
    ],
    RATE_LIMIT_EXCEEDED: [{ when: /per day|daily/, class: "quota_exceeded" }, { class: "transient" }],
    FAILED_PRECONDITION: [{ when: /location|billing|region|free tier is not available/, class: "auth" }],
    UNAVAILABLE: "transient",
    DEADLINE_EXCEEDED: "transient",
  },
  // Vertex counts its online predictions by the minute
  texts: [
    {
      rule: "online-prediction",
      class: "transient",
      pattern: /quota exceeded for aiplatform.{0,60} per (?:minute|base model)/,
      unless: /per day/,
    },
  ],
};
