import { describe, expect, it } from "vitest";
import { createEventReader } from "../../src/transport/sse.ts";
import { streamDialectOf } from "../../src/transport/stream-dialects/index.ts";
import { watchEvents } from "../../src/transport/stream-watch.ts";

type Api = "openai" | "anthropic" | "gemini";

/** What an event means to whoever reads a route's stream. */
function meaning(api: Api, route: string, event: string): string {
  const [read] = createEventReader().read(Buffer.from(`${event}\n\n`));
  return read === undefined ? "nothing" : streamDialectOf(api, route).read(read).kind;
}

describe("an event of chat completions", () => {
  it.each([
    ["silent", 'data: {"choices":[{"delta":{"role":"assistant","content":"","refusal":null},"finish_reason":null}]}'],
    ["silent", 'data: {"choices":[],"prompt_filter_results":[]}'],
    ["silent", 'data: {"choices":[{"delta":{"role":"assistant","tool_calls":[]}}]}'],
    ["silent", 'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}'],
    ["silent", "data: {cut off"],
    ["output", 'data: {"choices":[{"delta":{"content":"a"}}]}'],
    ["output", 'data: {"choices":[{"delta":{"content":"","reasoning_content":"hm"}}]}'],
    ["output", 'data: {"choices":[{"delta":{"tool_calls":[{"index":0}]}}]}'],
    ["output", 'data: {"choices":[{"delta":{"refusal":"no"}}]}'],
    ["output", 'data: {"choices":[{"text":"a","finish_reason":null}]}'],
    ["closing", 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}'],
    ["end", "data: [DONE]"],
    ["end", "data:[DONE]"],
    ["error", 'data: {"error":{"message":"no"}}'],
    ["error", 'data: {"error":"no"}'],
    ["error", 'event: error\ndata: {"message":"no"}'],
    ["error", 'data: {"object":"error","message":"no"}'],
    ["error", 'data: {"choices":null,"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}'],
    ["error", 'data: {"code":"Throttling","message":"no","request_id":"1"}'],
    ["output", 'data: {"error":null,"choices":[{"delta":{"content":"a"}}]}'],
    ["output", 'data: {"choices":[{"delta":{"content":"a"}}],"base_resp":{"status_code":0}}'],
    ["nothing", ": keep-alive"],
  ])("is %s: %s", (kind, event) => {
    expect(meaning("openai", "/chat/completions", event)).toBe(kind);
  });
});

describe("an event of responses", () => {
  it.each([
    ["silent", 'event: response.created\ndata: {"type":"response.created","response":{"error":null}}'],
    ["silent", 'data: {"type":"response.in_progress","response":{}}'],
    ["silent", 'event: response.output_item.added\ndata: {"type":"response.output_item.added"}'],
    ["output", 'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"a"}'],
    ["output", 'data: {"type":"response.function_call_arguments.delta","delta":"{"}'],
    ["closing", 'event: response.completed\ndata: {"type":"response.completed","response":{}}'],
    ["closing", 'data: {"type":"response.incomplete","response":{}}'],
    ["error", 'event: response.failed\ndata: {"type":"response.failed"}'],
    ["error", 'data: {"type":"error","code":"rate_limit_exceeded","message":"no"}'],
    ["error", 'data: {"error":{"message":"no"}}'],
  ])("is %s: %s", (kind, event) => {
    expect(meaning("openai", "/responses", event)).toBe(kind);
  });
});

describe("an event of messages", () => {
  it.each([
    ["silent", 'event: message_start\ndata: {"type":"message_start","message":{}}'],
    ["silent", 'event: ping\ndata: {"type":"ping"}'],
    ["silent", 'event: content_block_start\ndata: {"content_block":{"type":"text","text":""}}'],
    ["silent", 'event: content_block_start\ndata: {"content_block":{"type":"thinking","thinking":"","signature":""}}'],
    ["output", 'event: content_block_start\ndata: {"content_block":{"type":"tool_use","name":"look_up"}}'],
    ["output", 'event: content_block_delta\ndata: {"delta":{"type":"text_delta","text":"a"}}'],
    ["output", 'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}'],
    ["end", 'event: message_stop\ndata: {"type":"message_stop"}'],
    ["error", 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}'],
    ["error", 'data: {"type":"error","error":{"type":"overloaded_error"}}'],
    ["output", 'event: something_new\ndata: {"type":"something_new"}'],
  ])("is %s: %s", (kind, event) => {
    expect(meaning("anthropic", "/messages", event)).toBe(kind);
  });
});

describe("an event of any other stream", () => {
  it.each([
    ["closing", 'data: {"type":"transcript.text.delta","delta":"a"}'],
    ["error", 'data: {"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}'],
  ])("is %s: %s", (kind, event) => {
    expect(meaning("openai", "/audio/transcriptions", event)).toBe(kind);
  });
});

describe("an event of Gemini's content", () => {
  it.each([
    ["output", 'data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}'],
    ["output", 'data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"look_up"}}]}}]}'],
    ["output", 'data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}],"promptFeedback":{"safetyRatings":[]}}'],
    ["silent", 'data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"}}]}'],
    ["silent", 'data: {"usageMetadata":{"promptTokenCount":4}}'],
    ["silent", "data: {cut off"],
    ["closing", 'data: {"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}'],
    ["closing", 'data: {"candidates":[{"finishReason":"SAFETY"}]}'],
    ["error", 'data: {"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}'],
    ["error", 'data: {"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}'],
  ])("is %s: %s", (kind, event) => {
    expect(meaning("gemini", "/models/gemini:streamGenerateContent", event)).toBe(kind);
  });
});

describe("who watches a stream", () => {
  const watched = (api: Api, route: string, ...events: readonly string[]): ReturnType<typeof watchEvents> => {
    const watch = watchEvents(streamDialectOf(api, route));
    for (const event of events) watch.see(Buffer.from(`${event}\n\n`));
    watch.seeEnd();
    return watch;
  };
  const piece = 'data: {"choices":[{"index":0,"delta":{"content":"says \\"error\\" and \\"usage\\":{"}}]}';
  const finish = 'data: {"choices":[{"index":1,"delta":{},"finish_reason": "stop"}]}';

  it("takes a finished choice for the end only while no other goes on", () => {
    expect(watched("openai", "/chat/completions", piece, finish).progress).toBe("closing");
    expect(watched("openai", "/chat/completions", piece, finish, piece).progress).toBe("begun");
  });

  it("sees what the content only quotes for what it is", () => {
    const watch = watched("openai", "/chat/completions", piece, piece);

    expect(watch).toMatchObject({ progress: "begun", events: 2, error: undefined, usage: undefined });
  });

  it("adds up what a stream of messages tells of its tokens at its start and at its end", () => {
    const watch = watched(
      "anthropic",
      "/messages",
      'event: message_start\ndata: {"message":{"usage":{"input_tokens":10,"cache_read_input_tokens":5,"output_tokens":1}}}',
      'event: content_block_delta\ndata: {"delta":{"text":"a"}}',
      'event: message_delta\ndata: {"delta":{},"usage":{"output_tokens":42}}',
      'event: message_stop\ndata: {"type":"message_stop"}',
    );

    expect(watch).toMatchObject({ progress: "ended", usage: { inputTokens: 15, outputTokens: 42 } });
  });
});
