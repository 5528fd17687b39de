import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const root = new URL("../../", import.meta.url);
const read = (place: URL): string => readFileSync(place, "utf8");
const pages = ["README.md", "CONTRIBUTING.md", ...readdirSync(new URL("docs/", root)).map((name) => `docs/${name}`)]
  .filter((name) => name.endsWith(".md"))
  .map((name) => [name, new URL(name, root)] as const);

/** What a heading is linked by, as GitHub makes it. */
function anchorsIn(page: string): readonly string[] {
  return [...page.replaceAll(/^```[^]*?^```$/gm, "").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Places of this repository that a page leads to. */
function linksOf(page: string): readonly string[] {
  return [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link).filter((link) => !/^https?:/.test(link));
}

describe("a page", () => {
  it.each(pages)("leads to what is there: %s", (_, place) => {
    for (const link of linksOf(read(place))) {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? place : new URL(path, place);
      expect([link, existsSync(target)]).toEqual([link, true]);
      if (anchor !== undefined) expect(anchorsIn(read(target))).toContain(anchor);
    }
  });

  it("is one of those that README.md leads to", () => {
    const links = new Set(linksOf(read(new URL("README.md", root))));

    for (const [name] of pages) if (name !== "README.md") expect(links).toContain(name);
  });
});
