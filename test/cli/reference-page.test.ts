import { describe, it } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { commandText, overviewText } from "../../src/cli/help.ts";
import { run } from "../../src/cli/run.ts";
import { expectPage } from "../docs/generated.ts";
import { pipedTerminal } from "./command-line.ts";

const fenced = (text: string): readonly string[] => ["", "```text", ...text.trimEnd().split("\n"), "```"];

/** What a command answers to an input, as a session that can be repeated. */
async function session(command: string, input: object): Promise<readonly string[]> {
  const line = JSON.stringify(input);
  const terminal = pipedTerminal(line);
  await run([command], terminal);
  return fenced(`$ echo '${line}' | keyswitch ${command}\n${terminal.shown()}`);
}

describe("docs/cli.md", () => {
  it("says what the commands' own help says, with answers as they are given", async () => {
    const helps = await Promise.all(
      commands.map(async (entry) => [
        "",
        `## keyswitch ${entry.name}`,
        ...fenced(commandText(entry, await entry.load())),
      ]),
    );

    expectPage("cli.md", [
      "# Command line",
      "",
      "<!-- Made from src/cli: change it there, then run UPDATE_DOCS=1 npx vitest run test/cli/reference-page.test.ts -->",
      "",
      "What is printed for people goes to a terminal, in colours unless `NO_COLOR` is set; in a pipe come plain lines, and with",
      "`--json` one JSON object a line. What is wrong is told on standard error: where, what was found, what is wanted. No key",
      "reaches either of them. A reader that leaves early, as `head` does, ends a command quietly;",
      "a gateway goes on serving without its log.",
      ...fenced(overviewText(commands)),
      ...helps.flat(),
      "",
      "## What answers look like",
      ...(await session("classify", {
        id: 1,
        provider: "openai",
        status: 429,
        body: { error: { code: "insufficient_quota" } },
      })),
      ...(await session("classify", { id: 2, status: "429" })),
      ...(await session("simulate", {
        id: "two-keys",
        model: { credentials: ["a", "b"] },
        steps: [{ call: { a: ["auth"] } }, { advance: 600 }, { call: {} }],
      })),
    ]);
  });
});
