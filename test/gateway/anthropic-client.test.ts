import { APIError, BadRequestError } from "@anthropic-ai/sdk";
import { describe, expect, it } from "vitest";
import { type Behaviour, failures } from "../../src/testing/fake-provider/index.ts";
import { collected, keys, messages, openGateway } from "./open-gateway.ts";

const question = { model: "chat", max_tokens: 100, messages };

describe.each<[string, Behaviour]>([
  ["a refused key", failures.anthropic.authentication],
  ["a 429 that states a wait", failures.anthropic.rateLimit({ retryAfterS: 20 })],
  ["a hang", { hang: true }],
  ["a reset before the answer", { reset: true }],
  ["an error inside a 200", { errorAtHead: failures.anthropic.overloaded }],
])("after %s, Anthropic's own client gets from the next credential", (_, mishap) => {
  const open = async () => {
    const gateway = await openGateway({
      ids: ["primary", "second"],
      api: "anthropic",
      model: { timeout: "1500ms", first_byte_timeout: "1500ms" },
    });
    gateway.upstream.set(keys.primary, mishap);
    return gateway;
  };

  it("its message", async () => {
    const { anthropic, upstream } = await open();

    const message = await anthropic.messages.create(question);

    expect(message.content).toMatchObject([{ type: "text", text: "Answered by second." }]);
    expect(upstream.requests.at(-1)?.headers["anthropic-version"]).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  it("its stream", async () => {
    const { anthropic } = await open();

    const message = await anthropic.messages.stream(question).finalMessage();

    expect(message.content).toMatchObject([{ type: "text", text: "Answered by second." }]);
    expect(message.stop_reason).toBe("end_turn");
  });

  it("its count of tokens", async () => {
    const { anthropic } = await open();

    expect((await anthropic.messages.countTokens({ model: "chat", messages })).input_tokens).toBeGreaterThan(0);
  });
});

describe("Anthropic's own client", () => {
  it("throws its own BadRequestError with the upstream's words and request id, after one request", async () => {
    const { anthropic, upstream } = await openGateway({ api: "anthropic" });
    upstream.set(keys.primary, failures.anthropic.badRequest);

    const error = await anthropic.messages.create(question).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(BadRequestError);
    expect((error as BadRequestError).requestID).toMatch(/^req_/);
    expect(upstream.requests).toHaveLength(1);
  });

  it.each<[string, Behaviour]>([
    ["a reset", { resetAfterItems: 1 }],
    ["a clean end too early", { cutAfterItems: 1 }],
  ])("throws when its stream meets %s after the first item", async (_, mishap) => {
    const { anthropic, upstream } = await openGateway({ api: "anthropic" });
    upstream.set(keys.primary, mishap);

    const stream = await anthropic.messages.create({ ...question, stream: true });
    const error = await collected(stream).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(APIError);
    expect((error as APIError).message).toContain("stream_interrupted");
    expect(upstream.requests).toHaveLength(1);
  });

  it("lists models in its own shape", async () => {
    const { anthropic } = await openGateway({ api: "anthropic" });

    expect(await collected(anthropic.models.list())).toMatchObject([{ type: "model", id: "chat" }]);
  });
});
