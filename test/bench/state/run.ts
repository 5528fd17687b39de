/**
 * What a shared state costs a gateway while nothing moves: CPU time a request with `redis`, beside `memory`.
 *
 *     npm run bench:state
 *     npm run bench:state -- --rounds 30 --requests 3000
 *
 * CPU time is what the kernel counted for all threads of the gateway. Rounds are interleaved, and each is a ratio of its
 * own, so that whatever else the machine does falls on both. It needs Linux and redis-server.
 */
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { Agent, request } from "undici";
import type { StateConfigInput } from "../../../src/config/index.ts";
import { type GatewayProcess, startGateway } from "../../services/redis/gateway-process.ts";
import { startRedis } from "../../services/redis/redis-server.ts";

const { values: chosen } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    requests: { type: "string", default: "2000" },
    concurrency: { type: "string", default: "8" },
  },
});
const rounds = Number(chosen.rounds);
const requests = Number(chosen.requests);
const concurrency = Number(chosen.concurrency);

const answer = JSON.stringify({
  id: "x",
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: "hi" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
});
const question = JSON.stringify({ model: "chat", messages: [{ role: "user", content: "hello" }] });

const upstream = createServer((incoming, outgoing) => {
  incoming.resume();
  incoming.on("end", () => {
    outgoing.writeHead(200, { "content-type": "application/json", "content-length": answer.length });
    outgoing.end(answer);
  });
}).listen(0, "127.0.0.1");
await once(upstream, "listening");
const address = upstream.address();
const upstreamPort = typeof address === "object" && address !== null ? address.port : 0;
const agent = new Agent({ connections: concurrency });

function start(state: StateConfigInput): Promise<GatewayProcess> {
  const credentials = ["a", "b"].map((id) => ({
    id,
    provider: "custom",
    api_base: `http://127.0.0.1:${upstreamPort}/v1`,
    api_key: `sk-${id}`,
  }));
  return startGateway({ models: { chat: { model: "m", credentials } }, gateway: { port: 0 }, state });
}

/** In nanoseconds, of all threads. */
function cpuOf({ process: { pid } }: GatewayProcess): number {
  const times = readdirSync(`/proc/${pid}/task`).map((task) => {
    const [ran] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ");
    return Number(ran);
  });
  return times.reduce((sum, time) => sum + time, 0);
}

/** Microseconds of CPU that a request takes. */
async function cost(gateway: GatewayProcess): Promise<number> {
  let left = requests;
  const before = cpuOf(gateway);
  const caller = async (): Promise<void> => {
    while ((left -= 1) >= 0) {
      const { statusCode, body } = await request(`${gateway.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: question,
        dispatcher: agent,
      });
      await body.dump();
      if (statusCode !== 200) throw new Error(`The gateway answered ${statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  return (cpuOf(gateway) - before) / requests / 1000;
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

await using redis = await startRedis();
await using inMemory = await start({ kind: "memory" });
await using inRedis = await start({ kind: "redis", url: redis.url });
for (const gateway of [inMemory, inRedis, inMemory, inRedis, inMemory, inRedis]) await cost(gateway);

const memory: number[] = [];
const shared: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  // Which one comes first takes turns.
  if (round % 2 === 0) memory.push(await cost(inMemory));
  shared.push(await cost(inRedis));
  if (round % 2 === 1) memory.push(await cost(inMemory));
}
const ratios = shared.map((each, round) => each / (memory[round] ?? Number.NaN));
console.log(`${rounds} rounds of ${requests} requests, ${concurrency} at a time`);
console.log(`memory: ${median(memory).toFixed(1)} µs of CPU a request`);
console.log(`redis:  ${median(shared).toFixed(1)} µs of CPU a request`);
console.log(`ratio:  ${median(ratios).toFixed(3)} (median of the rounds; at most 1.030 is wanted)`);
upstream.close();
await agent.close();
