import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { check } from "../../src/cli/check.ts";
import { cheapestRequests } from "../../src/cli/live-check/cheapest-requests.ts";
import { createFakeProvider, type FakeProvider, failures } from "../../src/testing/fake-provider/index.ts";
import { jsonLines, keyswitchHere, shell } from "./command-line.ts";

const directory = mkdtempSync(join(tmpdir(), "keyswitch-"));
const keyOf = (id: string): string => `sk-planted-${id}-0123456789`;
let upstream: FakeProvider;

beforeAll(async () => {
  upstream = await createFakeProvider();
});
beforeEach(() => upstream.reset());
afterAll(async () => {
  await upstream.close();
  rmSync(directory, { recursive: true });
});

const credential = (id: string, provider = "openai", more: object = {}) => ({
  id,
  provider,
  api_key: keyOf(id),
  api_base: provider === "anthropic" ? upstream.url : upstream.baseURL,
  ...more,
});

/** Runs `check --live` on models. */
async function checkLive(models: object, ...options: readonly string[]) {
  const config = join(directory, "keyswitch.yaml");
  writeFileSync(config, JSON.stringify({ models }));
  const ended = await keyswitchHere(["check", config, "--live", ...options]);
  expect(ended.stdout + ended.stderr).not.toContain("planted");
  expect(ended.stdout).not.toContain("Answered by");
  return ended;
}

describe("keyswitch check --live", () => {
  it("asks each credential by itself for one token, and tells class, status, time and rule", async () => {
    upstream.set(keyOf("refused"), failures.openai.invalidKey);
    upstream.set(keyOf("spent"), failures.openai.insufficientQuota);

    const { code, stdout, stderr } = await checkLive({
      chat: { model: "gpt-4o-mini", credentials: [credential("good"), credential("refused"), credential("spent")] },
    });

    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout.split("\n")).toEqual([
      expect.stringMatching(/^chat {2}good +ok +200 +\d+ ms$/),
      expect.stringMatching(/^chat {2}refused +auth +401 +\d+ ms {2}\S+$/),
      expect.stringMatching(/^chat {2}spent +quota exceeded +429 +\d+ ms {2}\S+$/),
      "",
    ]);
    expect(upstream.requests).toHaveLength(3);
    expect(upstream.requests.map(({ json }) => json)).toEqual(
      Array(3).fill(expect.objectContaining({ model: "gpt-4o-mini", max_tokens: 1 })),
    );
  });

  it("ends with 0 when all answer, and tells programs so", async () => {
    const { code, stdout } = await checkLive(
      {
        chat: { model: "m", credentials: [credential("a"), credential("out", "openai", { disabled: true })] },
        claude: { api: "anthropic", model: "c", credentials: [credential("b", "anthropic")] },
        embed: { kind: "embedding", dimension: 8, model: "e", credentials: [credential("c")] },
        sounds: { kind: "audio", model: "s", credentials: [credential("d")] },
        functions: { api: "any", credentials: [{ id: "f" }] },
      },
      "--json",
    );

    expect(code).toBe(0);
    const told = { class: "ok", rule: null, status: 200, latency_ms: expect.any(Number) };
    const untold = { class: "not_asked", rule: null, status: null, latency_ms: null };
    expect(jsonLines(stdout)).toEqual([
      {
        ok: true,
        live: [
          { model: "chat", credential: "a", ...told },
          { model: "chat", credential: "out", ...untold },
          { model: "claude", credential: "b", ...told },
          { model: "embed", credential: "c", ...told },
          { model: "sounds", credential: "d", ...told },
          { model: "functions", credential: "f", ...untold },
        ],
      },
    ]);
    expect(upstream.requests.map(({ path }) => path).toSorted()).toEqual([
      "/v1/chat/completions",
      "/v1/embeddings",
      "/v1/messages",
      "/v1/models",
    ]);
  });

  it("waits no longer than it is told, for all at once", async () => {
    for (const id of ["a", "b", "c"]) upstream.set(keyOf(id), { hang: true });

    const { code, stdout } = await checkLive(
      { chat: { model: "m", credentials: [credential("a"), credential("b"), credential("c")] } },
      "--timeout",
      "200ms",
      "--json",
    );

    expect(code).toBe(1);
    expect(jsonLines(stdout)).toMatchObject([
      { live: ["a", "b", "c"].map(() => ({ class: "transient", rule: "timeout.timeout", status: null })) },
    ]);
  });

  it("asks a model that takes no max_tokens in the other way, and only then", async () => {
    upstream.script(keyOf("thinker"), failures.openai.badRequest);

    const { code } = await checkLive({ chat: { model: "o4", credentials: [credential("thinker")] } });

    expect(code).toBe(0);
    expect(upstream.requests.map(({ json }) => json)).toMatchObject([{ max_tokens: 1 }, { max_completion_tokens: 16 }]);
  });

  it("asks nobody when the configuration is wrong, or the time is none", async () => {
    const wrong = await checkLive({ chat: { model: "m", credentials: [] } });
    const none = await checkLive({ chat: { model: "m", credentials: [credential("a")] } }, "--timeout", "soon");

    expect([wrong.code, none.code]).toEqual([2, 2]);
    expect(none.stderr).toContain('--timeout: found "soon", wanted a time');
    expect(upstream.requests).toEqual([]);
  });

  it.each(check.examples.filter(({ needs }) => needs !== undefined))(
    "has an example that works: $says",
    async ({ line }) => {
      writeFileSync(
        join(directory, "keyswitch.yaml"),
        JSON.stringify({ models: { chat: { model: "m", credentials: [credential("a")] } } }),
      );

      expect(await shell(line, { cwd: directory })).toMatchObject({ code: 0, stderr: "" });
    },
  );
});

describe("the cheapest request", () => {
  it.each([
    ["chat", "openai", "/chat/completions"],
    ["embedding", "openai", "/embeddings"],
    ["rerank", "openai", "/rerank"],
    ["image", "openai", "/models"],
    ["audio", "gemini", "/v1beta/models"],
    ["chat", "anthropic", "/v1/messages"],
    ["chat", "gemini", "/v1beta/models/m:generateContent"],
    ["embedding", "gemini", "/v1beta/models/m:embedContent"],
    ["chat", "any", undefined],
  ] as const)("of a model of kind %s in the dialect %s goes to %s", (kind, api, path) => {
    expect(cheapestRequests({ id: "m", kind, api })[0]?.path).toBe(path);
  });
});
