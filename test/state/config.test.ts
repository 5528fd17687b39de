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
    [{ kind: "redis" }, "state.kind", '"redis"', "memory or file; redis is not supported yet"],
  ])("is refused as %j", (state, path, found, wanted) => {
    expect(issuesOf(state)).toEqual([{ path, found, wanted }]);
  });
});
