import type { ErrorTable } from "../../classify/index.ts";

/**
 * Azure OpenAI and Foundry, with API Management in front. Host, deployment and api-version are the credential's, so what is not
 * found there may be found elsewhere. https://learn.microsoft.com/azure/ai-services/openai/reference
 */
export const azureErrors: ErrorTable = {
  provider: "azure",
  codes: {
    content_filter: "content_safety",
    ResponsibleAIPolicyViolation: "content_safety",
    DeploymentNotFound: "auth",
    OperationNotSupported: "auth",
    ResourceNotFound: "auth",
    InvalidSubscriptionKey: "auth",
    AuthenticationTypeDisabled: "auth",
    NoCapacity: "transient",
    EngineOverloaded: "transient",
    insufficient_quota: "quota_exceeded",
  },
  texts: [
    {
      rule: "quota-replenished",
      class: "quota_exceeded",
      pattern: /out of call volume quota|quota will be replenished/,
    },
    {
      rule: "resource-not-found",
      class: "auth",
      pattern: /resource not found|api deployment for this resource does not exist/,
    },
  ],
  statuses: { 404: "auth" },
};
