import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createKeyswitch, type Keyswitch, type ModelConfigInput } from "../../../src/index.ts";
import { redisState } from "../../../src/redis/index.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";

interface Fleet extends AsyncDisposable {
  readonly redis: RedisServer;
  /** Makes a call on one replica; resolves with the credential that served. */
  call(replica: number): Promise<string>;
  /** How often the first credential was tried since it died. */
  readonly probes: number;
  readonly active: readonly (string | undefined)[];
}

/**
 * Replicas whose first credential has just died, and has recovered unseen.
 *
 * @param answerMs - How long it takes to answer: long enough for another replica's probe to begin beside it, if it did.
 */
async function startAfterOutage(
  replicas: number,
  failback: ModelConfigInput["failback"],
  answerMs = 50,
): Promise<Fleet> {
  const redis = await startRedis();
  const credentials = ["a", "b"].map((id) => ({ id, api_key: `sk-planted-${id}` }));
  const models = { chat: { api: "any", retry: { max_retries: 0 }, credentials, failback } } as const;
  const all = Array.from({ length: replicas }, () =>
    createKeyswitch({ models, state: redisState({ url: redis.url }) }),
  );
  let isDead = true;
  let tried = 0;
  const chat = (replica: number) => (all[replica] as Keyswitch).model("chat");
  const call = (replica: number): Promise<string> =>
    chat(replica).call(async ({ credential: { id } }) => {
      if (id === "a") tried += 1;
      if (id === "a" && isDead) throw Object.assign(new Error("Unauthorized"), { status: 401 });
      if (id === "a") await wait(answerMs);
      return id;
    });
  const active = (): (string | undefined)[] => all.map((_, replica) => chat(replica).active());
  await until(() => all.every((_, replica) => chat(replica).snapshot().fleet?.agrees === true));
  await call(0);
  await until(() => active().every((id) => id === "b"));
  isDead = false;
  tried = 0;
  return {
    redis,
    call,
    get probes() {
      return tried;
    },
    get active() {
      return active();
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(all.map((keyswitch) => keyswitch.close()));
      await redis[Symbol.asyncDispose]();
    },
  };
}

async function until(isTrue: () => boolean, meanwhile: () => Promise<unknown> = () => wait(5)): Promise<void> {
  const startedAt = performance.now();
  while (!isTrue()) {
    if (performance.now() - startedAt > 15_000) throw new Error("It took more than 15 s");
    await meanwhile();
  }
}

describe("a fleet's probe", { timeout: 60_000 }, () => {
  it("is due when all replicas together have served as many calls as failback.requests says", async () => {
    await using fleet = await startAfterOutage(3, { timeout: "1h", min_interval: 0, requests: 30 });
    for (let round = 0; round < 9; round += 1) await Promise.all([fleet.call(0), fleet.call(1), fleet.call(2)]);
    expect(fleet.probes).toBe(0);

    let calls = 27;
    await until(
      () => fleet.probes > 0,
      async () => {
        await fleet.call(calls % 3);
        calls += 1;
        await wait(100);
      },
    );

    // The last ones to 30, and what a second's worth of calls adds before all have heard of it.
    expect(calls).toBeLessThanOrEqual(45);
    expect(fleet.probes).toBe(1);
    await until(() => fleet.active.every((id) => id === "a"));
  });

  it("goes to a replica that has calls, if one got it that has none", async () => {
    await using fleet = await startAfterOutage(4, { timeout: "600ms", growth: 1, min_interval: 0, requests: 0 });

    await until(
      () => fleet.active.every((id) => id === "a"),
      async () => {
        await fleet.call(3);
        await wait(20);
      },
    );

    expect(await fleet.call(0)).toBe("a");
  });

  it("is made by another replica when the one that held it is gone", async () => {
    await using fleet = await startAfterOutage(2, { timeout: "600ms", growth: 1, min_interval: 0, requests: 0 });
    await fleet.redis.client.set("{keyswitch}:v1:probe:chat", "a-replica-that-died", "PX", 2500);
    const goneAt = performance.now() + 2500;
    let firstProbeAt = 0;

    await until(
      () => fleet.active.every((id) => id === "a"),
      async () => {
        await Promise.all([fleet.call(0), fleet.call(1)]);
        if (fleet.probes > 0 && firstProbeAt === 0) firstProbeAt = performance.now();
        await wait(20);
      },
    );

    expect(firstProbeAt).toBeGreaterThan(goneAt - 100);
  });

  it("is made by no other replica when Redis goes while it is on, and by each that is alone for longer", async () => {
    const failback = { timeout: "600ms", growth: 1, min_interval: 0, requests: 0 };
    await using fleet = await startAfterOutage(2, failback, 500);
    const probing: Promise<string>[] = [];
    await until(
      () => fleet.probes === 1,
      async () => {
        probing.push(fleet.call(0));
        await wait(20);
      },
    );
    await fleet.redis.stop();

    const provedAt = performance.now() + 400;
    while (performance.now() < provedAt) {
      expect(await fleet.call(1)).toBe("b");
      await wait(20);
    }
    expect(fleet.probes).toBe(1);
    expect(await Promise.all(probing)).toContain("a");
    expect(fleet.active).toEqual(["a", "b"]);

    await until(
      () => fleet.active[1] === "a",
      async () => {
        void fleet.call(1);
        await wait(20);
      },
    );
  });
});
