import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { run } from "../../src/cli/run.ts";
import { createModel } from "../../src/index.ts";
import { testgen } from "../../src/testing/index.ts";
import { pipedTerminal, watchedTerminal } from "../cli/command-line.ts";
import { createProject } from "../testing/testgen/project.ts";

const pathOf = (page: string): URL => new URL(`../../docs/${page}`, import.meta.url);
const read = (page: string): string => readFileSync(pathOf(page), "utf8");
const fences = (page: string, language: string): readonly string[] =>
  [...read(page).matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "gm"))].map(([, text = ""]) => text);

/** What a terminal shows of a scenario. */
async function shown(scenario: string): Promise<string> {
  const terminal = watchedTerminal(scenario);
  await run(["simulate", ...(scenario.includes("compare:") ? ["--compare"] : [])], terminal);
  return `${terminal.shown().trimEnd()}\n`;
}

const credentials = ["primary", "spare"].map((id) => ({ id, provider: "openai", api_key: "sk-planted" }));
const config = JSON.stringify({ models: { chat: { model: "m", credentials } } });

/** The log of a model whose first key dies, and recovers. */
async function loggedIncident(): Promise<string> {
  const model = createModel({ api: "any", credentials: [{ id: "primary" }, { id: "spare" }] }, "chat");
  const lines: string[] = [];
  model.on("change", (change) => lines.push(JSON.stringify({ event: "change", ...change })));
  await model.call(async ({ credential }) => {
    if (credential.id === "primary") throw Object.assign(new Error("No such key"), { status: 401 });
  });
  await model.close();
  return lines.join("\n");
}

describe("docs/simulation.md", () => {
  it("shows what its scenarios really show", async () => {
    const page = read("simulation.md");
    const blocks = [...page.matchAll(/^```yaml\n([^]*?)^```\n[^]*?^```text\n([^]*?)^```$/gm)];
    let generated = page;
    for (const [block, scenario = "", text = ""] of blocks) {
      generated = generated.replace(
        block,
        block.replace(`\`\`\`text\n${text}`, `\`\`\`text\n${await shown(scenario)}`),
      );
    }
    if (process.env["UPDATE_DOCS"] === "1") writeFileSync(pathOf("simulation.md"), generated);

    expect(blocks).toHaveLength(fences("simulation.md", "yaml").length);
    expect(read("simulation.md")).toBe(generated);
  });

  it("has code that runs: a log is replayed, and its incident is a test", async () => {
    await using project = await createProject();
    const log = await loggedIncident();
    await project.write("gateway.log", log);
    await project.write("keyswitch.yaml", config);
    const scenario = pipedTerminal();
    await run(
      ["replay", `${project.folder}/gateway.log`, "--scenario", "--config", `${project.folder}/keyswitch.yaml`],
      scenario,
    );
    await project.write("incident.json", scenario.shown());

    const outputs: string[] = [];
    for (const code of fences("simulation.md", "ts")) {
      await project.write("example.ts", code);
      outputs.push((await project.node("example.ts")).output);
    }

    expect(outputs).toEqual(["1 as recorded\n", "spare\n"]);
  });
});

describe("docs/testgen.md", () => {
  it("shows tests as they are written", async () => {
    const options = { runner: "node", directory: "/p/tests", configFile: "/p/keyswitch.yaml" } as const;
    const [file] = await testgen(JSON.parse(config) as Parameters<typeof testgen>[0], options);
    const [example = ""] = fences("testgen.md", "text");

    expect(example).toContain("describe(");
    expect(file?.text).toContain(example.trimEnd());
  });

  it("has a service of one's own that runs", async () => {
    await using project = await createProject();
    await project.write("keyswitch.yaml", config);
    const [code = ""] = fences("testgen.md", "ts");
    await project.write("example.ts", code);

    expect(await project.node("example.ts")).toEqual({ code: 0, output: "failed over, and back\n" });
  });
});
