import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  createKeyswitch,
  type Keyswitch,
  type KeyswitchConfig,
  type ModelConfigInput,
  type ModelSnapshot,
} from "../../src/index.ts";
import { fileStore } from "../../src/state/file-store.ts";
import { decodeSnapshot, encodeSnapshot, type Snapshot } from "../../src/state/snapshot.ts";
import type { SavedModel } from "../../src/state/store.ts";
import { startChild } from "./child.ts";
import { configOf, modelOf, stateFile } from "./state-files.ts";

/** Starts a keyswitch that the test's end closes, whatever happens. */
const started = (config: KeyswitchConfig): Keyswitch => {
  const keyswitch = createKeyswitch(config);
  onTestFinished(() => keyswitch.close());
  return keyswitch;
};
/** Asks a model, and is refused by these credentials. */
const ask = (keyswitch: Keyswitch, ...refusedBy: readonly string[]): Promise<string> =>
  keyswitch.model("chat").call(({ credential: { id } }) => {
    if (refusedBy.includes(id)) throw Object.assign(new Error("Unauthorized"), { status: 401 });
    return id;
  });
/** Has a keyswitch learn that these credentials are dead, and close. */
const learn = async (config: KeyswitchConfig, ...dead: readonly string[]): Promise<ModelSnapshot> => {
  const keyswitch = started(config);
  await ask(keyswitch, ...dead);
  await keyswitch.close();
  return keyswitch.model("chat").snapshot();
};
const restarted = (config: KeyswitchConfig): ModelSnapshot => started(config).model("chat").snapshot();
const withChat = (config: KeyswitchConfig, chat: ModelConfigInput): KeyswitchConfig => ({
  ...config,
  models: { chat },
});
/** What the store says of a file with this text. */
const complaintsOf = async (path: string, text: string): Promise<readonly string[]> => {
  writeFileSync(path, text);
  const warnings: string[] = [];
  const store = fileStore(path, (warning) => warnings.push(warning));
  expect(store.load("chat")).toBeUndefined();
  await store.close();
  return warnings;
};
/** Changes what a file holds, as the present release writes it. */
const rewrite = (path: string, change: (saved: SavedModel) => SavedModel): void => {
  const { salt, models } = decodeSnapshot(readFileSync(path, "utf8")) as Snapshot;
  writeFileSync(path, encodeSnapshot({ salt, models: models.map(([id, saved]) => [id, change(saved)]) }));
};
/** As if the wall clock had been so much further when it was saved. */
const savedAhead = (aheadMs: number) => (saved: SavedModel) => ({
  ...saved,
  slots: {
    ...saved.slots,
    savedAt: saved.slots.savedAt + aheadMs,
    slots: saved.slots.slots.map((slot) => ({
      ...slot,
      cooldown: slot.cooldown && { ...slot.cooldown, endsAt: slot.cooldown.endsAt + aheadMs },
    })),
  },
});
const nextWarning = (): Promise<Error> => new Promise((resolve) => process.once("warning", resolve));

describe("a state file", () => {
  it("is written when its keyswitch closes, for its owner alone, and leaves nothing beside it", async () => {
    const path = stateFile();
    await learn(configOf(path, "a", "b"), "a");

    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(existsSync(`${path}.new`)).toBe(false);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it("is not written through a link that a stranger put where its next text goes", async () => {
    const path = stateFile();
    const precious = join(dirname(path), "precious");
    writeFileSync(precious, "untouched");
    symlinkSync(precious, `${path}.new`);
    await learn(configOf(path, "a", "b"), "a");

    expect(readFileSync(precious, "utf8")).toBe("untouched");
  });

  it("is written within a moment of a move, without a close", async () => {
    const path = stateFile();
    await ask(started(configOf(path, "a", "b")), "a");

    await expect
      .poll(() => existsSync(path) && readFileSync(path, "utf8"), { timeout: 20_000 })
      .toContain('"home":"b"');
  });

  it("holds the models that a reload leaves, and those that it brings", async () => {
    const config = configOf(stateFile(), "a", "b");
    const keyswitch = started(config);
    await ask(keyswitch, "a");
    keyswitch.reload({ ...config, models: { other: modelOf("x") } });
    await keyswitch.close();

    const next = started({ ...config, models: { chat: modelOf("a", "b"), other: modelOf("x") } });

    expect(next.model("chat").snapshot()).toMatchObject({ active: "a", epoch: 0 });
  });

  it("goes on with what a reload has changed", async () => {
    const config = configOf(stateFile(), "a", "b");
    const keyswitch = started(config);
    await ask(keyswitch, "a");
    keyswitch.reload(withChat(config, modelOf("a", "c", "b")));
    await keyswitch.close();

    expect(restarted(withChat(config, modelOf("a", "c", "b")))).toMatchObject({
      active: "b",
      credentials: ["a", "c", "b"],
    });
  });
});

describe("time between two processes", () => {
  it("counts towards a cooldown", async () => {
    const path = stateFile();
    await learn(configOf(path, "a", "b"), "a");
    rewrite(path, savedAhead(-300_000));

    const { cooldowns } = restarted(configOf(path, "a", "b"));

    expect(cooldowns["a"]).toBeLessThanOrEqual(300_000);
    expect(cooldowns["a"]).toBeGreaterThan(200_000);
  });

  it("never lengthens a cooldown by a clock that was set back", async () => {
    const path = stateFile();
    const { cooldowns: before } = await learn(configOf(path, "a", "b"), "a");
    rewrite(path, savedAhead(86_400_000));

    const { cooldowns, active } = restarted(configOf(path, "a", "b"));

    expect(active).toBe("b");
    expect(cooldowns["a"]).toBeGreaterThan(500_000);
    expect(cooldowns["a"]).toBeLessThanOrEqual(Math.min(600_000, before["a"] ?? 0) + 1000);
  });
});

describe("a configuration that changed between two processes", () => {
  it("forgets a credential that it no longer has; the next one below serves if it was home", async () => {
    const config = configOf(stateFile(), "a", "b", "c");
    await learn(config, "a");

    const after = restarted(withChat(config, modelOf("a", "c")));

    expect(after).toMatchObject({ active: "c", epoch: 2, usage: { a: { attempts: 1 } } });
    expect(Object.keys(after.cooldowns)).toEqual(["a"]);
  });

  it("knows a renamed credential for a new one", async () => {
    const config = configOf(stateFile(), "a", "b");
    await learn(config, "a");

    expect(restarted(withChat(config, modelOf("renamed", "b")))).toMatchObject({
      active: "b",
      cooldowns: {},
      usage: { renamed: { attempts: 0 }, b: { attempts: 1 } },
    });
  });

  it.each([
    ["key", { api_key: "sk-another" }],
    ["base", { api_base: "http://127.0.0.1:9/v1" }],
  ])("starts a credential with another %s fresh, and no other", async (_, change) => {
    const config = configOf(stateFile(), "a", "b", "c");
    await learn(config, "a", "b");
    const { credentials, ...chat } = modelOf("a", "b", "c");
    const [a, ...others] = credentials;

    const after = restarted(withChat(config, { ...chat, credentials: [{ ...a, ...change }, ...others] }));

    expect(Object.keys(after.cooldowns)).toEqual(["b"]);
    expect(after.usage).toMatchObject({ a: { attempts: 0 }, b: { attempts: 1 }, c: { attempts: 1 } });
  });

  it("goes before what an operator said, where it says something else of a credential than before", async () => {
    const config = configOf(stateFile(), "a", "b");
    const { credentials, ...chat } = modelOf("a", "b");
    const [a, ...others] = credentials;
    await learn(withChat(config, { ...chat, credentials: [{ ...a, disabled: true }, ...others] }));

    expect(restarted(config).disabled).toEqual([]);
  });
});

describe("a state file that cannot be used", () => {
  it(
    "is told of and kept aside, cut off at whatever byte, and every credential starts fresh",
    { timeout: 120_000 },
    async () => {
      const path = stateFile();
      await learn(configOf(path, "a"), "none");
      const text = readFileSync(path, "utf8");

      for (let length = 0; length < text.length; length += 1) {
        const warnings = await complaintsOf(path, text.slice(0, length));
        expect(warnings).toEqual([expect.stringMatching(/(?:is damaged|is no state).*starts fresh.*\.unusable$/)]);
        expect(readFileSync(`${path}.unusable`, "utf8")).toBe(text.slice(0, length));
      }
    },
  );

  it.each([
    [
      "of another version",
      (text: string) => text.replace("state 1 ", "state 2 "),
      /has version 2, and this release reads/,
    ],
    ["of another program", () => "models:\n  chat: {}\n", /is no state of keyswitch/],
    ["with one other letter", (text: string) => text.replace('"home":"b"', '"home":"a"'), /is damaged/],
    ["with more at its end", (text: string) => `${text} `, /is damaged/],
    [
      "with a right sum over what no release writes",
      () => encodeSnapshot({ salt: "s", models: [["chat", { slots: { home: 7 } }]] } as unknown as Snapshot),
      /holds what no release/,
    ],
  ])("is told of where it is one %s", async (_, change, said) => {
    const path = stateFile();
    await learn(configOf(path, "a", "b"), "a");

    expect(await complaintsOf(path, change(readFileSync(path, "utf8")))).toEqual([expect.stringMatching(said)]);
  });

  it("costs a keyswitch nothing but what it would have known", async () => {
    const path = stateFile();
    writeFileSync(path, "broken");
    const warning = nextWarning();
    const keyswitch = started(configOf(path, "a", "b"));

    expect(await ask(keyswitch)).toBe("a");
    expect(await warning).toMatchObject({
      name: "KeyswitchStateWarning",
      message: expect.stringContaining(path) as string,
    });
    await keyswitch.close();
    expect(restarted(configOf(path, "a", "b")).usage).toMatchObject({ a: { attempts: 1 } });
  });

  it("stays as it is where it is a directory", async () => {
    const path = stateFile();
    mkdirSync(path);
    const warnings: string[] = [];
    const store = fileStore(path, (warning) => warnings.push(warning));
    await store.close();

    expect(warnings).toEqual([expect.stringContaining("is no file")]);
    expect(statSync(path).isDirectory()).toBe(true);
  });

  it.each([
    // Root may write to any directory but one that is no disk's.
    ["takes no file", () => "/proc/keyswitch-state"],
    ["is not there", () => join(stateFile(), "state")],
  ])("is told of once where its directory %s, and calls are served", async (_, path) => {
    const warnings: Error[] = [];
    const collect = (warning: Error): void => void warnings.push(warning);
    process.on("warning", collect);
    onTestFinished(() => void process.off("warning", collect));
    const keyswitch = started(configOf(path(), "a", "b"));

    expect(await ask(keyswitch, "a")).toBe("b");
    await keyswitch.close();
    // Warnings are told in the next tick.
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringMatching(/cannot be written \(E[A-Z]+\)/)]);
  });
});

describe("two processes on one state file", { timeout: 120_000 }, () => {
  it("are told of; the second begins with what it holds, and writes when the first has ended", async () => {
    const config = configOf(stateFile(), "a", "b", "c");
    await learn(config, "a");
    await using first = await startChild(config);
    const warning = nextWarning();
    const second = started(config);

    expect(await warning).toMatchObject({
      name: "KeyswitchStateWarning",
      message: expect.stringContaining(`in use by process ${first.process.pid}`) as string,
    });
    expect(await ask(second, "b")).toBe("c");
    await first.order({ close: true });
    expect(restarted(config).active).toBe("b");
  });

  it("never write at the same time", async () => {
    const config = configOf(stateFile(), "a", "b", "c");
    await using first = await startChild(config);
    const second = started(config);
    await ask(second, "a", "b");
    await second.close();
    await first.order({ refusedBy: ["a"] });
    await first.order({ close: true });

    expect(restarted(config)).toMatchObject({ active: "b", epoch: 1 });
  });
});
