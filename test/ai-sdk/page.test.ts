import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { createFakeProvider, failures } from "../../src/testing/fake-provider/index.ts";

const run = promisify(execFile);
const page = await readFile(new URL("../../docs/ai-sdk.md", import.meta.url), "utf8");

/** The page's programs by the name in their first line, with what they import at its place here. */
const programs = new Map(
  [...page.matchAll(/^```ts\n\/\/ (\S+)\n(.*?)^```/gms)].map(([, name = "", code = ""]) => [
    name,
    code.replaceAll(/from "([^"]+)"/g, (_, specifier: string) => `from "${placeOf(specifier)}"`),
  ]),
);

function placeOf(specifier: string): string {
  if (specifier === "keyswitch") return new URL("../../src/index.ts", import.meta.url).href;
  if (specifier === "keyswitch/ai-sdk") return new URL("../../src/ai-sdk/index.ts", import.meta.url).href;
  return import.meta.resolve(specifier);
}

/** Runs one of them over two credentials, the first of which is refused. */
async function outputOf(name: string): Promise<string> {
  await using upstream = await createFakeProvider({ labels: { "sk-first": "primary", "sk-second": "spare" } });
  upstream.set("sk-first", failures.openai.invalidKey);
  const credentials = [
    { id: "primary", provider: "custom", api_base: upstream.baseURL, api_key: "sk-first" },
    { id: "spare", provider: "custom", api_base: upstream.baseURL, api_key: "sk-second" },
  ];
  const models = {
    chat: { model: "gpt-4o-mini", credentials },
    vectors: { kind: "embedding", model: "text-embedding-3-small", dimension: 8, credentials },
  };
  const directory = await mkdtemp(join(tmpdir(), "keyswitch-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, "keyswitch.yaml"), JSON.stringify({ models }));
  await writeFile(join(directory, name), programs.get(name) ?? "");
  const { stdout } = await run(process.execPath, [name], { cwd: directory });
  return stdout;
}

describe("docs/ai-sdk.md", () => {
  it("has a chat that works: the first key is refused, the spare answers", async () => {
    expect(await outputOf("chat.ts")).toBe(
      "primary → spare: auth\nAnswered by spare. (spare, attempt 2)\nAnswered by spare.",
    );
  });

  it("has embeddings that work", async () => {
    expect(await outputOf("vectors.ts")).toMatch(/^3 vectors of 8 numbers for \d+ tokens\n$/);
  });

  it("has a function for several providers that is a module", async () => {
    expect(await outputOf("providers.ts")).toBe("");
    expect([...programs.keys()]).toEqual(["chat.ts", "providers.ts", "vectors.ts"]);
  });
});
