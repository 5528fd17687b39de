import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { KeyswitchConfig } from "../../../src/config/index.ts";
import { testgen, type TestgenOptions } from "../../../src/testing/index.ts";
import { createProject, type Project } from "./project.ts";

const vitest = fileURLToPath(new URL("../../../node_modules/vitest/vitest.mjs", import.meta.url));

/** Models whose credentials are named, in order of priority. */
const configOf = (credentials: readonly object[], model: object = {}): KeyswitchConfig => ({
  models: {
    chat: { model: "m", credentials: credentials.map((each) => ({ api_key: "sk-planted", ...each })), ...model },
  },
});

const pair = [
  { id: "primary", provider: "openai" },
  { id: "spare", provider: "openai" },
];

/** The demo's first model. */
const three = [
  { id: "openai-main", provider: "openai" },
  { id: "openai-spare", provider: "openai" },
  { id: "openrouter", provider: "openrouter" },
];

const filesOf = (config: KeyswitchConfig, options: Partial<TestgenOptions> = {}) =>
  testgen(config, { runner: "node", directory: "/project/tests", configFile: "/project/keyswitch.yaml", ...options });

const textOf = async (...args: Parameters<typeof filesOf>): Promise<string> => {
  const [test] = await filesOf(...args);
  return test?.text ?? "";
};

async function generatedIn(project: Project, config: KeyswitchConfig, options: Partial<TestgenOptions> = {}) {
  await project.write("keyswitch.yaml", JSON.stringify(config));
  const directory = project.folder;
  const files = await testgen(config, {
    runner: "node",
    directory,
    configFile: join(directory, "keyswitch.yaml"),
    ...options,
  });
  for (const { name, text } of files) await project.write(name, text);
}

const count = (output: string, what: "pass" | "fail"): number =>
  Number(new RegExp(`^# ${what} (\\d+)$`, "m").exec(output)?.[1]);

const node = ["--test", "--test-reporter=tap"];
/** Fewer calls until a counted failback, so that the tests take less time. */
const quick = { failback: { requests: 3 }, retry: { max_retries: 1 } };
const withoutFailback = {
  ...quick,
  failback: { timeout: "365d", max_cooldown: "365d", max: "365d", requests: 0 },
};

describe("generated tests", () => {
  it("are green on a real gateway, and red when its failback is switched off", async () => {
    await using project = await createProject();
    await generatedIn(project, configOf(pair, quick));

    const green = await project.node(...node, "chat.failover.test.ts");
    await project.write("keyswitch.yaml", JSON.stringify(configOf(pair, withoutFailback)));
    const red = await project.node(...node, "chat.failover.test.ts");

    expect([green.code, count(green.output, "fail")]).toEqual([0, 0]);
    expect(count(green.output, "pass")).toBeGreaterThan(150);
    expect(red.code).toBe(1);
    expect(count(red.output, "fail")).toBeGreaterThan(30);
    expect(count(red.output, "pass")).toBeGreaterThan(30);
    expect(red.output).toMatch(/step 3 of the story, a call: asked spare, served; wanted asked primary, served/);
    expect(green.output + red.output).not.toContain("planted");
  });

  it("cover the demo's model of three credentials, whose stories are green, and red without failback", async () => {
    await using project = await createProject();
    await generatedIn(project, configOf(three, quick));
    const stories = [...node, "--test-name-pattern=from beginning to end", "chat.failover.test.ts"];

    const green = await project.node(...stories);
    await project.write("keyswitch.yaml", JSON.stringify(configOf(three, withoutFailback)));
    const red = await project.node(...stories);

    expect([green.code, count(green.output, "pass"), count(green.output, "fail")]).toEqual([0, 4, 0]);
    expect([red.code, count(red.output, "fail") > 0]).toEqual([1, true]);
  });

  it("run under vitest too, and through a model's own fetch", async () => {
    await using project = await createProject();
    await generatedIn(project, configOf(pair.slice(0, 1)), { runner: "vitest", entry: "model" });

    const { code, output } = await project.node(vitest, "run", "--root", project.folder);

    expect(code, output).toBe(0);
    expect(output).toMatch(/^ +Tests +3\d passed/m);
  });

  it.each([
    ["Anthropic's dialect", { api: "anthropic" }, [{ id: "a", provider: "anthropic" }]],
    ["Gemini's dialect", { api: "gemini" }, [{ id: "a", provider: "gemini" }]],
    ["embeddings", { kind: "embedding", dimension: 5 }, [{ id: "a", provider: "openai" }]],
    ["Azure", {}, [{ id: "a", provider: "azure", api_base: "https://x.invalid", api_version: "2025-01-01-preview" }]],
  ])("are green in %s", async (_, model, credentials) => {
    await using project = await createProject();
    await generatedIn(project, configOf(credentials, model));

    const { code, output } = await project.node(...node, "--test-name-pattern=at the start", "chat.failover.test.ts");

    expect([code, count(output, "fail")]).toEqual([0, 0]);
    expect(count(output, "pass")).toBeGreaterThan(8);
  });
});

describe("what testgen writes", () => {
  it("is a test for each thing that can happen in each state, with a sentence for a name", async () => {
    const text = await textOf(configOf(pair));

    expect(text).toContain(
      [
        'describe("while spare serves, after a call that primary refuses (auth)", () => {',
        "  const before: Story = [",
        '    { call: { primary: "auth" }, asked: ["primary", "spare"], served: true },',
        "  ];",
        "",
        '  test("a call is served by spare: the next call still begins with spare", () =>',
        "    play([",
        "      ...before,",
        '      { call: {}, asked: ["spare"], served: true },',
        '      { call: {}, asked: ["spare"], served: true },',
        "    ]));",
      ].join("\n"),
    );
    const names = [...text.matchAll(/^ {2}test\("(.+)", \(\) =>$/gm)].map(([, name]) => name);
    const titles = [...text.matchAll(/^describe\("(.+)", /gm)].map(([, title]) => title);
    expect(names.length).toBeGreaterThan(150);
    expect(new Set(titles).size).toBe(titles.length);
    for (const happening of [
      "(auth)",
      "(quota exceeded)",
      "(transient)",
      "(unknown)",
      "(permanent)",
      "(input too large)",
      "(content safety)",
      "with a stated wait",
      "everybody",
      "10 minutes:",
      "50 more calls:",
      "RESET",
      "FAILBACK",
      "DISABLE of spare",
    ]) {
      expect(names.filter((name) => name?.includes(happening)).length, happening).toBeGreaterThan(0);
    }
  });

  it("is the same, to the byte, for the same configuration, and another for another", async () => {
    const [one, again, other] = [
      await filesOf(configOf(pair)),
      await filesOf(configOf(pair)),
      await filesOf(configOf(pair, { failback: { timeout: "2m" } })),
    ];

    expect(again).toEqual(one);
    expect(other[0]?.text).not.toBe(one[0]?.text);
    expect(other[0]?.text).toContain('"2 minutes: the next call begins with primary"');
  });

  it("holds no key and no address of a provider", async () => {
    const files = await filesOf(configOf(pair.map((each) => ({ ...each, api_base: "https://secret.invalid/v1" }))));

    expect(JSON.stringify(files)).not.toMatch(/planted|secret\.invalid/);
  });

  it("says which files are the user's: only how the service is reached", async () => {
    const files = await filesOf({
      models: { "team/chat": configOf(pair.slice(0, 1)).models["chat"] ?? {} },
    } as KeyswitchConfig);

    expect(files.map(({ name, owner }) => [name, owner])).toEqual([
      ["team-chat.failover.test.ts", "generated"],
      ["team-chat.answers.json", "generated"],
      ["team-chat.service.ts", "yours"],
    ]);
    expect(files[2]?.text).toContain('new URL("../keyswitch.yaml", import.meta.url)');
  });

  it("knows for every provider how it fails in each way, by the classifier's own word", async () => {
    const [, answers] = await filesOf(configOf([{ id: "a", provider: "openai" }]));

    expect(Object.keys(JSON.parse(answers?.text ?? "{}")["a"] as object)).toEqual([
      "permanent",
      "input_too_large",
      "content_safety",
      "auth",
      "quota_exceeded",
      "transient",
      "unknown",
      "stated_quota",
    ]);
  });

  it("leaves out an operator's words where the service takes none", async () => {
    expect(await textOf(configOf(pair.slice(0, 1)), { entry: "model" })).not.toContain("operator");
  });

  it("refuses a model that has no requests to test with", async () => {
    await expect(filesOf({ models: { chat: { api: "any", credentials: [{ id: "a" }] } } })).rejects.toThrow(
      "models.chat.api: found any, wanted openai, anthropic or gemini",
    );
  });
});
