import { describe, expect, it } from "vitest";
import { parseModelConfig, runtimeModel } from "../../src/config/index.ts";
import type { RuntimeModel } from "../../src/config/index.ts";
import { Secret } from "../../src/secret.ts";

const runtimeOf = (config: object): RuntimeModel => runtimeModel("chat", parseModelConfig(config, { env: {} }));
const openai = { provider: "openai", api_key: "sk-1" };

describe("runtimeModel", () => {
  it("speaks in milliseconds", () => {
    const model = runtimeOf({
      model: "gpt",
      credentials: [openai],
      failback: { timeout: "10m", max_cooldown: 7200, min_interval: "250ms", max: "48h" },
      retry: { base_delay: 0.5, max_delay: "8s" },
      timeout: 30,
      first_byte_timeout: "5s",
      idle_timeout: "1.5s",
      deadline: "2m",
    });

    expect(model.failback).toMatchObject({
      timeoutMs: 600_000,
      maxCooldownMs: 7_200_000,
      minIntervalMs: 250,
      maxMs: 172_800_000,
    });
    expect(model.retry).toEqual({ maxRetries: 3, baseDelayMs: 500, maxDelayMs: 8000, jitter: "full" });
    expect(model).toMatchObject({
      attemptTimeoutMs: 30_000,
      firstByteTimeoutMs: 5000,
      idleTimeoutMs: 1500,
      deadlineMs: 120_000,
    });
  });

  it("has no deadline unless one is given", () => {
    expect(runtimeOf({ model: "gpt", credentials: [openai] }).deadlineMs).toBeUndefined();
  });

  it("gives a credential its model's name for the upstream, unless it names its own", () => {
    const { credentials } = runtimeOf({ model: "gpt", credentials: [openai, { ...openai, model: "deployment" }] });

    expect(credentials.map((credential) => credential.model)).toEqual(["gpt", "deployment"]);
  });

  it("gives functions the model's own name where the upstream's is not stated, and an empty key where there is none", () => {
    const [credential] = runtimeOf({ api: "any", credentials: [{}] }).credentials;

    expect(credential?.model).toBe("chat");
    expect(credential?.apiKey).toBe(Secret.empty);
  });

  it("knows the vectors of an embedding model alone", () => {
    const embedding = runtimeOf({
      kind: "embedding",
      model: "e",
      credentials: [{ ...openai, dimension: 8 }],
      query_param: "query",
    });

    expect(embedding.embedding).toMatchObject({
      dimension: 8,
      batchSize: 32,
      interchangeable: false,
      queryParam: "query",
    });
    expect(embedding.credentials[0]?.dimension).toBe(8);
    expect(runtimeOf({ model: "gpt", credentials: [openai] }).embedding).toBeUndefined();
  });

  it("shows no key", () => {
    const model = runtimeOf({
      model: "gpt",
      credentials: [{ ...openai, api_key: "sk-planted", extra_headers: { "X-A": "sk-planted" } }],
    });

    expect(JSON.stringify(model)).not.toContain("planted");
    expect(model.credentials[0]?.apiKey.reveal()).toBe("sk-planted");
    expect(model.credentials[0]?.headers["x-a"]?.reveal()).toBe("sk-planted");
  });
});
