import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFakeProvider, failures } from "../../src/testing/index.ts";
import { type Consumer, createConsumer } from "./consumer.ts";

const read = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), "utf8");

/** The fenced blocks of a page in one language, in order. */
function fences(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, code = ""]) => code);
}

const compilerOptions = {
  target: "es2024",
  lib: ["es2024"],
  types: ["node"],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  noEmit: true,
  allowImportingTsExtensions: true,
};

describe("a fresh project that installs the packed package", () => {
  let consumer: Consumer;

  beforeAll(async () => {
    consumer = await createConsumer(["openai", "xstate", "@types/node", "undici-types"]);
    const readme = await read("README.md");
    const [sdk = "", functions = ""] = fences(readme, "ts");
    await consumer.write("sdk.ts", sdk);
    await consumer.write("functions.ts", functions);
    await consumer.write("embedded-machine.ts", await read("examples/embedded-machine/main.ts"));
    await consumer.write("openai.ts", await read("examples/openai/main.ts"));
    await consumer.write("embedding-worker.ts", await read("examples/embedding-worker/main.ts"));
    await consumer.write("worker.ts", await read("examples/embedding-worker/worker.ts"));
    await consumer.write(
      "subpaths.ts",
      'import { credentialSlots } from "keyswitch/machines";\nimport { simulate } from "keyswitch/testing";\n' +
        "export const states = Object.keys(credentialSlots(2).states);\nexport const run: typeof simulate = simulate;\n",
    );
    for (const [module, moduleResolution] of [
      ["nodenext", "nodenext"],
      ["esnext", "bundler"],
    ]) {
      await consumer.write(
        `tsconfig.${moduleResolution}.json`,
        JSON.stringify({ compilerOptions: { ...compilerOptions, module, moduleResolution }, include: ["*.ts"] }),
      );
    }
  }, 120_000);

  afterAll(async () => {
    await consumer[Symbol.asyncDispose]();
  });

  it.each(["nodenext", "bundler"])("compiles strictly with %s resolution", async (resolution) => {
    const output = await consumer.run("tsc", ["-p", `tsconfig.${resolution}.json`]);

    expect(output).toBe("");
  });

  it("runs the README's SDK example: the first key is refused, the spare answers", async () => {
    await using upstream = await createFakeProvider({ labels: { "sk-first": "primary", "sk-second": "spare" } });
    upstream.set("sk-first", failures.openai.invalidKey);
    const [yaml = ""] = fences(await read("README.md"), "yaml");
    const here = `provider: custom\n        api_base: ${upstream.baseURL}`;
    await consumer.write("keyswitch.yaml", yaml.replaceAll("provider: openai", here));

    const output = await consumer.run("node", ["sdk.ts"], {
      OPENAI_API_KEY: "sk-first",
      OPENAI_API_KEY_SPARE: "sk-second",
    });

    expect(output).toBe("primary → spare: auth\nAnswered by spare.\n");
  });

  it("runs the README's example of functions and streams", async () => {
    const output = await consumer.run("node", ["functions.ts"]);

    expect(output).toBe("a answers attempt 1\none\ntwo\nthree\npermanent false\n");
  });

  it("runs the example of a machine in one's own actor system", async () => {
    const output = await consumer.run("node", ["embedded-machine.ts"]);

    expect(output.match(/served by \w+/g)).toEqual(["served by secondary", "served by primary"]);
    expect(output).toContain('restored: {"s1":"serving"}, epoch 3');
  });

  it("runs the example of the openai client over a refused, a hanging and a working credential", async () => {
    const output = await consumer.run("node", ["openai.ts"]);

    expect(output).toMatch(/^a → b: auth \(.+\)\nb → c: transient \(timeout\.timeout\)\nAnswered by c\.\n/);
    expect(output).toContain("serving: c");
    expect(output).not.toContain("key-a");
  });

  it("runs the example of a worker that embeds: an outage is waited for, and an unsafe text set aside", async () => {
    const output = await consumer.run("node", ["embedding-worker.ts"]);

    expect(output.trim().split("\n")).toEqual([
      "breaker: open",
      "breaker: half_open",
      "breaker: closed",
      "set aside: document-6 (content_safety)",
      "stored: 9",
    ]);
  });

  it("has the pages and the drawing that its README leads to", async () => {
    const links = [...(await read("README.md")).matchAll(/\]\(((?:docs|visualizations)\/[^)#]+)/g)];

    expect(links.length).toBeGreaterThan(15);
    for (const [, link = ""] of links) {
      const page = await readFile(`${consumer.folder}/node_modules/keyswitch/${link}`, "utf8");
      expect(page).toBe(await read(link));
    }
  });

  it("runs the command line", async () => {
    const output = await consumer.run("node", ["node_modules/keyswitch/dist/src/cli/main.js", "--version"]);

    expect(output.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
