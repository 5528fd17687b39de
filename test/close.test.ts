import { describe, expect, it, onTestFinished } from "vitest";
import {
  ClosedError,
  createKeyswitch,
  type Keyswitch,
  type KeyswitchConfig,
  type ModelConfigInput,
  UsageError,
} from "../src/index.ts";
import { createFakeProvider, type FakeProvider } from "../src/testing/fake-provider/index.ts";

const chat: ModelConfigInput = {
  api: "any",
  credentials: [
    { id: "a", api_key: "sk-a" },
    { id: "b", api_key: "sk-b" },
  ],
};

const started = (model: ModelConfigInput = chat): Keyswitch => createKeyswitch({ models: { chat: model } });

/** A model behind HTTP, whose upstream does as it is told. */
async function fetching(): Promise<{ keyswitch: Keyswitch; upstream: FakeProvider; ask: () => Promise<Response> }> {
  const upstream = await createFakeProvider();
  onTestFinished(() => upstream.close());
  const keyswitch = started({
    model: "m",
    credentials: [{ id: "a", provider: "openai", api_base: upstream.baseURL, api_key: "sk-a" }],
  });
  const { fetch, baseURL } = keyswitch.model("chat");
  const body = JSON.stringify({ model: "chat", messages: [], stream: true });
  const headers = { "content-type": "application/json" };
  const ask = (): Promise<Response> => fetch(`${baseURL}/chat/completions`, { method: "POST", headers, body });
  return { keyswitch, upstream, ask };
}

const never = (): Promise<never> => new Promise(() => {});
const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no rejection",
    (error: unknown) => error,
  );

describe("closing with a time to drain", () => {
  it("lets a call end that ends in time", async () => {
    const keyswitch = started();
    const answer = Promise.withResolvers<string>();
    const call = keyswitch.model("chat").call(() => answer.promise);
    const closed = keyswitch.close({ drain: "1h" });

    answer.resolve("served");

    expect(await call).toBe("served");
    await closed;
  });

  it("stops a call that never ends, and blames no credential for it", async () => {
    const keyswitch = started();
    const model = keyswitch.model("chat");
    const signals: AbortSignal[] = [];
    const results: string[] = [];
    model.on("settled", ({ result }) => results.push(result));
    const call = rejection(
      model.call(({ signal }) => {
        signals.push(signal);
        return never();
      }),
    );

    await keyswitch.close({ drain: "10ms" });

    expect(await call).toBeInstanceOf(ClosedError);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(results).toEqual(["cancelled"]);
    expect(model.snapshot()).toMatchObject({ active: "a", cooldowns: {} });
  });

  it("stops a call that waits for its next attempt", async () => {
    const keyswitch = started({ ...chat, retry: { base_delay: "1h", max_delay: "1h", jitter: "none" } });
    const call = rejection(
      keyswitch.model("chat").call(() => {
        throw Object.assign(new Error("down"), { status: 503 });
      }),
    );

    await keyswitch.close({ drain: 0 });

    expect(await call).toBeInstanceOf(ClosedError);
  });

  it("stops a stream that its reader has left half read, and closes its upstream", async () => {
    const keyswitch = started();
    const ended = Promise.withResolvers<string>();
    const stream = keyswitch.model("chat").stream(async function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        ended.resolve("closed");
      }
    });
    expect(await stream.next()).toEqual({ done: false, value: 1 });

    await keyswitch.close({ drain: 0 });

    expect(await ended.promise).toBe("closed");
    expect(await rejection(stream.next())).toBeInstanceOf(ClosedError);
  });

  it("stops a response that is half read, and one that does not come", async () => {
    const { keyswitch, upstream, ask } = await fetching();
    upstream.script("sk-a", { stallAfterItems: 1 }, { hang: true });
    const half = await ask();
    const none = rejection(ask());
    await upstream.received(2);

    await keyswitch.close({ drain: "10ms" });

    expect(await rejection(half.text())).toBeInstanceOf(ClosedError);
    expect(await none).toBeInstanceOf(ClosedError);
  });

  it("waits for no request whose body its caller never ends", async () => {
    const { keyswitch } = await fetching();
    const { fetch, baseURL } = keyswitch.model("chat");
    const body = new ReadableStream({ pull: never });
    const request = { method: "POST", body, duplex: "half" } as const;
    void rejection(fetch(`${baseURL}/chat/completions`, request));

    await keyswitch.close({ drain: "10ms" });
  });

  it("reaches what a reload has left behind, of a changed model and of one that is gone", async () => {
    const config: KeyswitchConfig = { models: { chat, gone: chat } };
    const keyswitch = createKeyswitch(config);
    const calls = ["chat", "gone"].map((id) => rejection(keyswitch.model(id).call(never)));
    keyswitch.reload({ models: { chat: { ...chat, timeout: "2h" } } });

    await keyswitch.close({ drain: 0 });

    for (const call of calls) expect(await call).toBeInstanceOf(ClosedError);
  });

  it("takes the shorter time of two", async () => {
    const keyswitch = started();
    const call = rejection(keyswitch.model("chat").call(never));
    const patient = keyswitch.close({ drain: "none" });

    await keyswitch.close({ drain: "10ms" });

    await patient;
    expect(await call).toBeInstanceOf(ClosedError);
  });

  it.each(["soon", -1, Number.NaN, {}])("refuses %j, and closes nothing", async (drain) => {
    const keyswitch = started();
    onTestFinished(() => keyswitch.close());

    const error = await rejection(keyswitch.close({ drain: drain as string }));

    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ path: "drain", wanted: expect.stringContaining('"30s"') as unknown });
    expect(await keyswitch.model("chat").call(() => "served")).toBe("served");
    expect(keyswitch.reload({ models: { chat } })).toMatchObject({ unchanged: ["chat"] });
  });
});
