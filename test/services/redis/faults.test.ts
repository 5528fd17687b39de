import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createKeyswitch, type Keyswitch, type ModelSnapshot } from "../../../src/index.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";
import { startProxy, type TcpProxy } from "./tcp-proxy.ts";

/** Replicas, each with a network of its own to one Redis, and keys that die when a test says so. */
interface Fleet extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly proxies: readonly TcpProxy[];
  readonly dead: Set<string>;
  snapshots(): readonly ModelSnapshot[];
  /** Makes calls on one replica; resolves with the longest that one took. */
  call(replica: number, times: number): Promise<number>;
}

/** No call may take as long, whatever the store does: it would have waited. A busy machine's own delays are less. */
const longestCallMs = 250;

async function startFleet(): Promise<Fleet> {
  const redis = await startRedis();
  const proxies = await Promise.all([0, 1, 2].map(() => startProxy(redis.port)));
  const dead = new Set<string>();
  const replicas = proxies.map(({ port }): Keyswitch =>
    createKeyswitch({
      models: {
        chat: {
          api: "any",
          retry: { max_retries: 0 },
          credentials: ["a", "b", "c"].map((id) => ({ id, api_key: `sk-planted-${id}` })),
        },
      },
      state: { kind: "redis", url: `redis://127.0.0.1:${port}` },
    }),
  );
  const chat = (replica: number) => (replicas[replica] as Keyswitch).model("chat");
  const snapshots = (): ModelSnapshot[] => replicas.map((keyswitch) => keyswitch.model("chat").snapshot());
  await untilTrue(() => snapshots().every(({ fleet }) => fleet?.agrees === true), 5000);
  return {
    redis,
    proxies,
    dead,
    snapshots,
    call: async (replica, times) => {
      let longest = 0;
      for (let call = 0; call < times; call += 1) {
        const startedAt = performance.now();
        await chat(replica).call(({ credential: { id } }) => {
          if (dead.has(id)) throw Object.assign(new Error("Unauthorized"), { status: 401 });
          return id;
        });
        longest = Math.max(longest, performance.now() - startedAt);
        await wait(10);
      }
      return longest;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(replicas.map((keyswitch) => keyswitch.close()));
      await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()));
      await redis[Symbol.asyncDispose]();
    },
  };
}

/** Resolves with how long it took. */
async function untilTrue(isTrue: () => boolean, patienceMs: number): Promise<number> {
  const startedAt = performance.now();
  while (!isTrue()) {
    if (performance.now() - startedAt > patienceMs) return Infinity;
    await wait(5);
  }
  return performance.now() - startedAt;
}

function agree(snapshots: readonly ModelSnapshot[], active: string): boolean {
  return snapshots.every(
    (each) => each.active === active && each.epoch === snapshots[0]?.epoch && each.fleet?.agrees === true,
  );
}

interface Fault {
  readonly name: string;
  readonly begin: (fleet: Fleet) => Promise<unknown> | void;
  readonly end: (fleet: Fleet) => Promise<unknown> | void;
}

const each =
  (change: (proxy: TcpProxy) => void) =>
  ({ proxies }: Fleet) =>
    proxies.forEach(change);

const faults: readonly Fault[] = [
  { name: "is stopped", begin: ({ redis }) => redis.stop(), end: ({ redis }) => redis.start() },
  { name: "is paused", begin: ({ redis }) => redis.pause(), end: ({ redis }) => redis.resume() },
  {
    name: "is read-only",
    begin: ({ redis }) => redis.client.replicaof("127.0.0.1", 1),
    end: ({ redis }) => redis.client.replicaof("NO", "ONE"),
  },
  {
    name: "answers with errors",
    begin: ({ redis }) => redis.client.config("SET", "maxmemory", "1"),
    end: ({ redis }) => redis.client.config("SET", "maxmemory", "0"),
  },
  {
    name: "loses its connections in the middle of a script",
    begin: each((proxy) => (proxy.cutsAnswers = true)),
    end: each((proxy) => (proxy.cutsAnswers = false)),
  },
  {
    name: "is out of reach without a word",
    begin: each((proxy) => (proxy.isSilent = true)),
    end: each((proxy) => (proxy.isSilent = false)),
  },
];

describe("replicas whose Redis fails", { timeout: 60_000 }, () => {
  it.each(faults)(
    "serve every call without waiting, and agree within a second of its return, when it $name",
    async ({ begin, end }) => {
      await using fleet = await startFleet();
      await begin(fleet);
      await wait(300);
      fleet.dead.add("a");
      const alone = await Promise.all([fleet.call(0, 60), fleet.call(1, 5)]);
      fleet.dead.add("b");
      alone.push(await fleet.call(0, 60));

      await end(fleet);
      const agreedAfterMs = await untilTrue(() => agree(fleet.snapshots(), "c"), 5000);

      expect(fleet.snapshots().map(({ active }) => active)).toEqual(["c", "c", "c"]);
      expect(Math.max(...alone)).toBeLessThan(longestCallMs);
      expect(agreedAfterMs).toBeLessThan(1000);
      for (const { cooldowns } of fleet.snapshots()) expect(Object.keys(cooldowns)).toEqual(["a", "b"]);
    },
  );

  it("agree on what they know together when it comes back empty", async () => {
    await using fleet = await startFleet();
    fleet.dead.add("a");
    await fleet.call(0, 1);
    await untilTrue(() => agree(fleet.snapshots(), "b"), 2000);

    await fleet.redis.stop();
    await fleet.redis.start();
    const agreedAfterMs = await untilTrue(
      () => agree(fleet.snapshots(), "b") && fleet.snapshots().every(({ fleet: standing }) => standing?.revision === 1),
      5000,
    );

    expect(agreedAfterMs).toBeLessThan(1000);
  });

  it("move each other within a second, and wait no longer, when it takes 300 ms to answer", async () => {
    await using fleet = await startFleet();
    for (const proxy of fleet.proxies) proxy.delayMs = 150;
    fleet.dead.add("a");

    const longest = await fleet.call(0, 1);
    const agreedAfterMs = await untilTrue(() => agree(fleet.snapshots(), "b"), 5000);

    expect(longest).toBeLessThan(longestCallMs);
    expect(agreedAfterMs).toBeLessThan(1000);
  });

  it("put what they learned apart on top of each other when they were cut off from each other", async () => {
    await using fleet = await startFleet();
    const [cutOff] = fleet.proxies;
    if (cutOff !== undefined) cutOff.isSilent = true;
    await wait(1200);
    // Cut off, the first finds a dead, the others b; c is the only one that nobody has seen fail.
    fleet.dead.add("a");
    await fleet.call(0, 20);
    fleet.dead.add("b");
    await Promise.all([fleet.call(1, 20), fleet.call(2, 20)]);
    expect(fleet.snapshots().map(({ active }) => active)).toEqual(["b", "c", "c"]);

    if (cutOff !== undefined) cutOff.isSilent = false;
    const agreedAfterMs = await untilTrue(() => agree(fleet.snapshots(), "c"), 5000);

    expect(agreedAfterMs).toBeLessThan(1000);
    expect(fleet.snapshots().map(({ fleet: standing }) => standing?.connected)).toEqual([true, true, true]);
  });
});
