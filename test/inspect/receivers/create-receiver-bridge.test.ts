import { once } from "node:events";
import { request } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { createKeyswitch, UsageError } from "../../../src/index.ts";
import { createReceiverBridge } from "../../../src/inspect/receivers/create-receiver-bridge.ts";
import { liveModelOf, type Model } from "../../../src/model.ts";
import { call, modelOf, plantedKey } from "../models.ts";
import { asking, connect, type Listening, openBridge, refusedWith } from "./open-bridge.ts";

function chat(ids: readonly string[] = ["primary", "spare"]): Model {
  const model = modelOf(ids);
  onTestFinished(() => model.close());
  return model;
}

/** Lets an operator put it back so many times, each of which is a move. */
function moveOften(model: Model, times: number): void {
  for (let move = 0; move < times; move += 1) liveModelOf(model)?.present().engine.operate({ type: "RESET" });
}

/** The epochs that a Stately receiver was shown, the last of each machine or move. */
const epochs = ({ messages }: Listening): readonly unknown[] =>
  messages().flatMap(({ snapshot }) =>
    snapshot === undefined ? [] : [(snapshot as { readonly context: { readonly epoch: number } }).context.epoch],
  );

describe("whoever asks for a machine's moves", () => {
  it.each<readonly [string, (url: string) => string, Readonly<Record<string, string>>, number]>([
    ["without a token", (url) => url.replace(/\?.*/, ""), {}, 401],
    ["with another token", (url) => url.replace(/token=.*/, "token=x"), {}, 401],
    ["from a page of another site", (url) => url, { origin: "http://evil.example" }, 403],
    ["from a page in a sandbox, whose origin is null", (url) => url, { origin: "null" }, 403],
    ["from a page at this address, since there is none", (url) => url, { origin: "http://127.0.0.1" }, 403],
    ["from a page that is nearly allowed", (url) => url, { origin: "http://localhost:30001" }, 403],
    ["by a name that a page made lead here", (url) => url, { host: "evil.example" }, 403],
    ["at a place that there is not", (url) => url.replace("/stately", "/other"), {}, 404],
  ])("%s is turned away", async (_, asked, headers, status) => {
    const { bridge, stately } = await openBridge([chat()], ["http://localhost:3000"]);

    expect(await refusedWith(asked(stately), headers)).toBe(status);
    expect(bridge.receivers).toBe(0);
  });

  it("from a page that is allowed, or no page at all, is let in", async () => {
    const { bridge, stately } = await openBridge([chat()], ["http://localhost:3000"]);

    const page = await connect(stately, { headers: { origin: "http://localhost:3000" } });
    const program = await connect(stately);

    await expect.poll(() => [page, program].map(({ texts }) => texts.length)).toEqual([1, 1]);
    expect(bridge.receivers).toBe(2);
  });

  it("without an upgrade is told to upgrade", async () => {
    const { xstateInspect } = await openBridge([chat()]);

    const [response] = await once(request(`http://${xstateInspect}`).end(), "response");

    expect((response as { readonly statusCode: number }).statusCode).toBe(426);
  });

  it("as the seventeenth is turned away", async () => {
    const { stately } = await openBridge([chat()]);
    await Promise.all(Array.from({ length: 16 }, () => connect(stately)));

    expect(await refusedWith(stately)).toBe(503);
  });

  it("is refused an origin that is none when the bridge is made", () => {
    for (const origin of ["*", "null", "localhost:3000", "http://localhost:3000/"]) {
      expect(() => createReceiverBridge({ models: [], origins: [origin] })).toThrow(UsageError);
    }
  });
});

describe("what a receiver says", () => {
  it.each([
    ["an event for the machine", '{"type":"xstate.event","event":"{\\"name\\":\\"AUTH\\"}","service":"x"}'],
    ["no JSON", "}{"],
    ["null", "null"],
    ["a move of its own making", '{"type":"@xstate.snapshot","sessionId":"keyswitch:1"}'],
  ])("is not heard: %s", async (_, words) => {
    const model = chat();
    const { stately, xstateInspect } = await openBridge([model]);
    const one = await connect(stately);
    const other = await connect(`ws://${xstateInspect}`, { says: words });
    one.socket.send(words);
    one.socket.send(Buffer.from(asking));

    await call(model, { primary: 401 });
    await expect.poll(() => one.texts.length).toBe(3);

    expect(other.texts).toEqual([]);
    expect(model.snapshot().epoch).toBe(1);
  });

  it("ends it if it is long", async () => {
    const { bridge, stately } = await openBridge([chat()]);
    const { socket } = await connect(stately);

    socket.send("x".repeat(5_000));

    expect(await once(socket, "close")).toEqual([1009, expect.anything()]);
    await expect.poll(() => bridge.receivers).toBe(0);
  });
});

describe("a receiver that pings", () => {
  it("is answered", async () => {
    const { stately } = await openBridge([chat()]);
    const { socket } = await connect(stately);

    socket.ping("are you there");

    expect(String(await once(socket, "pong"))).toBe("are you there");
  });

  it("and reads nothing is not answered without bound", async () => {
    const { stately } = await openBridge([chat()]);
    const { socket } = await connect(stately);
    let pongs = 0;
    socket.on("pong", () => (pongs += 1));
    socket.pause();
    const [pings, words] = [200_000, "x".repeat(125)];

    for (let ping = 0; ping < pings; ping += 1) socket.ping(words);
    await expect.poll(() => socket.bufferedAmount, { timeout: 60_000 }).toBe(0);
    socket.resume();
    socket.send("done".padEnd(5_000));
    await once(socket, "close");

    expect(pongs).toBeGreaterThan(0);
    expect(pongs).toBeLessThan(pings);
  });
});

describe("a model that nobody looks at", () => {
  it("is not listened to, before and after", async () => {
    const model = chat();
    const heard: string[] = [];
    const spied = {
      ...model,
      on: (...[name, listener]: Parameters<Model["on"]>) => {
        heard.push(name);
        const stop = model.on(name, listener);
        return () => {
          heard.push(`no ${name}`);
          stop();
        };
      },
    } as Model;
    const { stately } = await openBridge([Object.defineProperties(spied, { actor: { get: () => model.actor } })]);

    await call(model, { primary: 401 });
    expect(heard).toEqual([]);

    const { socket, texts } = await connect(stately);
    await expect.poll(() => texts.length).toBe(1);
    expect(heard).toEqual(["change"]);

    socket.close();
    await expect.poll(() => heard).toEqual(["change", "no change"]);
  });
});

describe("a receiver that comes later", () => {
  it("is shown each machine as it stands, in either dialect", async () => {
    const model = chat();
    await call(model, { primary: 401 });
    const { stately, xstateInspect } = await openBridge([model]);

    const v5 = await connect(stately);
    const v4 = await connect(`ws://${xstateInspect}`, { says: asking });

    await expect.poll(() => v5.texts.length + v4.texts.length).toBe(2);
    expect(v5.messages()).toMatchObject([
      { type: "@xstate.actor", snapshot: { value: { s1: "serving" }, context: { home: "spare", epoch: 1 } } },
    ]);
    const [registered] = v4.messages();
    expect(JSON.parse(registered?.["state"] as string)).toMatchObject({ value: { s1: "serving" }, tags: ["serving"] });
  });
});

describe("a failback by the clock", () => {
  it("has XState's own name for a delayed transition, which the definition has too", async () => {
    const model = modelOf(["primary", "spare"], { failback: { timeout: "50ms", min_interval: "0s" } });
    onTestFinished(() => model.close());
    const { xstateInspect } = await openBridge([model]);
    const { of } = await connect(`ws://${xstateInspect}`, { says: asking });
    await expect.poll(() => of("service.register").length).toBe(1);

    await call(model, { primary: 401 });
    await expect.poll(() => of("service.event").length).toBe(2);

    const { name } = JSON.parse(of("service.event")[1]?.["event"] as string) as { readonly name: string };
    expect(name).toBe("xstate.after.failback.model.s1.serving");
    expect(of("service.register")[0]?.["machine"]).toContain(name);
    expect(JSON.parse(of("service.state")[1]?.["state"] as string)).toMatchObject({
      value: { s0: "probing" },
      context: { home: "spare", probing: "primary" },
    });
  });
});

describe("a changed configuration", () => {
  const configOf = (...ids: readonly string[]) => ({
    models: {
      chat: {
        api: "any" as const,
        credentials: ids.map((id) => ({ id, provider: "custom" as const, api_key: plantedKey })),
      },
    },
  });

  it("ends one machine and begins the next, at the latest with its first move", async () => {
    const keyswitch = createKeyswitch(configOf("a", "b"));
    onTestFinished(() => keyswitch.close());
    const { bridge, stately } = await openBridge(keyswitch);
    const { of, texts } = await connect(stately);
    await expect.poll(() => texts.length).toBe(1);

    keyswitch.reload(configOf("a", "b", "c"));
    bridge.follow();
    await expect.poll(() => of("@xstate.actor").length).toBe(2);
    keyswitch.reload(configOf("b", "c"));
    moveOften(keyswitch.model("chat"), 1);
    await expect.poll(() => of("@xstate.actor").length).toBe(3);

    const stopped = of("@xstate.snapshot").filter(
      ({ snapshot }) => (snapshot as { readonly status: string }).status === "stopped",
    );
    const sessions = of("@xstate.actor").map(({ sessionId }) => sessionId);
    expect(new Set(sessions).size).toBe(3);
    expect(stopped.map(({ sessionId }) => sessionId)).toEqual(sessions.slice(0, 2));
  });
});

describe("a receiver that reads nothing", () => {
  it("holds a bounded amount, costs the others nothing, is counted, and sees how all stand when it reads again", async () => {
    const model = chat();
    const { bridge, stately } = await openBridge([model]);
    const slow = await connect(stately);
    const quick = await connect(stately);
    await expect.poll(() => slow.texts.length + quick.texts.length).toBe(2);
    slow.socket.pause();

    let moves = 0;
    while (bridge.dropped < 100) {
      moveOften(model, 500);
      moves += 500;
      await expect.poll(() => quick.texts.length, { interval: 5 }).toBe(1 + 2 * moves);
      expect(moves).toBeLessThan(50_000);
    }
    expect(quick.of("@xstate.event")).toHaveLength(moves);

    slow.socket.resume();
    await expect.poll(() => epochs(slow).at(-1), { timeout: 30_000 }).toBe(moves);
    expect(slow.of("@xstate.actor")).toHaveLength(2);
    expect(slow.of("@xstate.event").length + bridge.dropped).toBe(moves);
  });
});

it("no planted key is in any frame of any kind", async () => {
  const model = chat();
  const { bridge, stately, xstateInspect } = await openBridge([model]);
  const v5 = await connect(stately);
  const v4 = await connect(`ws://${xstateInspect}`, { says: asking });
  await expect.poll(() => v5.texts.length + v4.texts.length).toBe(2);

  await call(model, { primary: 401 });
  await call(model, { primary: 429, spare: 500 }).catch(() => undefined);
  for (const type of ["DISABLE", "ENABLE"] as const) liveModelOf(model)?.present().engine.operate({ type, slot: 0 });
  moveOften(model, 1);
  await expect
    .poll(() => v5.of("@xstate.event").map(({ event }) => (event as { type: string }).type))
    .toContain("RESET");
  await bridge.close();
  await expect.poll(() => v4.of("service.stop").length).toBe(1);

  expect(v5.texts.length).toBeGreaterThan(8);
  expect([...v5.texts, ...v4.texts].join("\n")).not.toContain(plantedKey.slice(0, 10));
});
