import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig, parseConfig } from "../../src/config/index.ts";
import { ConfigError } from "../../src/index.ts";
import { modelOf, stateFile } from "./state-files.ts";

const models = { chat: modelOf("a") };
const issuesOf = (state: unknown): unknown => {
  try {
    return parseConfig({ models, state });
  } catch (error) {
    return error instanceof ConfigError ? error.issues : error;
  }
};

describe("a state in Redis", () => {
  it("keeps the password of its URL apart, as a secret", () => {
    const { state } = parseConfig({
      models,
      state: { kind: "redis", url: "rediss://app:p%40ss@cache.example.com:6380/2" },
    });

    expect(state).toMatchObject({
      kind: "redis",
      url: "rediss://cache.example.com:6380/2",
      username: "app",
      namespace: "keyswitch",
    });
    expect(state.kind === "redis" && state.password?.reveal()).toBe("p@ss");
    expect(JSON.stringify(state)).not.toContain("p@ss");
    expect(parseConfig({ models, state }).state).toEqual(state);
  });

  it("takes the password from the environment or from a file", () => {
    const path = join(dirname(stateFile()), "password");
    writeFileSync(path, "planted-secret\n");
    const passwordOf = (password: object): string | undefined => {
      const { state } = parseConfig(
        { models, state: { kind: "redis", url: "redis://h", password } },
        { env: { REDIS_PASSWORD: "planted-secret" } },
      );
      return state.kind === "redis" ? state.password?.reveal() : undefined;
    };

    expect(passwordOf({ env: "REDIS_PASSWORD" })).toBe("planted-secret");
    expect(passwordOf({ file: path })).toBe("planted-secret");
  });

  it("never shows what a URL that is none may hold", () => {
    const issues = JSON.stringify(issuesOf({ kind: "redis", url: "http://app:planted-secret@h" }));

    expect(issues).toContain("state.url");
    expect(issues).not.toContain("planted");
  });
});

describe("the state of a configuration", () => {
  it("is a file by a path from the configuration's directory", async () => {
    const directory = dirname(stateFile());
    const path = join(directory, "keyswitch.json");
    writeFileSync(path, JSON.stringify({ models, state: { kind: "file", path: "kept/state" } }));

    const config = await loadConfig(path);

    expect(config.state).toEqual({ kind: "file", path: join(directory, "kept/state") });
    expect(parseConfig(config).state).toEqual(config.state);
  });

  it.each([
    [{ kind: "file" }, "state.path", "nothing", "the path of the file"],
    [{ kind: "file", path: " " }, "state.path", expect.any(String), "the path of a file"],
    [{ path: "x" }, "state.path", "a path for a state in memory", "kind: file, or no path"],
    [{ kind: "redis" }, "state.url", "nothing", "the URL of the Redis"],
    [
      { kind: "redis", url: "redis://h", path: "x" },
      "state.path",
      "a path for a state in Redis",
      "kind: file, or no path",
    ],
    [{ url: "redis://h" }, "state.url", "url for a state of kind memory", "kind: redis, or no url"],
    [{ kind: "redis", url: "redis://h", namespace: "a b" }, "state.namespace", '"a b"', expect.any(String)],
    [
      { kind: "redis", url: "redis://m", sentinel: { nodes: ["h"] } },
      "state.sentinel.nodes[0]",
      '"h"',
      expect.any(String),
    ],
  ])("is refused as %j", (state, path, found, wanted) => {
    expect(issuesOf(state)).toEqual([{ path, found, wanted }]);
  });
});
