import { describe, expect, it } from "vitest";
import type { Credential } from "../../src/config/index.ts";
import { baseURLOf, upstreamUrl } from "../../src/transport/upstream-url.ts";

type Parts = Partial<Pick<Credential, "provider" | "model" | "apiVersion">>;

const at = (api: "openai" | "anthropic" | "gemini", url: string, apiBase: string, parts: Parts = {}): string =>
  upstreamUrl(new URL(url), api, { provider: "custom", model: "m", apiBase, ...parts } as Credential).href;

describe("a request goes to the credential's base and the path behind the caller's version", () => {
  it.each([
    [
      "https://keyswitch.invalid/v1/chat/completions",
      "https://api.openai.com/v1",
      "https://api.openai.com/v1/chat/completions",
    ],
    ["https://api.openai.com/v1/embeddings", "https://ark.example/api/v3", "https://ark.example/api/v3/embeddings"],
    [
      "https://relay.example/openai/v1/responses?a=1&a=2",
      "https://api.example",
      "https://api.example/responses?a=1&a=2",
    ],
    ["https://ark.example/api/v3/chat/completions", "https://a.example/v1/", "https://a.example/v1/chat/completions"],
    ["https://api.example/chat/completions", "https://a.example/v1", "https://a.example/v1/chat/completions"],
    ["https://keyswitch.invalid/v1/models/v2", "https://a.example/v1", "https://a.example/v1/models/v2"],
    ["https://keyswitch.invalid/v1/models?key=callers-own", "https://a.example/v1", "https://a.example/v1/models"],
    [
      "https://keyswitch.invalid/v1/models?b=2&api-version=callers-own",
      "https://a.example/v1?api-version=7",
      "https://a.example/v1/models?api-version=7&b=2",
    ],
    [
      "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
      "https://a.example/v1",
      "https://a.example/v1/chat/completions",
    ],
    [
      "https://east.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=7",
      "https://a.example/v1",
      "https://a.example/v1/chat/completions",
    ],
    [
      "https://apim.example/llm/openai/deployments/v1/embeddings",
      "https://a.example/v1",
      "https://a.example/v1/embeddings",
    ],
    [
      "https://keyswitch.invalid/v1/deployments/gpt/embeddings",
      "https://a.example/v1",
      "https://a.example/v1/embeddings",
    ],
    ["https://east.openai.azure.com/openai/responses", "https://a.example/v1", "https://a.example/v1/responses"],
    ["https://a.example/v1/models/openai/gpt-4o", "https://b.example/v1", "https://b.example/v1/models/openai/gpt-4o"],
    ["https://keyswitch.invalid/v1//other.example/x", "https://a.example/v1", "https://a.example/v1//other.example/x"],
    ["https://keyswitch.invalid/v1/../../etc", "https://a.example/v1", "https://a.example/v1/etc"],
  ])("in OpenAI's dialect: %s", (url, apiBase, expected) => {
    expect(at("openai", url, apiBase)).toBe(expected);
  });

  it.each([
    ["https://keyswitch.invalid/v1/messages", "https://api.anthropic.com", "https://api.anthropic.com/v1/messages"],
    [
      "https://keyswitch.invalid/v1/messages",
      "https://api.minimax.io/anthropic",
      "https://api.minimax.io/anthropic/v1/messages",
    ],
    [
      "https://keyswitch.invalid/v1/messages?beta=true",
      "https://a.example/v1",
      "https://a.example/v1/messages?beta=true",
    ],
  ])("in Anthropic's, whose bases have no version: %s to %s", (url, apiBase, expected) => {
    expect(at("anthropic", url, apiBase)).toBe(expected);
  });

  it.each([
    [
      "https://keyswitch.invalid/v1beta/models/chat:generateContent",
      "https://g.example",
      "gemini-2.5-flash",
      "https://g.example/v1beta/models/gemini-2.5-flash:generateContent",
    ],
    [
      "https://keyswitch.invalid/v1alpha/models/chat:streamGenerateContent?alt=sse&key=callers-own",
      "https://g.example/v1beta",
      "tunedModels/mine",
      "https://g.example/v1beta/tunedModels/mine:streamGenerateContent?alt=sse",
    ],
    [
      "https://keyswitch.invalid/v1beta/tunedModels/mine:countTokens",
      "https://g.example/relay",
      "a model",
      "https://g.example/relay/v1beta/models/a%20model:countTokens",
    ],
    ["https://keyswitch.invalid/v1beta/models/chat", "https://g.example", "g", "https://g.example/v1beta/models/g"],
    [
      "https://keyswitch.invalid/v1beta/models?pageSize=5",
      "https://g.example",
      "g",
      "https://g.example/v1beta/models?pageSize=5",
    ],
    ["https://keyswitch.invalid/v1beta/models/../chat:x", "https://g.example", "g", "https://g.example/v1beta/chat:x"],
  ])("in Gemini's, with the credential's model in the path: %s to %s as %s", (url, apiBase, model, expected) => {
    expect(at("gemini", url, apiBase, { model })).toBe(expected);
  });

  const azure = { provider: "azure", model: "my deployment", apiVersion: "7" };
  const east = "https://east.openai.azure.com";

  it.each([
    ["chat/completions", east, `${east}/openai/deployments/my%20deployment/chat/completions?api-version=7`],
    ["embeddings?b=2", `${east}/openai`, `${east}/openai/deployments/my%20deployment/embeddings?b=2&api-version=7`],
    ["audio/speech", `${east}/apim`, `${east}/apim/openai/deployments/my%20deployment/audio/speech?api-version=7`],
    ["images/edits", east, `${east}/openai/deployments/my%20deployment/images/edits?api-version=7`],
    ["responses", east, `${east}/openai/responses?api-version=7`],
    ["responses", `${east}/openai/v1`, `${east}/openai/v1/responses?api-version=7`],
    ["completions", `${east}/openai/deployments/own`, `${east}/openai/deployments/own/completions?api-version=7`],
  ])("to Azure by deployment: %s at %s", (route, apiBase, expected) => {
    expect(at("openai", `https://keyswitch.invalid/v1/${route}`, apiBase, azure)).toBe(expected);
  });

  it("to Azure from a client of Azure's own, whose deployment and version are not the credential's", () => {
    const url = "https://west.openai.azure.com/openai/deployments/other/chat/completions?api-version=6";

    expect(at("openai", url, east, azure)).toBe(
      `${east}/openai/deployments/my%20deployment/chat/completions?api-version=7`,
    );
  });

  it("to Azure's versionless API without a version", () => {
    const { apiVersion: _, ...versionless } = azure;

    expect(at("openai", "https://keyswitch.invalid/v1/embeddings", `${east}/openai/v1`, versionless)).toBe(
      `${east}/openai/v1/embeddings`,
    );
  });

  it("and the base that clients are told belongs to nobody", () => {
    expect(baseURLOf({ api: "openai" })).toBe("https://keyswitch.invalid/v1");
    expect(baseURLOf({ api: "anthropic" })).toBe("https://keyswitch.invalid");
  });
});
