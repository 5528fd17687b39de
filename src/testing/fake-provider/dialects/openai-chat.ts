import { tokensOf } from "../content.ts";
import { json, type Question, type Reply } from "../reply.ts";
import { dataEvent } from "../sse.ts";
import { askedTool, toolArguments } from "./asked-tool.ts";

/** @see https://platform.openai.com/docs/api-reference/chat */
export function chatCompletion(question: Question): Reply {
  return question.json["stream"] === true ? streamed(question) : inOnePiece(question);
}

function inOnePiece(question: Question): Reply {
  const { model, pieces, serial, createdS } = question;
  const tool = askedTool(question.json);
  const message = tool === undefined ? { content: pieces.join("") } : toolMessage(tool, question);
  return json({
    id: `chatcmpl-${serial}`,
    object: "chat.completion",
    created: createdS,
    model,
    choices: [
      {
        index: 0,
        message: { role: "assistant", refusal: null, ...message },
        logprobs: null,
        finish_reason: tool === undefined ? "stop" : "tool_calls",
      },
    ],
    usage: usageOf(question),
    system_fingerprint: "fp_fake",
  });
}

/** The role opens the stream, without content; the usage comes last, without a choice, if it was asked for. */
function streamed(question: Question): Reply {
  const tool = askedTool(question.json);
  const deltas = tool === undefined ? question.pieces.map((content) => ({ content })) : toolDeltas(tool, question);
  const finishReason = tool === undefined ? "stop" : "tool_calls";
  const usage = wantsUsage(question) ? [dataEvent({ ...chunk(question, []), usage: usageOf(question) })] : [];
  return {
    head: [dataEvent(chunk(question, [choice({ role: "assistant", content: "", refusal: null })]))],
    items: deltas.map((delta) => dataEvent(chunk(question, [choice(delta)]))),
    tail: [dataEvent(chunk(question, [choice({}, finishReason)])), ...usage, "data: [DONE]\n\n"],
    error: dataEvent,
  };
}

function chunk({ model, serial, createdS }: Question, choices: readonly unknown[]): object {
  return {
    id: `chatcmpl-${serial}`,
    object: "chat.completion.chunk",
    created: createdS,
    model,
    system_fingerprint: "fp_fake",
    choices,
  };
}

function choice(delta: object, finishReason: string | null = null): unknown {
  return { index: 0, delta, logprobs: null, finish_reason: finishReason };
}

function toolMessage(tool: string, question: Question): object {
  const call = { name: tool, arguments: toolArguments(question).join("") };
  return { content: null, tool_calls: [{ ...identity(tool, question), function: call }] };
}

/** The first delta names the tool, each brings a piece of the arguments. */
function toolDeltas(tool: string, question: Question): object[] {
  return toolArguments(question).map((piece, index) => {
    const call =
      index === 0
        ? { index: 0, ...identity(tool, question), function: { name: tool, arguments: piece } }
        : { index: 0, function: { arguments: piece } };
    return { tool_calls: [call] };
  });
}

function identity(tool: string, { serial }: Question): object {
  return { id: `call_${tool}_${serial}`, type: "function" };
}

function wantsUsage({ json: asked }: Question): boolean {
  const options = asked["stream_options"];
  return (
    typeof options === "object" && options !== null && "include_usage" in options && options.include_usage === true
  );
}

function usageOf({ json: asked, pieces }: Question): object {
  const [promptTokens, completionTokens] = [tokensOf(asked["messages"]), tokensOf(pieces.join(""))];
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}
