import { describe, expect, it } from "vitest";
import type { Credential } from "../../src/config/index.ts";
import { baseURLOf, upstreamUrl } from "../../src/transport/upstream-url.ts";

const at = (api: "openai" | "anthropic", url: string, apiBase: string): string =>
  upstreamUrl(new URL(url), api, { apiBase } as Credential).href;

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
      "https://keyswitch.invalid/v1/models?b=2",
      "https://a.example/v1?api-version=7",
      "https://a.example/v1/models?api-version=7&b=2",
    ],
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

  it("and the base that clients are told belongs to nobody", () => {
    expect(baseURLOf({ api: "openai" })).toBe("https://keyswitch.invalid/v1");
    expect(baseURLOf({ api: "anthropic" })).toBe("https://keyswitch.invalid");
  });
});
