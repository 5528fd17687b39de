import type { Failure, StatedWait } from "./failure.ts";

/** Codes: https://learn.microsoft.com/azure/ai-foundry/openai/reference; bodies as seen in the issues named below. */
export const azure = {
  /** Wrong key, or the right one at another region's endpoint. https://github.com/microsoft/semantic-kernel/issues/10337 */
  accessDenied: failure(401, {
    code: "401",
    message:
      "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.",
  }),

  /** The resource has no deployment of that name. https://github.com/chatboxai/chatbox/issues/861 */
  deploymentNotFound: failure(404, {
    code: "DeploymentNotFound",
    message:
      "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.",
  }),

  /** The deployment's tokens a minute are used up. https://github.com/Azure-Samples/azure-search-openai-demo/issues/177 */
  rateLimit: ({ retryAfterS }: StatedWait): Failure => ({
    ...failure(429, { code: "429", message: `Rate limit is exceeded. Try again in ${retryAfterS} seconds.` }),
    headers: {
      "retry-after": String(Math.ceil(retryAfterS)),
      "retry-after-ms": String(Math.ceil(retryAfterS * 1000)),
    },
  }),

  /** The prompt was filtered. https://github.com/compl-ai/compl-ai/issues/20 */
  contentFilter: failure(400, {
    message:
      "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry. To learn more about our content filtering policies please read our documentation: https://go.microsoft.com/fwlink/?linkid=2198766",
    type: null,
    param: "prompt",
    code: "content_filter",
    status: 400,
    innererror: {
      code: "ResponsibleAIPolicyViolation",
      content_filter_result: {
        hate: { filtered: false, severity: "safe" },
        self_harm: { filtered: false, severity: "safe" },
        sexual: { filtered: false, severity: "safe" },
        violence: { filtered: true, severity: "medium" },
      },
    },
  }),

  /** A fault on their side. https://github.com/Azure-Samples/azure-search-openai-demo/issues/1390 */
  serverError: failure(500, {
    message: "The server had an error while processing your request. Sorry about that!",
    type: "server_error",
    param: null,
    code: null,
  }),
} as const;

function failure(status: number, error: Readonly<Record<string, unknown>>): Failure {
  return { status, body: { error } };
}
