import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { modelEventNames } from "../../src/engine/model-events.ts";
import { createProject } from "../testing/testgen/project.ts";

const page = readFileSync(new URL("../../docs/library.md", import.meta.url), "utf8");
const examples = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = ""]) => code);

async function run(code = ""): Promise<string> {
  await using project = await createProject();
  await project.write("example.ts", code);
  return (await project.node("example.ts")).output;
}

describe("docs/library.md", () => {
  it("has an example without keys that runs", async () => {
    expect((await run(examples[0])).split("\n")).toEqual([
      "primary → spare: auth (code.invalid_api_key)",
      "Answered by spare.",
      "spare quota_exceeded, primary auth",
      "exhausted [ 'primary', 'spare' ]",
      "",
    ]);
  });

  it("has an example of a circuit breaker that runs", async () => {
    expect(await run(examples[1])).toBe("failed\nfailed\npaused for 300 s\n");
  });

  it("has no example that is not run", () => {
    expect(examples).toHaveLength(2);
  });

  it("lists the events that there are", () => {
    const [, section = ""] = page.split("## Watching");
    const listed = section.split("\n").flatMap((line) => {
      const [, names = ""] = /^\| (`[a-z`, ]+`) +\|/.exec(line) ?? [];
      return [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name);
    });

    expect(new Set(listed)).toEqual(new Set(modelEventNames));
  });
});
