import type { Provider } from "../provider.ts";

/** Operations that are asked of a deployment; any other is asked of the resource. */
const ofDeployment = /^\/(?:chat\/completions|completions|embeddings|images\/|audio\/)/;

/**
 * A base is the resource's own (`https://east.openai.azure.com`), as Azure's portal and `AzureOpenAI` have it, or the one of
 * its versionless API, whose paths are OpenAI's.
 *
 * https://learn.microsoft.com/azure/ai-foundry/openai/reference, https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
 */
export const azure: Provider = {
  name: "azure",
  title: "Azure OpenAI",
  aliases: ["azure-openai"],
  endpoints: {
    openai: {
      auth: { header: "api-key" },
      versionParameter: "api-version",
      layouts: [
        { base: /\/openai\/v1$/, prefixes: [], needsVersion: false },
        { base: /\/deployments\/[^/]+$/, prefixes: [], needsVersion: true },
        { base: /\/openai$/, prefixes: [{ route: ofDeployment, prefix: "/deployments/{model}" }], needsVersion: true },
        {
          base: /(?:)/,
          prefixes: [
            { route: ofDeployment, prefix: "/openai/deployments/{model}" },
            { route: /^\//, prefix: "/openai" },
          ],
          needsVersion: true,
        },
      ],
    },
  },
};
