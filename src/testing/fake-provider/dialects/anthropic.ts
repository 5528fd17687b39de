import { failures } from "../failures/index.ts";
import { tokensOf } from "../content.ts";
import { json, type Question, type Reply } from "../reply.ts";
import { namedEvent } from "../sse.ts";
import { askedTool, toolArguments } from "./asked-tool.ts";
import type { Dialect } from "./dialect.ts";

/** @see https://docs.claude.com/en/api */
export const anthropic: Dialect = {
  endpoints: [
    { method: "POST", path: /\/messages$/, answer: message },
    { method: "POST", path: /\/messages\/count_tokens$/, answer: countTokens },
    { method: "GET", path: /\/models$/, answer: models },
  ],
  requestIdHeader: "request-id",
  invalidKey: failures.anthropic.authentication,
  unparsableBody: failures.anthropic.badRequest,
  notFound: () => failures.anthropic.notFound,
};

function message(question: Question): Reply {
  return question.json["stream"] === true ? streamed(question) : json(completed(question));
}

function completed(question: Question): object {
  return {
    ...begun(question),
    content: [blockOf(question)],
    stop_reason: stopReasonOf(question),
    usage: usageOf(question, tokensOf(question.pieces.join(""))),
  };
}

/** @see https://docs.claude.com/en/docs/build-with-claude/streaming */
function streamed(question: Question): Reply {
  const outputTokens = tokensOf(question.pieces.join(""));
  const head = [
    { type: "message_start", message: begun(question) },
    { type: "content_block_start", index: 0, content_block: emptyBlockOf(question) },
    { type: "ping" },
  ];
  const items = deltasOf(question).map((delta) => ({ type: "content_block_delta", index: 0, delta }));
  const tail = [
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: stopReasonOf(question), stop_sequence: null },
      usage: { output_tokens: outputTokens },
    },
    { type: "message_stop" },
  ];
  return {
    head: head.map(namedEvent),
    items: items.map(namedEvent),
    tail: tail.map(namedEvent),
    error: (body) => namedEvent({ ...(body as object), type: "error" }),
  };
}

function begun(question: Question): object {
  return {
    id: `msg_${question.serial}`,
    type: "message",
    role: "assistant",
    model: question.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: usageOf(question, 1),
  };
}

function blockOf(question: Question): object {
  const { json: asked, pieces, serial } = question;
  const tool = askedTool(asked);
  if (tool === undefined) return { type: "text", text: pieces.join(""), citations: null };
  const input: unknown = JSON.parse(toolArguments(question).join(""));
  return { type: "tool_use", id: `toolu_${serial}`, name: tool, input };
}

function emptyBlockOf({ json: asked, serial }: Question): object {
  const tool = askedTool(asked);
  return tool === undefined
    ? { type: "text", text: "", citations: null }
    : { type: "tool_use", id: `toolu_${serial}`, name: tool, input: {} };
}

function deltasOf(question: Question): object[] {
  return askedTool(question.json) === undefined
    ? question.pieces.map((text) => ({ type: "text_delta", text }))
    : toolArguments(question).map((piece) => ({ type: "input_json_delta", partial_json: piece }));
}

function stopReasonOf({ json: asked }: Question): string {
  return askedTool(asked) === undefined ? "end_turn" : "tool_use";
}

function usageOf({ json: asked }: Question, outputTokens: number): object {
  return {
    input_tokens: tokensOf(asked["messages"]),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: outputTokens,
  };
}

function countTokens({ json: asked }: Question): Reply {
  return json({ input_tokens: tokensOf(asked["messages"]) });
}

function models({ models, createdS }: Question): Reply {
  const createdAt = new Date(createdS * 1000).toISOString();
  const data = models.map((id) => ({ type: "model", id, display_name: id, created_at: createdAt }));
  return json({ data, has_more: false, first_id: models.at(0) ?? null, last_id: models.at(-1) ?? null });
}
