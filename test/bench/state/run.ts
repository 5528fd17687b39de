/**
 * What a shared state costs a gateway while nothing moves: CPU time a request with `redis`, beside `memory`.
 *
 *     npm run bench:state
 *     npm run bench:state -- --pairs 5 --rounds 10 --requests 3000
 *
 * CPU time is what the kernel counted for all threads of a gateway. One process differs from the next of its kind by
 * several percent, as the engine happens to compile and to lay out its memory: so there are pairs of them, whose rounds are
 * interleaved, and how far two with `memory` are apart is told beside. It needs Linux and redis-server.
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
    pairs: { type: "string", default: "3" },
    rounds: { type: "string", default: "10" },
    requests: { type: "string", default: "2000" },
    concurrency: { type: "string", default: "8" },
  },
});
const pairs = Number(chosen.pairs);
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
  const config = { models: { chat: { model: "m", credentials } }, gateway: { port: 0 }, state };
  return startGateway(config, { isWatched: false });
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

/** Of as many processes, each with what its rounds cost. */
function several(
  state: StateConfigInput,
): Promise<readonly { readonly gateway: GatewayProcess; readonly costs: number[] }[]> {
  return Promise.all(Array.from({ length: pairs }, async () => ({ gateway: await start(state), costs: [] })));
}

await using redis = await startRedis();
const kinds = { memory: await several({ kind: "memory" }), redis: await several({ kind: "redis", url: redis.url }) };
const all = Array.from({ length: pairs }, (_, pair) => [kinds.memory[pair], kinds.redis[pair]]).flat();
try {
  for (let round = -2; round < rounds; round += 1) {
    for (const measured of round % 2 === 0 ? all : all.toReversed()) {
      if (measured === undefined) continue;
      const cpuMicroseconds = await cost(measured.gateway);
      // The first ones are for the compiler.
      if (round >= 0) measured.costs.push(cpuMicroseconds);
    }
  }
} finally {
  await Promise.all(all.map(async (measured) => measured?.gateway.leave()));
}

console.log(`${pairs} pairs of gateways, ${rounds} rounds of ${requests} requests, ${concurrency} at a time`);
for (const [kind, processes] of Object.entries(kinds)) {
  const each = processes.map(({ costs }) => median(costs));
  console.log(
    `${kind}: ${median(processes.flatMap(({ costs }) => costs)).toFixed(1)} µs of CPU a request ` +
      `(processes: ${each.map((cpu) => cpu.toFixed(1)).join(", ")})`,
  );
}
const costOf = (kind: keyof typeof kinds): number => median(kinds[kind].flatMap(({ costs }) => costs));
console.log(`redis / memory: ${(costOf("redis") / costOf("memory")).toFixed(3)}; at most 1.030 is wanted`);
upstream.close();
await agent.close();
