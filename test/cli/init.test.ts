import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { draftText } from "../../src/cli/init/draft.ts";
import { draftFromEnvironment } from "../../src/cli/init/draft-from-environment.ts";
import { draftByAsking, interviewAt } from "../../src/cli/init/interview.ts";
import { starterModelOf } from "../../src/cli/init/starter-models.ts";
import { parseConfig, parseText } from "../../src/config/index.ts";
import { providers } from "../../src/providers/index.ts";
import { jsonLines, keyswitch, watchedTerminal } from "./command-line.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "keyswitch-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const planted = "sk-planted-0123456789";
const env = { OPENAI_API_KEY: planted, OPENAI_API_KEY_2: planted, DEEPSEEK_API_KEY: planted, HOME: "/nowhere" };

const init = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  keyswitch(["init", ...args], { cwd: directory, env });

/** Answers the questions of `init`, a line each. */
async function interview(...answers: readonly string[]) {
  const terminal = watchedTerminal(answers.map((answer) => `${answer}\n`).join(""));
  const interviewee = interviewAt(terminal);
  const draft = await draftByAsking(interviewee).finally(interviewee.close);
  return { text: draftText(draft), shown: terminal.shown() };
}

describe("keyswitch init", () => {
  it("writes what the environment's keys make possible, by the names of their variables, and check accepts it", async () => {
    const written = await init([], env);
    const checked = await keyswitch(["check", "--json"], { cwd: directory, env });

    expect(written).toMatchObject({ code: 0, stderr: "" });
    expect(written.stdout).toContain("keyswitch check --live");
    expect(checked).toMatchObject({ code: 0, stderr: "" });
    expect(jsonLines(checked.stdout)).toMatchObject([
      {
        config: {
          models: {
            deepseek: { credentials: [{ id: "deepseek" }] },
            openai: { model: "gpt-4o-mini", credentials: [{ id: "openai" }, { id: "openai-2" }] },
          },
        },
      },
    ]);
    const text = readFileSync(join(directory, "keyswitch.yaml"), "utf8");
    expect(text).toContain('api_key: "${OPENAI_API_KEY_2}"');
    expect(text + written.stdout).not.toContain("planted");
  });

  it("leaves a file that is there alone, unless it is forced", async () => {
    writeFileSync(join(directory, "keyswitch.yaml"), "mine");

    const refused = await init([], env);
    const before = readFileSync(join(directory, "keyswitch.yaml"), "utf8");
    const forced = await init(["--force"], env);

    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain("found a file that is there already, wanted another name, or --force");
    expect(before).toBe("mine");
    expect(forced.code).toBe(0);
    expect(readFileSync(join(directory, "keyswitch.yaml"), "utf8")).toContain("models:");
  });

  it("prints it and writes nothing with --print", async () => {
    const { code, stdout } = await init(["--print"], env);

    expect(code).toBe(0);
    expect(parseConfig(parseText(stdout, "printed"), { env })).toMatchObject({ models: { openai: {} } });
    expect(existsSync(join(directory, "keyswitch.yaml"))).toBe(false);
  });

  it("tells programs what it wrote and which variables it reads", async () => {
    const { stdout } = await init(["other.yaml", "--json"], env);

    expect(jsonLines(stdout)).toMatchObject([
      {
        file: "other.yaml",
        text: expect.any(String),
        variables: expect.arrayContaining([{ name: "OPENAI_API_KEY", set: true }]),
      },
    ]);
    expect(stdout).not.toContain("planted");
  });

  it.each([
    [["keyswitch.yaml"], {}, "environment: found no key of a provider, wanted a variable such as OPENAI_API_KEY"],
    [["missing/keyswitch.yaml"], env, "found a file that cannot be written (ENOENT)"],
  ])("says why it writes nothing: %j", async (args, env, complaint) => {
    const { code, stdout, stderr } = await init(args, env);

    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(complaint);
  });
});

describe("a configuration from the environment", () => {
  it.each(providers.filter(({ endpoints }) => Object.keys(endpoints).length > 0).map(({ name }) => name))(
    "can be used for every provider that speaks a dialect: %s",
    (name) => {
      const prefix = name.toUpperCase();
      const env = { [`${prefix}_API_KEY`]: planted, [`${prefix}_ENDPOINT`]: "https://upstream.example" };

      const text = draftText(draftFromEnvironment(env));
      const { models } = parseConfig(parseText(text, name), { env });

      expect(Object.values(models)).toMatchObject([{ credentials: [{ id: name, provider: name }] }]);
      expect(name === "custom" || starterModelOf(name).model !== "the-name-of-a-model").toBe(true);
    },
  );

  it("finds keys under a provider's other names, and none in variables that are empty or only look alike", () => {
    const env = { KIMI_API_KEY: planted, OPENAI_API_KEY: " ", MY_OPENAI_API_KEY: planted, OPENAI_API_KEYS: planted };

    expect(draftFromEnvironment(env).models).toMatchObject([
      { name: "chat", credentials: [{ provider: "moonshot", variable: "KIMI_API_KEY" }] },
    ]);
  });
});

describe("the questions of init", () => {
  it("lead to a model with credentials of several providers", async () => {
    const { text } = await interview("", "", "", "openrouter", "openai/gpt-4o-mini", "", "");

    const env = { OPENAI_API_KEY: planted, OPENROUTER_API_KEY: planted };
    expect(parseConfig(parseText(text, "answered"), { env }).models).toMatchObject({
      chat: {
        api: "openai",
        model: "gpt-4o-mini",
        credentials: [{ id: "openai" }, { id: "openrouter", model: "openai/gpt-4o-mini" }],
      },
    });
  });

  it("ask for what a provider has no default of, and for no key where none is needed", async () => {
    const { text } = await interview("custom", "yes", "localhost", "http://localhost:9000/v1", "", "");

    expect(parseConfig(parseText(text, "answered"), { env: {} }).models).toMatchObject({
      chat: { model: "yes", credentials: [{ id: "custom", api_base: "http://localhost:9000/v1" }] },
    });
  });

  it("take no key where its variable's name belongs, and do not repeat it", async () => {
    const { text, shown } = await interview("opnai", "openai", "", planted, "MY_KEY", "");

    expect(text).toContain('api_key: "${MY_KEY}"');
    expect(shown).toContain("One of ");
    expect(shown).toContain("The key itself is written nowhere.");
    expect(text + shown).not.toContain("planted");
  });

  it("end without a file where the input does", async () => {
    await expect(interview("openai")).rejects.toThrow("");
  });
});
