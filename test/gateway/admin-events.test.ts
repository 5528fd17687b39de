import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KeyswitchConfig } from "../../src/config/index.ts";
import { createEventLog } from "../../src/gateway/admin/event-log.ts";
import { createFakeProvider, type FakeProvider, failures } from "../../src/testing/fake-provider/index.ts";
import { type AdminServer, serveAdmin } from "./admin-server.ts";

let upstream: FakeProvider;
beforeAll(async () => {
  upstream = await createFakeProvider({ labels: { "sk-planted-a": "a", "sk-planted-b": "b" } });
});
afterAll(() => upstream.close());

const configOf = (names: readonly string[] = ["chat", "other"]): KeyswitchConfig => {
  const credentials = ["a", "b"].map((id) => ({
    id,
    provider: "openai",
    api_key: `sk-planted-${id}`,
    api_base: upstream.baseURL,
  }));
  return { models: Object.fromEntries(names.map((name) => [name, { model: "m", credentials }])) };
};

const call = (server: AdminServer, model = "chat") =>
  server.models
    .get(model)
    ?.face.fetch("/v1/chat/completions".replace(/^/, "https://x.invalid"), { method: "POST", body: '{"messages":[]}' });

interface Told {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Reads events as they come. */
async function* eventsOf(answer: Response): AsyncGenerator<Told | ": comment", void, undefined> {
  let rest = "";
  const text = answer.body?.pipeThrough(new TextDecoderStream());
  for await (const chunk of text ?? []) {
    const blocks = `${rest}${chunk}`.split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
      if (block.startsWith(":")) yield ": comment";
      else if (field("event") !== undefined) {
        yield { id: field("id"), event: field("event") ?? "", data: JSON.parse(field("data") ?? "null") };
      }
    }
  }
}

async function first(count: number, answer: Response): Promise<readonly (Told | ": comment")[]> {
  const told: (Told | ": comment")[] = [];
  for await (const each of eventsOf(answer)) if (told.push(each) === count) break;
  return told;
}

const open = (server: AdminServer, query = "", headers: Record<string, string> = {}) =>
  fetch(`${server.url}/admin/events${query}`, { headers });

describe("GET /admin/events", () => {
  it("tells of each move and each call as it happens, with its time and without a key", async () => {
    await using server = await serveAdmin(configOf());
    upstream.script("sk-planted-a", failures.openai.invalidKey);
    const answer = await open(server);

    await call(server);
    const told = await first(3, answer);

    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    expect(told).toMatchObject([
      { event: "change", data: { model: "chat", change: 1, told: { type: "AUTH", credential: "a" } } },
      { event: "failover", data: { model: "chat", from: "a", to: "b", cause: "auth" } },
      { event: "settled", data: { model: "chat", result: "served", credential: "b", failures: [{ class: "auth" }] } },
    ]);
    expect(told[0]).toMatchObject({ data: { at: expect.stringMatching(/^\d{4}-.*Z$/) } });
    expect(JSON.stringify(told)).not.toContain("planted");
  });

  it("tells of one model alone where one is named", async () => {
    await using server = await serveAdmin(configOf());
    const answer = await open(server, "?model=other");

    await call(server, "chat");
    await call(server, "other");

    expect(await first(1, answer)).toMatchObject([{ event: "settled", data: { model: "other" } }]);
  });

  it("goes on after the event that a reader has seen last", async () => {
    await using server = await serveAdmin(configOf());
    const answer = await open(server);
    for (let each = 0; each < 3; each += 1) await call(server);
    const [seen, ...missed] = await first(3, answer);

    const resumed = await first(2, await open(server, "", { "last-event-id": (seen as Told).id ?? "" }));

    expect(resumed).toEqual(missed);
  });

  it("tells a reader of another process's events all that it still knows", async () => {
    await using server = await serveAdmin(configOf());
    await call(server);

    const told = await first(1, await open(server, "", { "last-event-id": "0badcafe-77" }));

    expect(told).toMatchObject([{ event: "settled" }]);
  });

  it("sends a sign of life when nothing happens", async () => {
    await using server = await serveAdmin(configOf(), { heartbeatMs: 2 });

    expect(await first(2, await open(server))).toEqual([": comment", ": comment"]);
  });

  it("tells of a model that a reload brings, and no more of one that it took away", async () => {
    await using server = await serveAdmin(configOf(["chat", "old"]));
    const old = server.models.get("old")?.face;
    const answer = await open(server);

    server.reload(configOf(["chat", "new"]));
    await old?.close();
    await call(server, "new");
    await call(server, "chat");

    expect(await first(2, answer)).toMatchObject([{ data: { model: "new" } }, { data: { model: "chat" } }]);
  });

  it("ends when the gateway does", async () => {
    const server = await serveAdmin(configOf());
    const answer = await open(server);

    await server[Symbol.asyncDispose]();

    expect(await first(1, answer).catch(() => [])).toEqual([]);
  });

  it("counts what a slow reader missed instead of keeping it, and goes on", async () => {
    await using server = await serveAdmin(configOf());
    const socket = connect(server.port, "127.0.0.1");
    socket.write("GET /admin/events HTTP/1.0\r\nhost: localhost\r\n\r\n");
    await once(socket, "readable");
    const listeners = server.models.get("chat")?.present().engine.listeners;

    for (let each = 0; each < 60_000; each += 1) {
      listeners?.emit("settled", settledOf("chat", each));
      if (each % 1_000 === 0) await pause(0);
    }
    let text = "";
    socket.on("data", (chunk) => {
      text += String(chunk);
    });
    while (!text.includes("call-59999")) await once(socket, "data");
    socket.destroy();

    const dropped = [...text.matchAll(/event: dropped\ndata: \{"dropped":(\d+)\}/g)].map((each) => Number(each[1]));
    const arrived = [...text.matchAll(/event: settled/g)].length;
    expect(dropped.length).toBeGreaterThan(0);
    expect(arrived + dropped.reduce((sum, each) => sum + each, 0)).toBe(60_000);
  });
});

const settledOf = (model: string, index: number) => ({
  model,
  call: `call-${index}`,
  result: "served" as const,
  credential: "a",
  cutOff: undefined,
  attempts: 1,
  failures: [],
  usage: undefined,
  durationMs: 1,
});

describe("the log of events", () => {
  const probe = (credential: string) =>
    ({ model: "m", credential, phase: "due", cause: "timer", rule: undefined, call: undefined }) as const;

  it("keeps the latest events and lets the oldest go", () => {
    const log = createEventLog();
    for (let each = 0; each < 10_000; each += 1) log.append("settled", settledOf("m", each));

    const kept = log.after(0);

    expect([kept.length, kept.at(-1)?.number, log.latest]).toEqual([1_024, 10_000, 10_000]);
  });

  it("keeps moves however often machines change", () => {
    const log = createEventLog();
    const state = {
      at: 0,
      home: null,
      probe: null,
      epoch: 1,
      served: 0,
      servingSince: 0,
      ledByProbe: false,
      slots: {},
    };
    log.append("probe", probe("a"));
    for (let each = 1; each <= 10_000; each += 1) {
      log.append("change", { model: "m", change: each, told: null, rule: undefined, before: state, after: state });
    }

    expect(log.after(0).map(({ name }) => name)).toEqual(["probe", ...Array.from({ length: 512 }, () => "change")]);
  });

  it("keeps moves however many calls end, in the order in which all happened", () => {
    const log = createEventLog();
    log.append("probe", probe("a"));
    for (let each = 0; each < 10_000; each += 1) log.append("settled", settledOf("m", each));
    log.append("probe", probe("b"));

    const numbers = log.after(0).map(({ number }) => number);

    expect([numbers[0], numbers.at(-1)]).toEqual([1, 10_002]);
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
  });
});
