import { describe, expect, it } from "vitest";
import { errorClasses } from "../../machines/events.ts";
import { classifyFailure } from "../../src/classify/index.ts";
import { decisiveTexts } from "../../src/classify/decisive-texts.ts";
import { genericWords } from "../../src/classify/generic-words.ts";
import { errorTableFor, errorTables } from "../../src/providers/error-tables.ts";
import { providers } from "../../src/providers/index.ts";

const tables = [...new Set(Object.values(errorTables))];

describe("a provider's name finds its table", () => {
  it.each([
    ["openai", "openai"],
    ["OpenAI", "openai"],
    ["openai-codex", "openai"],
    ["openai embeddings", "openai"],
    ["zhipu/z.ai", "zhipu"],
    ["zhipu/z.ai via Claude Code", "zhipu"],
    ["volcengine-ark", "volcengine"],
    ["volcengine-ark via DMXAPI relay", "volcengine"],
    ["baidu-qianfan-v1", "qianfan"],
    ["gemini-cloudcode", "gemini"],
    ["one-api relay", "relay"],
    ["relay of voyage", "voyage"],
    ["text-embeddings-inference", "huggingface"],
    ["llama.cpp", "ollama"],
    ["github-copilot", "github"],
  ])("%s → %s", (name, expected) => {
    expect(errorTableFor(name)?.provider).toBe(expected);
  });

  it.each([
    "openai-compatible",
    "openai-compatible relay",
    "unknown",
    "any",
    "",
    "constructor",
    "__proto__",
    null,
    undefined,
  ])("%s has none", (name) => {
    expect(errorTableFor(name)).toBeUndefined();
  });

  it.each(providers.map(({ name }) => name).filter((name) => name !== "custom"))(
    "the configurable provider %s has one",
    (name) => {
      expect(errorTableFor(name)).toBeDefined();
    },
  );
});

describe("the tables", () => {
  it.each(tables)("of $provider name classes, and their codes decide", (table) => {
    for (const [code, meaning] of Object.entries(table.codes)) {
      const cases = typeof meaning === "string" ? [{ class: meaning }] : meaning;
      for (const { class: errorClass } of cases) expect(errorClasses).toContain(errorClass);
      if (typeof meaning !== "string") continue;
      const verdict = classifyFailure({ body: { error: { code } } }, { table });
      expect(verdict, code).toMatchObject({ class: meaning });
      expect(verdict.rule).toMatch(new RegExp(`^${table.provider}\\.`));
    }
  });

  it("and the general rules have names of their own", () => {
    for (const rules of [decisiveTexts, genericWords, ...tables.map(({ texts = [] }) => texts)]) {
      const names = rules.map(({ rule }) => rule);
      expect(names).toEqual([...new Set(names)]);
      for (const name of names) expect(name).toMatch(/^[a-z][a-z.-]*$/);
    }
  });
});

describe("one code with several meanings", () => {
  it.each([
    ["dashscope", "Throttling.AllocationQuota", "Too many requests.", "transient"],
    ["dashscope", "Throttling.AllocationQuota", "Free allocated quota exceeded.", "quota_exceeded"],
    ["dashscope", "insufficient_quota", "You exceeded your current quota", "transient"],
    ["openai", "insufficient_quota", "You exceeded your current quota", "quota_exceeded"],
    ["siliconflow", "20015", "System is really busy", "transient"],
    ["siliconflow", "20015", "input must have less than 512 tokens", "input_too_large"],
    ["minimax", "1002", "rate limit", "transient"],
    ["minimax", "1002", "content filtered", "content_safety"],
    ["volcengine", "InvalidEndpointOrModel.NotFound", "x", "auth"],
    ["together", "credit_limit", "Your rate limit is 60 queries per minute", "transient"],
    ["bedrock", "ThrottlingException", "Too many tokens per day", "quota_exceeded"],
  ])("%s %s: %s is %s", (provider, code, message, expected) => {
    const table = errorTableFor(provider);
    expect(classifyFailure({ status: 400, body: { error: { code, message } } }, { table }).class).toBe(expected);
  });
});
