import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { beforeAll, describe, expect, it } from "vitest";

const mostGzippedBytes = 60 * 1_024;

interface Built {
  readonly fileName: string;
  readonly text: string;
}

describe("the inspector's page", () => {
  let files: readonly Built[];
  beforeAll(async () => {
    const configFile = fileURLToPath(new URL("../../../visualizations/inspector/vite.config.ts", import.meta.url));
    const built = await build({ configFile, logLevel: "error", build: { write: false } });
    if (!("output" in built)) throw new Error("vite built something else than one output");
    files = built.output.map((file) => ({
      fileName: file.fileName,
      text: file.type === "chunk" ? file.code : String(file.source),
    }));
  });

  it("is one script and one style sheet, by the names that the server knows", () => {
    expect(files.map(({ fileName }) => fileName).toSorted()).toEqual(["page.css", "page.js"]);
  });

  it("takes at most 60 KB over the wire", () => {
    const bytes = files.reduce((sum, { text }) => sum + gzipSync(text).byteLength, 0);
    expect(bytes).toBeLessThanOrEqual(mostGzippedBytes);
  });

  it("names no address but XML's own names, and makes no code or markup of a text", () => {
    const all = files.map(({ text }) => text).join("\n");
    const addresses = [...all.matchAll(/\b(?:https?|wss?):\/\/[\w./-]+/g)].map(([address]) => address);
    expect(new Set(addresses.filter((address) => !address.startsWith("http://www.w3.org/")))).toEqual(new Set());
    expect(all).not.toMatch(/\beval\(|new Function|document\.write|insertAdjacentHTML|@import|url\((?!#)/);
  });
});
