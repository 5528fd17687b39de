import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { isOpenViking, migrateOpenViking, parseConfig, parseOpenViking } from "../../src/config/index.ts";

const page = readFileSync(new URL("../../docs/openviking.md", import.meta.url), "utf8");
const fences = [...page.matchAll(/^```(json|yaml)\n(.*?)^```$/gms)].map(([, , text = ""]) => text);
const env = Object.fromEntries([...page.matchAll(/\$\{(\w+)\}/g)].map(([, name = ""]) => [name, "k"]));

describe("docs/openviking.md", () => {
  it.each(fences)("holds a configuration that loads: %#", (text) => {
    const config: unknown = parse(text);
    const load = isOpenViking(config) ? parseOpenViking : parseConfig;

    expect(Object.keys(load(config, { env }).models)).not.toEqual([]);
  });

  it("shows what migrate really makes of its first ov.conf", () => {
    const [ovConf = "", migrated] = fences;

    expect(migrateOpenViking(JSON.parse(ovConf)).yaml).toBe(migrated);
  });
});
