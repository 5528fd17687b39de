import { tokensOf } from "../content.ts";
import { json, type Question, type Reply } from "../reply.ts";
import { namedEvent } from "../sse.ts";

/** @see https://platform.openai.com/docs/api-reference/responses */
export function response(question: Question): Reply {
  return question.json["stream"] === true ? streamed(question) : json(completed(question));
}

function streamed(question: Question): Reply {
  const { pieces, serial } = question;
  const text = pieces.join("");
  const place = { item_id: `msg_${serial}`, output_index: 0, content_index: 0 };
  const head = [
    { type: "response.created", response: inProgress(question) },
    { type: "response.in_progress", response: inProgress(question) },
    {
      type: "response.output_item.added",
      output_index: 0,
      item: { ...messageOf(question), status: "in_progress", content: [] },
    },
    { type: "response.content_part.added", ...place, part: partOf("") },
  ];
  const items = pieces.map((delta) => ({ type: "response.output_text.delta", ...place, delta, logprobs: [] }));
  const tail = [
    { type: "response.output_text.done", ...place, text, logprobs: [] },
    { type: "response.content_part.done", ...place, part: partOf(text) },
    { type: "response.output_item.done", output_index: 0, item: messageOf(question) },
    { type: "response.completed", response: completed(question) },
  ];
  return {
    head: head.map((event, index) => numbered(event, index)),
    items: items.map((event, index) => numbered(event, head.length + index)),
    tail: tail.map((event, index) => numbered(event, head.length + items.length + index)),
    error: (body) => numbered(errorEvent(body), head.length + items.length),
  };
}

function numbered(event: { readonly type: string }, sequenceNumber: number): string {
  const data = { ...event, sequence_number: sequenceNumber };
  return namedEvent(data);
}

/** In this stream the error's fields stand in the event itself, without `error`. */
function errorEvent(body: unknown): { readonly type: "error" } {
  const error = typeof body === "object" && body !== null && "error" in body ? body.error : body;
  const fields = typeof error === "object" ? error : { message: error };
  return { ...fields, type: "error" };
}

function inProgress({ model, serial, createdS }: Question): object {
  return {
    id: `resp_${serial}`,
    object: "response",
    created_at: createdS,
    status: "in_progress",
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    metadata: {},
    model,
    output: [],
    parallel_tool_calls: true,
    previous_response_id: null,
    temperature: 1,
    tool_choice: "auto",
    tools: [],
    top_p: 1,
    usage: null,
  };
}

function completed(question: Question): object {
  return { ...inProgress(question), status: "completed", output: [messageOf(question)], usage: usageOf(question) };
}

function messageOf({ pieces, serial }: Question): object {
  return {
    id: `msg_${serial}`,
    type: "message",
    status: "completed",
    role: "assistant",
    content: [partOf(pieces.join(""))],
  };
}

function partOf(text: string): object {
  return { type: "output_text", text, annotations: [] };
}

function usageOf({ json: asked, pieces }: Question): object {
  const [inputTokens, outputTokens] = [tokensOf(asked["input"]), tokensOf(pieces.join(""))];
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: inputTokens + outputTokens,
  };
}
