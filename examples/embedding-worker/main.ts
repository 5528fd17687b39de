/**
 * A queue of documents that are to be embedded: one of them is refused by the provider, and for a while nobody serves.
 *
 *     node examples/embedding-worker/main.ts
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { createCircuitBreaker, createModel } from "keyswitch";
import { drain, type Job } from "./worker.ts";

// A scripted provider on loopback stands in for the real one: it is down at first, and refuses a text that says "unsafe".
let outages = 4;
const provider = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on("data", (piece: Buffer) => pieces.push(piece));
  request.on("end", () => {
    const { input } = JSON.parse(Buffer.concat(pieces).toString()) as { readonly input: readonly string[] };
    const isUnsafe = input.some((text) => text.includes("unsafe"));
    const [status, body] = isUnsafe
      ? [400, { error: { message: "The input was blocked", code: "content_filter" } }]
      : [200, { data: input.map((_, index) => ({ index, embedding: [index, 0, 0, 1] })), usage: { prompt_tokens: 1 } }];
    const isDown = (outages -= 1) >= 0;
    response.writeHead(isDown ? 503 : status, { "content-type": "application/json" });
    response.end(JSON.stringify(isDown ? { error: { message: "The server is overloaded" } } : body));
  });
});
await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
const apiBase = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`;

const model = createModel({
  kind: "embedding",
  model: "text-embedding-3-small",
  dimension: 4,
  credentials: ["team-a", "team-b"].map((id) => ({ id, provider: "openai", api_base: apiBase, api_key: `sk-${id}` })),
  retry: { max_retries: 0 },
  failback: { timeout: "100ms" },
});
const breaker = createCircuitBreaker({ failure_threshold: 2, reset_timeout: "300ms" });
let state = breaker.snapshot().state;
breaker.actor.subscribe(({ value }) => {
  if (value !== state) console.log(`breaker: ${value}`);
  state = value;
});

const queue: Job[] = Array.from({ length: 10 }, (_, index) => ({
  id: `document-${index}`,
  text: index === 6 ? "something unsafe" : `text ${index}`,
  attempts: 0,
}));
let stored = 0;
await drain(queue, {
  embed: (texts) => model.embed(texts),
  breaker,
  store: () => void (stored += 1),
  setAside: ({ id }, reason) => console.log(`set aside: ${id} (${reason})`),
  pause: async (durationMs) => {
    await setTimeout(durationMs);
  },
  batchSize: 4,
  mostAttempts: 5,
  defaultPauseMs: 50,
});
console.log(`stored: ${stored}`);

breaker.close();
await model.close();
provider.close();
