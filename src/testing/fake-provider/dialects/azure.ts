import { failures } from "../failures/index.ts";
import { dataEvent } from "../sse.ts";
import type { Question, Reply } from "../reply.ts";
import type { Dialect } from "./dialect.ts";
import { chatCompletion } from "./openai-chat.ts";
import { openai } from "./openai.ts";

/** OpenAI's answers under a deployment's path, with Azure's own errors. @see https://learn.microsoft.com/azure/ai-foundry/openai/reference */
export const azure: Dialect = {
  ...openai,
  endpoints: [
    { method: "POST", path: /\/chat\/completions$/, answer: filteredChatCompletion },
    ...openai.endpoints.filter(({ answer }) => answer !== chatCompletion),
  ],
  requestIdHeader: "apim-request-id",
  invalidKey: failures.azure.accessDenied,
  notFound: () => failures.azure.deploymentNotFound,
};

/** Azure's stream opens with an event that has no choice, only what the filter found in the prompt. */
function filteredChatCompletion(question: Question): Reply {
  const reply = chatCompletion(question);
  if (!("items" in reply)) return reply;
  const filtered = {
    id: "",
    object: "",
    created: 0,
    model: "",
    choices: [],
    prompt_filter_results: [{ prompt_index: 0, content_filter_results: {} }],
  };
  return { ...reply, head: [dataEvent(filtered), ...reply.head] };
}
