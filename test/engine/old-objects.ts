/**
 * Makes many calls, and prints how many bytes each has left among V8's old objects: what is there stays until the whole
 * heap is collected.
 *
 *     node --expose-gc old-objects.ts call|stream|fetch
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { getHeapSpaceStatistics } from "node:v8";
import { createModel } from "../../src/index.ts";

const server = createServer((incoming, outgoing) => {
  incoming.resume().once("end", () => {
    outgoing.setHeader("content-type", "application/json").end('{"id":"1","choices":[],"usage":{"prompt_tokens":1}}');
  });
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const apiBase = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;

const model = createModel({
  model: "any",
  credentials: [
    { id: "a", provider: "custom", api_base: apiBase, api_key: "sk-1" },
    { id: "b", provider: "custom", api_base: apiBase, api_key: "sk-2" },
  ],
});

async function* items(): AsyncGenerator<number> {
  yield 1;
  await setImmediate();
  yield 2;
}

const ways: Readonly<Record<string, () => Promise<unknown>>> = {
  call: () =>
    model.call(({ recordUsage }) => recordUsage({ inputTokens: 1, outputTokens: 2 }), {
      deadline: "10s",
      signal: new AbortController().signal,
    }),
  stream: async () => {
    for await (const item of model.stream(items)) if (item === 2) return;
  },
  fetch: async () => (await model.fetch(`${model.baseURL}/chat/completions`, { method: "POST", body: "{}" })).text(),
};

async function make(calls: number, one: () => Promise<unknown>): Promise<void> {
  for (let count = 0; count < calls; count += 1) {
    await one();
    if (count % 50 === 0) await setImmediate();
  }
}

const oldBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === "old_space")?.space_used_size ?? Number.NaN;

const way = ways[process.argv[2] ?? ""];
if (way === undefined || gc === undefined) throw new Error("Usage: node --expose-gc old-objects.ts call|stream|fetch");
const calls = 4_000;
await make(calls, way);
gc();
gc();
const before = oldBytes();
await make(calls, way);
gc({ type: "minor" });
gc({ type: "minor" });
console.log((oldBytes() - before) / calls);
await model.close();
server.close();
