import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { providerFor, providers } from "../../src/providers/index.ts";

const endpoints = providers.flatMap(({ name, endpoints }) =>
  Object.entries(endpoints).map(([api, endpoint]) => [name, api, endpoint] as const),
);

describe("the providers", () => {
  it("are found by name and alias, in any case", () => {
    expect(providerFor("openai")?.name).toBe("openai");
    expect(providerFor("GLM")?.name).toBe("zhipu");
    expect(providerFor("constructor")).toBeUndefined();
  });

  it("share no name", () => {
    const names = providers.flatMap(({ name, aliases }) => [name, ...aliases]);

    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names.filter((name) => name !== name.toLowerCase())).toEqual([]);
  });

  it("are those that have a wire file", () => {
    const root = new URL("../../src/providers/", import.meta.url);
    const folders = readdirSync(root, { recursive: true, encoding: "utf8" })
      .map((path) => path.split(/[\\/]/))
      .filter(([, file]) => file === "wire.ts")
      .map(([folder]) => folder);

    expect(new Set(folders)).toEqual(new Set(providers.map(({ name }) => name)));
  });

  it.each(endpoints)("%s has for %s a base to which paths can be added", (_name, _api, { apiBase }) => {
    if (apiBase === undefined) return;
    const url = new URL(apiBase);

    expect(`${url.origin}${url.pathname}`.replace(/\/$/, "")).toBe(apiBase);
    expect(url.protocol === "https:" || url.hostname === "localhost").toBe(true);
  });

  it.each(endpoints)(
    "%s sends for %s only headers that fetch accepts, in lower case",
    (_name, _api, { auth, headers }) => {
      const names = [...Object.keys(headers ?? {}), ...(auth === "none" ? [] : [auth.header])];

      expect([...new Headers(names.map((name) => [name, "x"])).keys()].toSorted()).toEqual(names.toSorted());
    },
  );
});
