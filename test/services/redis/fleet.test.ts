import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { KeyswitchConfig } from "../../../src/index.ts";
import { type GatewayProcess, startGateway } from "./gateway-process.ts";
import { startRedis } from "./redis-server.ts";

/** How many outages; `OUTAGES` in the environment sets another number. */
const outages = Number(process.env["OUTAGES"] ?? 50);
const replicas = 8;
const failbackMs = 700;
/** How long a key that has recovered takes for its first answers: long enough for a second probe to be seen. */
const probedAnswerMs = 60;

interface Attempt {
  readonly key: string;
  readonly user: string;
  readonly startedAt: number;
  /** When its answer was sent; `Infinity`: it has not been. */
  answeredAt: number;
  /** Whether the key worked. */
  readonly isServed: boolean;
}

/** An upstream whose key `a` dies and recovers when it is told to. */
async function startUpstream() {
  const attempts: Attempt[] = [];
  const state = { isDead: false, answerMs: 0 };
  const answerOne = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const key = String(request.headers.authorization).slice("Bearer sk-planted-".length);
    const { user } = JSON.parse(await textOf(request)) as { user: string };
    const isServed = key !== "a" || !state.isDead;
    const attempt: Attempt = { key, user, startedAt: performance.now(), answeredAt: Infinity, isServed };
    attempts.push(attempt);
    if (key === "a" && isServed && state.answerMs > 0) await wait(state.answerMs);
    attempt.answeredAt = performance.now();
    response.writeHead(isServed ? 200 : 401, { "content-type": "application/json" });
    response.end(
      JSON.stringify(isServed ? answer : { error: { message: "Incorrect API key provided", code: "invalid_api_key" } }),
    );
  };
  const server = createServer((request, response) => void answerOne(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port");
  return Object.assign(state, {
    attempts,
    url: `http://127.0.0.1:${address.port}/v1`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  });
}

const answer = {
  id: "x",
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: "hi" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
};

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

function configOf(upstream: string, redis: string): KeyswitchConfig {
  return {
    models: {
      chat: {
        model: "m",
        retry: { max_retries: 0 },
        failback: { timeout: `${failbackMs}ms`, growth: 1, min_interval: 0, requests: 0 },
        credentials: ["a", "b"].map((id) => ({
          id,
          provider: "custom",
          api_base: upstream,
          api_key: `sk-planted-${id}`,
        })),
      },
    },
    gateway: { port: 0 },
    state: { kind: "redis", url: redis },
  };
}

/** Keeps one call in flight on each gateway until it is told to stop. */
function keepAsking(gateways: readonly GatewayProcess[]) {
  const over = new AbortController();
  const failed: number[] = [];
  const asked = gateways.map(() => 0);
  const callers = gateways.map(async (gateway, index) => {
    while (!over.signal.aborted) {
      const { status } = await gateway.ask(`replica-${index}`);
      if (status !== 200) failed.push(status);
      asked[index] = (asked[index] ?? 0) + 1;
      await wait(15);
    }
  });
  return {
    failed,
    /** Waits until the calls that are in flight have ended: they may be on a credential that their replica has left. */
    turn: async () => {
      const before = [...asked];
      await until(() => asked.every((count, index) => count > (before[index] ?? 0)), "all had asked once more");
    },
    stop: async () => {
      over.abort();
      await Promise.all(callers);
    },
  };
}

async function until(isTrue: () => boolean, what: string): Promise<void> {
  const startedAt = performance.now();
  while (!isTrue()) {
    if (performance.now() - startedAt > 20_000) throw new Error(`It took more than 20 s until ${what}`);
    await wait(2);
  }
}

const percentile = (values: readonly number[], part: number): number =>
  values.toSorted((one, other) => one - other)[Math.ceil(values.length * part) - 1] ?? Number.NaN;

describe(`${replicas} gateways behind one Redis`, { timeout: 120_000 + outages * 5_000 }, () => {
  it("move together when a key dies, and only one of them probes it when it may have recovered", async () => {
    await using redis = await startRedis();
    await using upstream = await startUpstream();
    const gateways = await Promise.all(
      Array.from({ length: replicas }, () => startGateway(configOf(upstream.url, redis.url))),
    );
    try {
      const traffic = keepAsking(gateways);
      const movedAfterMs: number[] = [];
      const probes: number[] = [];
      const mostFailed: number[] = [];

      for (let outage = 0; outage < outages; outage += 1) {
        const begun = upstream.attempts.length;
        const told = gateways.map(({ events }) => events.length);
        const moves = (name: string) =>
          gateways.map(({ events }, index) => events.slice(told[index]).find((event) => event.name === name));
        upstream.isDead = true;
        await until(() => moves("failover").every((move) => move !== undefined), "all had moved");
        await traffic.turn();
        upstream.answerMs = probedAnswerMs;
        upstream.isDead = false;
        const times = moves("failover").map((move) => move?.at ?? Number.NaN);
        const first = Math.min(...times);
        movedAfterMs.push(
          ...times
            .map((at) => at - first)
            .toSorted((one, other) => one - other)
            .slice(1),
        );
        const failed = upstream.attempts.slice(begun).filter(({ isServed }) => !isServed);
        mostFailed.push(...gateways.map((_, index) => failed.filter(({ user }) => user === `replica-${index}`).length));

        const settled = upstream.attempts.length;
        await until(() => moves("failback").every((move) => move !== undefined), "all were back");
        const back = upstream.attempts.slice(settled).filter(({ key }) => key === "a");
        const provedAt = back[0]?.answeredAt ?? 0;
        probes.push(back.filter(({ startedAt }) => startedAt <= provedAt).length);
        upstream.answerMs = 0;
        await wait(50);
      }
      await traffic.stop();

      console.log(
        `${outages} outages: the others had moved after ${percentile(movedAfterMs, 0.5)} ms (median), ` +
          `${percentile(movedAfterMs, 0.99)} ms (99 %), ${Math.max(...movedAfterMs)} ms (all)`,
      );
      expect(traffic.failed).toEqual([]);
      expect(Math.max(...mostFailed)).toBe(1);
      expect(probes).toEqual(Array.from({ length: outages }, () => 1));
      expect(percentile(movedAfterMs, 0.99)).toBeLessThanOrEqual(250);

      await untilCounted(redis.client, upstream.attempts.length);
      const usage = await redis.client.hgetall("{keyswitch}:v1:usage:chat");
      const served = upstream.attempts.filter(({ isServed }) => isServed).length;
      expect(Number(usage["a:served"]) + Number(usage["b:served"])).toBe(served);
      expect(Number(usage["a:failed:auth"])).toBe(upstream.attempts.length - served);
      expect(Number(usage["a:inputTokens"]) + Number(usage["b:inputTokens"])).toBe(3 * served);

      await untilAllHaveHeard(gateways);
      const [ready, report, metrics] = await Promise.all([
        gateways[0]?.get("/readyz"),
        gateways[0]?.get("/admin/models/chat"),
        gateways[0]?.text("/metrics"),
      ]);
      expect(metrics).toContain("keyswitch_state_connected 1");
      expect(ready).toMatchObject({ status: "ready", state: { kind: "redis", status: "ok", replicas, behind: 0 } });
      expect(report).toMatchObject({ active: "a", fleet: { connected: true, agrees: true } });
      expect(gateways.flatMap(({ log }) => log).join("\n")).not.toContain("planted");
      expect(JSON.stringify([usage, await redis.client.hgetall("{keyswitch}:v1:model:chat")])).not.toContain("planted");
    } finally {
      await Promise.all(gateways.map((gateway) => gateway.leave()));
    }
  });
});

/** Each of them says so a moment after it has. */
async function untilAllHaveHeard(gateways: readonly GatewayProcess[]): Promise<void> {
  for (let look = 0; look < 40; look += 1) {
    const told = await Promise.all(gateways.map((gateway) => gateway.get("/readyz")));
    if ((told as { state: { behind: number } }[]).every(({ state }) => state.behind === 0)) return;
    await wait(50);
  }
}

async function untilCounted(
  client: { hgetall(key: string): Promise<Record<string, string>> },
  attempts: number,
): Promise<void> {
  for (let look = 0; look < 40; look += 1) {
    const usage = await client.hgetall("{keyswitch}:v1:usage:chat");
    if (Number(usage["a:attempts"]) + Number(usage["b:attempts"]) === attempts) return;
    await wait(50);
  }
}
