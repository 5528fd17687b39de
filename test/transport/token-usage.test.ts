import { describe, expect, it } from "vitest";
import { tokensIn, usageInTail } from "../../src/transport/token-usage.ts";

describe("the tokens of an answer", () => {
  it.each([
    ["OpenAI's chat", { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }, { inputTokens: 1, outputTokens: 2 }],
    ["OpenAI's responses", { input_tokens: 1, output_tokens: 2 }, { inputTokens: 1, outputTokens: 2 }],
    ["embeddings", { prompt_tokens: 7, total_tokens: 7 }, { inputTokens: 7, outputTokens: undefined }],
    ["a reranker", { total_tokens: 7 }, { inputTokens: 7, outputTokens: undefined }],
    [
      "Anthropic's messages, the cache included",
      { input_tokens: 1, cache_creation_input_tokens: 10, cache_read_input_tokens: 100, output_tokens: 2 },
      { inputTokens: 111, outputTokens: 2 },
    ],
    ["the end of a stream of messages", { output_tokens: 2 }, { inputTokens: undefined, outputTokens: 2 }],
    [
      "Gemini, thoughts and tools included",
      { promptTokenCount: 1, toolUsePromptTokenCount: 10, candidatesTokenCount: 2, thoughtsTokenCount: 20 },
      { inputTokens: 11, outputTokens: 22 },
    ],
    ["Gemini's thoughts alone", { promptTokenCount: 1, thoughtsTokenCount: 20 }, { inputTokens: 1, outputTokens: 20 }],
    ["nobody", { prompt_tokens: "many" }, undefined],
    ["nobody either", null, undefined],
  ])("are read as %s tells them", (_, usage, tokens) => {
    expect(tokensIn(usage)).toEqual(tokens);
  });

  it.each([
    ["at its end", ',"usage":{"prompt_tokens":3,"total_tokens":3}}', { inputTokens: 3 }],
    ["with details in it", ',"usage" : {"details":{"a":1},"prompt_tokens":3}, "id":1}', { inputTokens: 3 }],
    ["with Gemini's details in it", ',"usageMetadata":{"details":[{"a":1}],"promptTokenCount":3}}', { inputTokens: 3 }],
    ["not in what the content quotes", ',"text":"\\"usage\\":{\\"prompt_tokens\\":3}"}', undefined],
    ["not where it is cut off", ',"usage":{"prompt_tokens":3', undefined],
  ])("are found in a long one %s", (_, tail, tokens) => {
    const found = usageInTail(Buffer.from(`{"data":"${"x".repeat(200_000)}"${tail}`));

    expect(found).toEqual(tokens && { ...tokens, outputTokens: undefined });
  });

  it("are looked for in hostile text within a moment", () => {
    expect(usageInTail(Buffer.from(`"usage":{${"{".repeat(60_000)}`))).toBeUndefined();
    expect(usageInTail(Buffer.from(`"usage":{${"{}".repeat(30_000)}`))).toBeUndefined();
  });
});
