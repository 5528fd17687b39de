import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createKeyswitch, type ModelConfigInput } from "../../src/index.ts";
import { observeTracesIfInstalled } from "../../src/telemetry/optional-traces.ts";
import { observeTraces } from "../../src/telemetry/traces.ts";
import { createAsyncContextManager } from "./async-context.ts";
import { plantedKey, scriptedModel } from "./scripted-model.ts";

beforeAll(() => {
  context.setGlobalContextManager(createAsyncContextManager());
});

afterAll(() => {
  context.disable();
});

/** A tracer as an application's SDK brings one, and what it has exported. */
function createTracer() {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  return { tracer: provider.getTracer("test"), spans: () => exporter.getFinishedSpans() };
}

describe("the spans of a call", () => {
  it("are one for the call and one for each attempt, named as the GenAI conventions say", async () => {
    const model = scriptedModel("chat");
    const { tracer, spans } = createTracer();
    observeTraces([model], tracer);

    await model.call({ primary: [{ fails: { class: "auth", rule: "status.401", status: 401 } }] });

    expect(spans().map(({ name, kind }) => [name, kind])).toEqual([
      ["chat gpt-4o-mini", SpanKind.CLIENT],
      ["chat mine", SpanKind.CLIENT],
      ["chat gpt-4o-mini", SpanKind.INTERNAL],
    ]);
  });

  it("hang together: an attempt's parent is its call, a call's is the context it was made in", async () => {
    const model = scriptedModel("chat");
    const { tracer, spans } = createTracer();
    observeTraces([model], tracer);
    const request = tracer.startSpan("request");

    await context.with(trace.setSpan(context.active(), request), () => model.call());

    const [attempt, call] = spans();
    expect(attempt?.parentSpanContext?.spanId).toBe(call?.spanContext().spanId);
    expect(call?.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
    expect(call?.spanContext().traceId).toBe(request.spanContext().traceId);
  });

  it("tell of an attempt who was asked, and how it failed", async () => {
    const model = scriptedModel("chat");
    const { tracer, spans } = createTracer();
    observeTraces([model], tracer);
    model.engine.operate({ type: "DISABLE", slot: 0 });
    await model.call({ "azure-east": [{ fails: { class: "quota_exceeded", rule: "azure.code.429", status: 429 } }] });

    const failed = spans().find(({ attributes }) => attributes["keyswitch.credential"] === "azure-east");
    expect(failed?.attributes).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "azure.ai.openai",
      "gen_ai.request.model": "mine",
      "server.address": "east.example",
      "server.port": 8443,
      "keyswitch.credential": "azure-east",
      "keyswitch.attempt": 1,
      "keyswitch.rule": "azure.code.429",
      "http.response.status_code": 429,
      "error.type": "quota_exceeded",
    });
    expect(failed?.status).toEqual({ code: SpanStatusCode.ERROR });
  });

  it("tell of a call who served it and its tokens, on its own span alone", async () => {
    const model = scriptedModel("chat");
    const { tracer, spans } = createTracer();
    observeTraces([model], tracer);

    await model.stream({
      primary: [{ fails: { class: "transient" } }],
      "azure-east": [{ tells: { inputTokens: 12, outputTokens: 34 } }],
    });

    const call = spans().at(-1);
    expect(call?.attributes).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "azure.ai.openai",
      "gen_ai.request.model": "mine",
      "gen_ai.usage.input_tokens": 12,
      "gen_ai.usage.output_tokens": 34,
      "keyswitch.model": "chat",
      "keyswitch.call": expect.any(String) as string,
      "keyswitch.credential": "azure-east",
      "keyswitch.attempts": 2,
      "keyswitch.result": "served",
    });
    expect(call?.status.code).toBe(SpanStatusCode.UNSET);
    expect(spans().filter(({ attributes }) => "gen_ai.usage.input_tokens" in attributes)).toHaveLength(1);
  });

  it.each([
    ["has its class when it fails fast", [{ fails: { class: "permanent" } }], {}, "permanent"],
    ["is all_failed when none served", [{ fails: { class: "auth" } }], {}, "all_failed"],
    ["is timed_out past its deadline", [{ takesMs: 9_000 }], { deadlineMs: 100 }, "timed_out"],
  ] as const)("name a call's error: it %s", async (_, plays, limits, errorType) => {
    const model = scriptedModel("chat");
    const { tracer, spans } = createTracer();
    observeTraces([model], tracer);

    await model.call({ primary: plays, "azure-east": plays }, limits);

    const call = spans().at(-1);
    expect(call?.attributes["error.type"]).toBe(errorType);
    expect(call?.status).toEqual({ code: SpanStatusCode.ERROR });
  });

  it("are no errors when their caller gave up", async () => {
    const model = scriptedModel("chat");
    const { tracer, spans } = createTracer();
    observeTraces([model], tracer);

    await model.call({}, { signal: AbortSignal.abort() });

    expect(spans()).toMatchObject([
      { attributes: { "keyswitch.result": "cancelled" }, status: { code: SpanStatusCode.UNSET } },
    ]);
  });

  it("begin after their parent's begin and end before its end", async () => {
    const model = scriptedModel("chat");
    const { tracer, spans } = createTracer();
    observeTraces([model], tracer);

    await model.call({ primary: [{ takesMs: 5_000 }] });

    const [attempt, call] = spans();
    const nanoseconds = ([seconds, rest]: [number, number] = [0, 0]) => BigInt(seconds) * 1_000_000_000n + BigInt(rest);
    expect(nanoseconds(attempt?.startTime)).toBeGreaterThanOrEqual(nanoseconds(call?.startTime));
    expect(nanoseconds(attempt?.endTime)).toBeLessThanOrEqual(nanoseconds(call?.endTime));
  });

  it("tell of a credential that a reload has brought, and of one that it took from a call in flight", async () => {
    const model = (...ids: readonly string[]): ModelConfigInput => ({
      api: "any",
      retry: { max_retries: 0 },
      credentials: ids.map((id) => ({ id, provider: "openai", api_key: plantedKey, model: `${id}-model` })),
    });
    const keyswitch = createKeyswitch({ models: { chat: model("old") } });
    const { tracer, spans } = createTracer();
    observeTraces([keyswitch.model("chat")], tracer);
    const answer = Promise.withResolvers<string>();
    const inFlight = keyswitch.model("chat").call(() => answer.promise);

    keyswitch.reload({ models: { chat: model("new") } });
    await keyswitch.model("chat").call(() => "answer");
    answer.resolve("late answer");
    await inFlight;

    await keyswitch.close();
    expect(spans().map(({ name, kind }) => [name, kind])).toEqual([
      ["chat new-model", SpanKind.CLIENT],
      ["chat new-model", SpanKind.INTERNAL],
      ["chat old-model", SpanKind.CLIENT],
      ["chat old-model", SpanKind.INTERNAL],
    ]);
  });

  it("show no key and no word of an upstream's", async () => {
    const model = scriptedModel("chat");
    const { tracer, spans } = createTracer();
    observeTraces([model], tracer);

    await model.call({ primary: [{ fails: { class: "auth" } }], "azure-east": [{ fails: { class: "unknown" } }] });

    const told = JSON.stringify(
      spans().map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
    );
    expect(told).toContain("all_failed");
    expect(told).not.toContain(plantedKey);
    expect(told).not.toContain("Incorrect API key");
  });

  it("are ended for calls in flight when tracing stops, and made no more", async () => {
    const model = scriptedModel("chat");
    const { tracer, spans } = createTracer();
    const stop = observeTraces([model], tracer);
    const waiting = model.call({ primary: [{ takesMs: 1_000 }] });

    stop();
    await waiting;
    await model.call();

    expect(spans()).toHaveLength(1);
    expect(model.engine.listeners.has("started")).toBe(false);
  });

  it("are made by nobody without an SDK: calls go on as ever, and no end is even told", async () => {
    const model = scriptedModel("chat");
    const stop = await observeTracesIfInstalled([model]);

    const answer = await model.call();

    expect(answer).toBe("answer");
    expect(model.engine.listeners.has("attempt")).toBe(false);
    expect(model.engine.listeners.has("settled")).toBe(false);
    stop?.();
    expect(model.engine.listeners.has("started")).toBe(false);
  });
});
