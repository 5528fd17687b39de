import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { startChild } from "./child.ts";
import { configOf, stateFile } from "./state-files.ts";

describe("a process that starts on the state of another", { timeout: 120_000 }, () => {
  it("serves where that served, with its cooldowns, its epoch and what an operator took out", async () => {
    const config = configOf(stateFile(), "a", "b", "c", "d");
    await using first = await startChild(config);
    await first.order({ refusedBy: ["a"] });
    await first.order({ disable: 2 });
    const { models } = await first.order({ refusedBy: ["b"] });
    await first.order({ close: true });
    expect(await first.leave()).toBe(0);

    await using second = await startChild(config);

    const { chat: before } = models;
    const { chat: after } = second.start.models;
    expect(before).toMatchObject({ active: "d", epoch: 2, disabled: ["c"] });
    expect(after).toMatchObject({
      active: "d",
      epoch: 2,
      served: before?.served,
      disabled: ["c"],
      state: "s3.serving",
    });
    expect(Object.keys(after?.cooldowns ?? {})).toEqual(["a", "b"]);
    expect(after?.cooldowns["a"]).toBeLessThan(before?.cooldowns["a"] ?? 0);
    expect(after?.cooldowns["a"]).toBeGreaterThan(500_000);
    expect(second.start.warnings).toEqual([]);
  });

  it("knows that every credential has failed", async () => {
    const config = configOf(stateFile(), "a", "b");
    await using first = await startChild(config);
    await first.order({ refusedBy: ["a", "b"] });
    await first.order({ close: true });
    await first.leave();

    await using second = await startChild(config);

    expect(second.start.models["chat"]).toMatchObject({ active: null, state: "exhausted" });
  });

  it("counts on where that stopped", async () => {
    const config = configOf(stateFile(), "a", "b");
    for (let run = 1; run <= 3; run += 1) {
      await using child = await startChild(config);
      await child.order({ refusedBy: run === 1 ? ["a"] : [] });
      const { models } = await child.order({ close: true });
      await child.leave();

      expect(models["chat"]?.usage).toMatchObject({
        a: { attempts: 1, served: 0, failures: { auth: 1 } },
        b: { attempts: run, served: run, unknownUsage: run },
      });
    }
  });

  it("finds no key in the file", async () => {
    const path = stateFile();
    await using child = await startChild(configOf(path, "a", "b"));
    await child.order({ refusedBy: ["a"] });
    await child.order({ close: true });

    expect(readFileSync(path, "utf8")).toContain('"id":"a"');
    expect(readFileSync(path, "utf8")).not.toMatch(/planted/);
  });
});

describe("a process that never closes its keyswitch", { timeout: 120_000 }, () => {
  it("ends by itself when it has nothing more to do", async () => {
    await using child = await startChild(configOf(stateFile(), "a", "b"));
    await child.order({ refusedBy: ["a"] });

    expect(await child.leave()).toBe(0);
  });
});
