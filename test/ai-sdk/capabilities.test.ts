import { generateText, type ModelMessage, streamText, tool } from "ai";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { NoCredentialError } from "../../src/index.ts";
import { openChat, thrownBy } from "./open-models.ts";

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const silence = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";
const file = (mediaType: string) => ({
  type: "file" as const,
  data: mediaType.startsWith("audio") ? silence : pixel,
  mediaType,
});
const question = { type: "text" as const, text: "What is this?" };

const seen: readonly (readonly [string, ModelMessage[]])[] = [
  ["an image", [{ role: "user", content: [question, file("image/png")] }]],
  ["an image of any type", [{ role: "user", content: [question, file("image")] }]],
  [
    "an image that a tool gave",
    [
      { role: "user", content: "Look." },
      { role: "assistant", content: [{ type: "tool-call", toolCallId: "1", toolName: "see", input: {} }] },
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: "1",
            toolName: "see",
            output: {
              type: "content",
              value: [{ type: "file", data: { type: "data", data: pixel }, mediaType: "image/png" }],
            },
          },
        ],
      },
    ],
  ],
];

describe("a prompt with", () => {
  it.each(seen)("%s goes past a credential that is known not to see, and moves nothing", async (_, messages) => {
    const { chat, model } = await openChat({ credential: { primary: { capabilities: ["tools"] } } });

    const { providerMetadata } = await generateText({ model: chat, messages });

    expect(providerMetadata?.["keyswitch"]).toMatchObject({ credential: "second", attempts: 1 });
    expect(model.snapshot()).toMatchObject({ active: "primary", epoch: 0 });
  });

  it("tools goes past a credential that is known to take none, as a stream too", async () => {
    const { chat } = await openChat({ credential: { primary: { capabilities: ["vision"] } } });
    const tools = { look: tool({ inputSchema: z.object({}), execute: () => "Seen." }) };

    const whole = await generateText({ model: chat, prompt: "Look.", tools });
    const streamed = streamText({ model: chat, prompt: "Look.", tools });

    expect(whole.providerMetadata?.["keyswitch"]).toMatchObject({ credential: "second" });
    expect((await streamed.providerMetadata)?.["keyswitch"]).toMatchObject({ credential: "second" });
  });

  it("words alone goes to the first, whatever it lacks", async () => {
    const { chat } = await openChat({ credential: { primary: { capabilities: [] } } });

    const { providerMetadata } = await generateText({ model: chat, prompt: "Hello" });

    expect(providerMetadata?.["keyswitch"]).toMatchObject({ credential: "primary" });
  });

  it("sound that no credential can hear is refused by name", async () => {
    const deaf = { capabilities: ["vision"] };
    const { chat, upstream } = await openChat({ credential: { primary: deaf, second: deaf } });

    const error = await thrownBy(
      generateText({ model: chat, messages: [{ role: "user", content: [question, file("audio/wav")] }] }),
    );

    expect(error).toBeInstanceOf(NoCredentialError);
    expect(error).toMatchObject({ capabilities: ["audio"] });
    expect(upstream.requests).toEqual([]);
  });
});
