import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  ClosedError,
  ConfigError,
  createKeyswitch,
  type Keyswitch,
  type KeyswitchConfig,
  type Model,
  type ModelConfigInput,
  type Move,
  UnknownModelError,
} from "../src/index.ts";
import { createFakeProvider, type FakeProvider } from "../src/testing/index.ts";

const running: Keyswitch[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((keyswitch) => keyswitch.close()));
});

type CredentialInput = ModelConfigInput["credentials"][number];

const key = (id: string, more: Partial<CredentialInput> = {}): CredentialInput => ({
  id,
  api_key: `sk-${id}`,
  ...more,
});
const chatOf = (credentials: readonly CredentialInput[], more: Partial<ModelConfigInput> = {}): ModelConfigInput => ({
  api: "any",
  credentials,
  retry: { max_retries: 0 },
  ...more,
});
const configOf = (credentials: readonly CredentialInput[], more: Partial<ModelConfigInput> = {}): KeyswitchConfig => ({
  models: { chat: chatOf(credentials, more) },
});
const started = (config: KeyswitchConfig): { keyswitch: Keyswitch; chat: Model } => {
  const keyswitch = createKeyswitch(config);
  running.push(keyswitch);
  return { keyswitch, chat: keyswitch.model("chat") };
};

const unauthorized = (): Error => Object.assign(new Error("Unauthorized"), { status: 401 });
/** Asks, and is refused wherever one of these ids is the credential's. */
const ask = (model: Model, ...refused: string[]): Promise<string> =>
  model.call(({ credential }) => {
    if (refused.includes(credential.id)) throw unauthorized();
    return `${credential.id} ${credential.apiKey.reveal()}`;
  });
const all = async <Item>(stream: AsyncIterable<Item>): Promise<Item[]> => {
  const items: Item[] = [];
  for await (const item of stream) items.push(item);
  return items;
};
const wait = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));

describe("a reload", () => {
  it("tells what it did, by model", () => {
    const { keyswitch } = started({
      models: { chat: chatOf([key("a")]), embed: chatOf([key("a")]), old: chatOf([key("a")]) },
    });

    const summary = keyswitch.reload({
      models: { new: chatOf([key("a")]), embed: chatOf([key("b")]), chat: chatOf([key("a")]) },
    });

    expect(summary).toEqual({ added: ["new"], changed: ["embed"], removed: ["old"], unchanged: ["chat"] });
    expect(keyswitch.models).toEqual(["new", "embed", "chat"]);
    expect(() => keyswitch.model("old")).toThrow(UnknownModelError);
  });

  it("does not touch a model that is the same, however its configuration is written", () => {
    const { keyswitch, chat } = started(configOf([key("a", { extra_headers: { "X-A": "1", "X-B": "2" } })]));
    const { actor } = chat;

    const { unchanged } = keyswitch.reload(
      configOf([{ extra_headers: { "X-B": "2", "X-A": "1" }, ...key("a") }], { timeout: "60s", kind: "chat" }),
    );

    expect(unchanged).toEqual(["chat"]);
    expect(chat.actor).toBe(actor);
  });

  it("is refused as a whole where anything is wrong", async () => {
    const { keyswitch, chat } = started(configOf([key("a")]));
    const { actor } = chat;
    const broken = { models: { chat: chatOf([key("b")]), embed: chatOf([]), more: chatOf([key("a")]) } };

    expect(() => keyswitch.reload(broken)).toThrow(ConfigError);
    expect(() => keyswitch.reload(broken)).toThrow("models.embed.credentials");
    expect(keyswitch.models).toEqual(["chat"]);
    expect(chat.actor).toBe(actor);
    expect(await ask(chat)).toBe("a sk-a");
  });

  it("is refused once all is closed", async () => {
    const { keyswitch } = started(configOf([key("a")]));
    await keyswitch.close();

    expect(() => keyswitch.reload(configOf([key("b")]))).toThrow(ClosedError);
  });
});

describe("a model whose configuration changes", () => {
  it("goes on under the new one, for those who hold it", async () => {
    const { keyswitch, chat } = started(configOf([key("a")]));
    keyswitch.reload(configOf([key("b")], { kind: "image" }));

    expect(keyswitch.model("chat")).toBe(chat);
    expect(await ask(chat)).toBe("b sk-b");
    expect(chat.kind).toBe("image");
    expect(chat.credentials.map(({ id }) => id)).toEqual(["b"]);
    expect(chat.actor.getSnapshot().status).toBe("active");
  });

  it("keeps what serves, its cooldowns and its usage", async () => {
    const { keyswitch, chat } = started(configOf([key("a"), key("b")]));
    await ask(chat, "a");
    const before = chat.snapshot();

    keyswitch.reload(configOf([key("a"), key("b"), key("c")], { timeout: "5s" }));

    const after = chat.snapshot();
    expect(after).toMatchObject({ active: "b", epoch: before.epoch, served: before.served });
    expect(after.cooldowns["a"]).toBeGreaterThan(590_000);
    expect(after.cooldowns["a"]).toBeLessThanOrEqual(before.cooldowns["a"] ?? 0);
    expect(after.usage).toMatchObject({ ...before.usage, c: { attempts: 0 } });
    expect(await ask(chat)).toBe("b sk-b");
  });

  it("keeps that every credential has failed", async () => {
    const { keyswitch, chat } = started(configOf([key("a"), key("b")]));
    await ask(chat, "a", "b").catch(() => undefined);
    keyswitch.reload(configOf([key("b"), key("a")]));

    expect(chat.snapshot()).toMatchObject({ active: null, state: "exhausted" });
  });

  it("knows its credentials by id when their order changes", async () => {
    const { keyswitch, chat } = started(configOf([key("a"), key("b"), key("c")]));
    await ask(chat, "a");
    keyswitch.reload(configOf([key("c"), key("a"), key("b")]));

    expect(chat.active()).toBe("b");
    expect(Object.keys(chat.snapshot().cooldowns)).toEqual(["a"]);
  });

  it.each<[string, Partial<CredentialInput>]>([
    ["another key", { api_key: "sk-other" }],
    ["another base", { api_base: "http://127.0.0.1:1/v1" }],
    ["another model", { model: "other" }],
    ["another provider", { provider: "groq" }],
    ["another header", { extra_headers: { "x-team": "other" } }],
  ])("starts a credential with %s afresh", async (_what, change) => {
    const { keyswitch, chat } = started(configOf([key("a"), key("b")]));
    await ask(chat, "a");

    keyswitch.reload(configOf([key("a", change), key("b")]));

    expect(chat.snapshot()).toMatchObject({
      active: "b",
      cooldowns: {},
      usage: { a: { attempts: 0 }, b: { attempts: 1 } },
    });
  });

  it("forgets nothing of a credential of which only something else is said", async () => {
    const { keyswitch, chat } = started(configOf([key("a"), key("b")]));
    await ask(chat, "a");
    keyswitch.reload(configOf([key("a", { capabilities: ["vision"], max_tokens: 5 }), key("b")]));

    expect(Object.keys(chat.snapshot().cooldowns)).toEqual(["a"]);
  });

  it("goes to the next credential when the one that served is gone, and tells so", async () => {
    const { keyswitch, chat } = started(configOf([key("a"), key("b"), key("c")]));
    await ask(chat, "a");
    const moves: Move[] = [];
    chat.on("failover", (move) => moves.push(move));
    keyswitch.reload(configOf([key("a"), key("c")]));

    expect(chat.active()).toBe("c");
    expect(moves).toMatchObject([{ model: "chat", from: "b", to: "c", cause: "reload" }]);
  });

  it("leaves out what the new configuration disables, and takes in what it enables", () => {
    const { keyswitch, chat } = started(configOf([key("a"), key("b", { disabled: true })]));
    keyswitch.reload(configOf([key("a", { disabled: true }), key("b")]));

    expect(chat.snapshot()).toMatchObject({ disabled: ["a"], active: "b" });
  });

  it("leaves an operator's word alone where the configuration has not changed its own", () => {
    const { keyswitch, chat } = started(configOf([key("a"), key("b"), key("c", { disabled: true })]));
    chat.actor.send({ type: "DISABLE", slot: 0 });
    chat.actor.send({ type: "ENABLE", slot: 2 });
    keyswitch.reload(configOf([key("a"), key("b"), key("c", { disabled: true })], { timeout: "5s" }));

    expect(chat.snapshot()).toMatchObject({ disabled: ["a"], active: "b" });
  });

  it("keeps its listeners, and tells nobody twice what was told before", async () => {
    const { keyswitch, chat } = started(configOf([key("a"), key("b")]));
    const told: string[] = [];
    chat.on("failover", ({ from, to }) => told.push(`${from} to ${to}`));
    const stop = chat.on("settled", ({ credential }) => told.push(`settled by ${credential}`));
    await ask(chat, "a");
    keyswitch.reload(configOf([key("a"), key("b"), key("c")]));
    await ask(chat, "b");
    stop();
    keyswitch.reload(configOf([key("a"), key("b"), key("c"), key("d")]));
    await ask(chat);

    expect(told).toEqual(["a to b", "settled by b", "b to c", "settled by c"]);
  });

  it("finishes what is in flight as it began, and counts it", async () => {
    const { keyswitch, chat } = started(configOf([key("a")]));
    const settled: unknown[] = [];
    chat.on("settled", ({ result, credential }) => settled.push([result, credential]));
    const { promise, resolve } = Promise.withResolvers<string>();
    const answer = chat.call(({ credential }) => promise.then((text) => `${credential.apiKey.reveal()} ${text}`));
    keyswitch.reload(configOf([key("a"), key("b")]));
    resolve("late");

    expect(await answer).toBe("sk-a late");
    expect(settled).toEqual([["served", "a"]]);
    expect(chat.snapshot().usage["a"]?.served).toBe(1);
  });

  it("is not moved, nor said to be, by what fails in flight under the old one", async () => {
    const { keyswitch, chat } = started(configOf([key("a"), key("b")]));
    const moves: Move[] = [];
    chat.on("failover", (move) => moves.push(move));
    const { promise, reject } = Promise.withResolvers<never>();
    const answer = chat.call(({ credential }) => (credential.id === "a" ? promise : "by b"));
    keyswitch.reload(configOf([key("a"), key("b"), key("c")]));
    reject(unauthorized());

    expect(await answer).toBe("by b");
    expect(chat.active()).toBe("a");
    expect(moves).toEqual([]);
  });

  it("opens a stream under the configuration of when its first item is asked for", async () => {
    const { keyswitch, chat } = started(configOf([key("a")]));
    const stream = chat.stream(async function* ({ credential }) {
      yield credential.id;
    });
    keyswitch.reload(configOf([key("b")]));
    await wait(5);

    expect(await all(stream)).toEqual(["b"]);
  });

  it("stops its former machine when its last call has ended", async () => {
    const { keyswitch, chat } = started(configOf([key("a")]));
    const { actor } = chat;
    const { promise, resolve } = Promise.withResolvers<string>();
    const answer = chat.call(() => promise);
    keyswitch.reload(configOf([key("b")]));
    await wait(5);
    expect(actor.getSnapshot().status).toBe("active");

    resolve("late");
    await answer;
    await expect.poll(() => actor.getSnapshot().status).toBe("stopped");
  });

  it("is waited for by close(), former configurations too", async () => {
    const { keyswitch, chat } = started(configOf([key("a")]));
    const { promise, resolve } = Promise.withResolvers<string>();
    const answer = chat.call(() => promise);
    keyswitch.reload(configOf([key("b")]));
    let isClosed = false;
    const closing = keyswitch.close().then(() => (isClosed = true));
    await wait(5);

    expect(isClosed).toBe(false);
    await expect(ask(chat)).rejects.toBeInstanceOf(ClosedError);
    await expect(chat.stream(() => new ReadableStream()).next()).rejects.toBeInstanceOf(ClosedError);
    await expect(chat.fetch("https://x")).rejects.toBeInstanceOf(ClosedError);
    resolve("late");
    expect(await answer).toBe("late");
    await closing;
  });

  it("shows no key that it compared", async () => {
    const { keyswitch, chat } = started(configOf([key("a", { api_key: "sk-planted-1" })]));
    keyswitch.reload(configOf([key("a", { api_key: "sk-planted-2" })]));
    const shown = [keyswitch, chat, chat.snapshot(), chat.actor.getPersistedSnapshot()];

    expect(shown.map((each) => inspect(each, { depth: 20, showHidden: true })).join()).not.toContain("planted");
  });
});

describe("a model that a reload removes", () => {
  it("finishes what is in flight, then takes no more", async () => {
    const { keyswitch, chat } = started({ models: { chat: chatOf([key("a")]), other: chatOf([key("a")]) } });
    const { promise, resolve } = Promise.withResolvers<string>();
    const answer = chat.call(() => promise);
    keyswitch.reload({ models: { other: chatOf([key("a")]) } });

    await expect(ask(chat)).rejects.toBeInstanceOf(ClosedError);
    resolve("late");
    expect(await answer).toBe("late");
  });

  it("starts anew when it comes back", async () => {
    const { keyswitch, chat } = started({ models: { chat: chatOf([key("a")]), other: chatOf([key("a")]) } });
    keyswitch.reload({ models: { other: chatOf([key("a")]) } });
    const { added } = keyswitch.reload({ models: { other: chatOf([key("a")]), chat: chatOf([key("a")]) } });

    expect(added).toEqual(["chat"]);
    expect(keyswitch.model("chat")).not.toBe(chat);
    expect(await ask(keyswitch.model("chat"))).toBe("a sk-a");
  });
});

describe("a key's file, at a reload", () => {
  const directory = mkdtempSync(join(tmpdir(), "keyswitch-"));
  const file = join(directory, "key");

  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it("starts its credential afresh where it holds another key by then", async () => {
    writeFileSync(file, "sk-1");
    const config = configOf([key("a", { api_key: { file } }), key("b")]);
    const { keyswitch, chat } = started(config);
    await ask(chat, "a");
    expect(keyswitch.reload(config).unchanged).toEqual(["chat"]);

    writeFileSync(file, "sk-2");

    expect(keyswitch.reload(config).changed).toEqual(["chat"]);
    expect(chat.snapshot().cooldowns).toEqual({});
  });

  it("refuses it where it is gone", () => {
    writeFileSync(file, "sk-1");
    const config = configOf([key("a", { api_key: { file } })]);
    const { keyswitch } = started(config);
    rmSync(file);

    expect(() => keyswitch.reload(config)).toThrow(/which cannot be read \(ENOENT\)/);
  });
});

describe("twenty reloads under fifty calls at a time", () => {
  let upstream: FakeProvider;

  beforeEach(async () => {
    upstream = await createFakeProvider({ answers: { items: 4, itemDelayMs: 2 } });
  });

  afterEach(() => upstream.close());

  const configs = (round: number): KeyswitchConfig => {
    const openai = (id: string): CredentialInput => ({ ...key(id), provider: "custom", api_base: upstream.baseURL });
    const credentials = round % 2 === 0 ? [openai("a"), openai("b")] : [openai("b"), openai("c"), openai("a")];
    return configOf(credentials, {
      api: "openai",
      model: "gpt",
      timeout: 60 + round,
      failback: { requests: 0 },
    });
  };
  const request = (stream: boolean): RequestInit => ({
    method: "POST",
    body: JSON.stringify({ model: "gpt", stream, messages: [{ role: "user", content: "hello" }] }),
  });

  it("fail none of them, be they calls, streams or requests", async () => {
    const { keyswitch, chat } = started(configs(0));
    const over = new AbortController();
    let served = 0;
    const works = [
      async () => {
        await chat.call(() => wait(3));
      },
      async () => {
        const items = chat.stream(async function* () {
          for (const item of [1, 2, 3]) {
            yield item;
            await wait(2);
          }
        });
        expect(await all(items)).toEqual([1, 2, 3]);
      },
      async () => {
        const response = await chat.fetch(`${chat.baseURL}/chat/completions`, request(false));
        expect([response.status, typeof (await response.json())]).toEqual([200, "object"]);
      },
      async () => {
        const response = await chat.fetch(`${chat.baseURL}/chat/completions`, request(true));
        expect(await response.text()).toContain("data: [DONE]");
      },
    ];
    const callers = Array.from({ length: 50 }, async (_, index) => {
      while (!over.signal.aborted) {
        await works[index % works.length]?.();
        served += 1;
      }
    });
    for (let round = 1; round <= 20; round += 1) {
      await wait(15);
      expect(keyswitch.reload(configs(round)).changed).toEqual(["chat"]);
    }
    over.abort();
    await Promise.all(callers);

    expect(served).toBeGreaterThan(100);
    expect(chat.snapshot().usage["a"]?.served).toBe(served);
  });
});
