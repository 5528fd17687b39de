import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../../src/config/index.ts";
import type { EmbeddingRoute, FusionFacts, MediaFacts } from "../../src/providers/embedding-wire.ts";
import { embeddingWires } from "../../src/providers/embedding-wires.ts";
import { type Arrival, type Reply, startProvider } from "../embedding/provider.ts";
import { expectSection, table } from "./generated.ts";

const page = readFileSync(new URL("../../docs/embeddings.md", import.meta.url), "utf8");
const fences = (language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map(([, text = ""]) => text);
const [keyswitchYaml = "", moreYaml = "", chatYaml = ""] = fences("yaml");
const [lists = "", refusals = "", kinds = ""] = fences("ts");
const env = { OPENAI_API_KEY: "sk-a", OPENAI_API_KEY_B: "sk-b", VOYAGE_API_KEY: "pa-a", ARK_API_KEY: "ark-a" };

const folder = mkdtempSync(join(tmpdir(), "keyswitch-docs-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Where each provider's paths begin on the scripted one. */
const bases: Readonly<Record<string, string>> = { openai: "/v1", voyage: "/voyage/v1", volcengine: "/api/v3" };

function answer({ path, body, texts }: Arrival): Reply {
  const vector = (dimension: number): number[] => Array.from({ length: dimension }, () => 0.5);
  if (texts.some((text) => typeof text === "string" && text.includes("unsafe"))) {
    return { status: 400, body: { error: { message: "blocked", code: "content_filter" } } };
  }
  if (path === "/api/v3/embeddings/multimodal") {
    return { body: { data: { embedding: vector(2048), sparse_embedding: [{ index: 139, value: 0.25 }] } } };
  }
  const count = Array.isArray(body["inputs"]) ? body["inputs"].length : texts.length;
  const embedding = vector(path.startsWith("/voyage") ? 1024 : 1536);
  return { body: { data: Array.from({ length: count }, () => ({ embedding })), usage: { total_tokens: count } } };
}

/** Runs an example as a program of its own, against a scripted provider, and tells what it printed. */
async function run(code: string): Promise<string> {
  const { url } = await startProvider(answer);
  for (const [name, yaml] of [
    ["keyswitch.yaml", keyswitchYaml],
    ["more.yaml", moreYaml],
  ] as const) {
    const there = yaml.replaceAll(
      /( +)(?:- )?provider: (\w+)/g,
      (line: string, _, provider: string) => `${line}\n        api_base: ${url}${bases[provider]}`,
    );
    writeFileSync(join(folder, name), there);
  }
  const source = new URL("../../src/index.ts", import.meta.url).href;
  writeFileSync(join(folder, "main.ts"), code.replace('from "keyswitch"', `from "${source}"`));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  const { stdout } = await promisify(execFile)(process.execPath, ["main.ts"], {
    cwd: folder,
    env: { ...process.env, ...env },
  });
  return stdout;
}

describe("docs/embeddings.md", () => {
  it.each([keyswitchYaml, moreYaml, chatYaml])("holds a configuration that loads: %#", (yaml) => {
    expect(Object.keys(parseConfig(parse(yaml), { env }).models)).not.toEqual([]);
  });

  it("has an example of a text, a list and a stream that runs as it says", async () => {
    expect(await run(lists)).toBe("1536 2\n1000 embedded\n1000 stored\n");
  });

  it("has an example that sets a refused text aside", async () => {
    expect(await run(refusals)).toBe("set aside: something unsafe (content_safety)\n2 embedded\n");
  });

  it("has an example of queries, images and hybrid vectors", async () => {
    expect(await run(kinds)).toBe("1024 1024 2048 0.25\n");
  });

  it("has no example that is not run", () => {
    expect(fences("ts")).toHaveLength(3);
    expect(fences("yaml")).toHaveLength(3);
  });

  it("says what the code knows of each provider", () => {
    const rows = Object.entries(embeddingWires).flatMap(([provider, { text, elaborate, multimodal }]) => [
      rowOf(`\`${provider}\``, text),
      ...(elaborate === undefined ? [] : [rowOf(`\`${provider}\` with a purpose or sparse vectors`, elaborate)]),
      ...(multimodal === undefined ? [] : [rowOf(`\`${provider}\` with \`input: multimodal\``, multimodal)]),
    ]);
    const header = ["provider", "path", "at most", "tells queries by", "images", "videos", "several parts", "vectors"];

    expectSection("embeddings.md", "wires", table(header, rows));
  });
});

function rowOf(
  name: string,
  { path, most = {}, purpose, images, videos, fused, vectors = ["dense"] }: EmbeddingRoute,
): string[] {
  const { inputs, tokens } = most;
  const limits = [inputs && `${inputs} input${inputs === 1 ? "" : "s"}`, tokens && `${tokens} tokens`];
  return [
    name,
    `\`${path ?? "/embeddings"}\``,
    limits.filter(Boolean).join(", "),
    purpose === undefined ? "" : `\`${purpose.member}\``,
    formsOf(images),
    formsOf(videos),
    togetherOf(fused),
    vectors.join(", "),
  ];
}

function formsOf(media: MediaFacts | undefined): string {
  if (media === undefined) return "";
  const forms = [media.remote && "addresses", media.inline && "data"].filter(Boolean).join(", ");
  return (
    forms + (media.models === undefined ? "" : "; some models") + (media.vectors ? `; ${media.vectors.join(", ")}` : "")
  );
}

function togetherOf(fused: FusionFacts | undefined): string {
  if (fused === undefined) return "";
  return fused.models === undefined ? "yes" : "some models";
}
