import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createKeyswitch } from "../../../src/index.ts";
import { redisState } from "../../../src/redis/index.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";

async function writesOf({ client }: RedisServer): Promise<number> {
  const stats = await client.info("commandstats");
  return [...stats.matchAll(/cmdstat_(?:eval|evalsha):calls=(\d+)/g)].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  );
}

describe("a state in Redis that another release has written", { timeout: 30_000 }, () => {
  it("is left as it is, asked for now and then, and told of once", async () => {
    await using redis = await startRedis();
    const body = JSON.stringify({ revision: 7, written: "by another release" });
    await redis.client.hset("{keyswitch}:v1:model:chat", { stamp: "7-other-1", at: Date.now(), body, era: 0 });
    const warnings: string[] = [];
    const hear = ({ name, message }: Error): void => void (name === "KeyswitchStateWarning" && warnings.push(message));
    process.on("warning", hear);
    const credentials = ["a", "b"].map((id) => ({ id, api_key: `sk-planted-${id}` }));
    const keyswitch = createKeyswitch({
      models: {
        chat: { api: "any", retry: { max_retries: 0 }, credentials, failback: { timeout: "2s", min_interval: 0 } },
      },
      state: redisState({ url: redis.url }),
    });
    const chat = keyswitch.model("chat");
    while (chat.snapshot().fleet?.connected !== true) await wait(10);
    let isDead = true;
    const call = (): Promise<string> =>
      chat.call(({ credential: { id } }) => {
        if (id === "a" && isDead) throw Object.assign(new Error("Unauthorized"), { status: 401 });
        return id;
      });
    expect(await call()).toBe("b");
    isDead = false;
    await wait(200);

    const before = await writesOf(redis);
    await wait(1500);
    const asked = (await writesOf(redis)) - before;

    // Twice a second it says that it lives, and tries again.
    expect(asked).toBeLessThan(20);
    expect(await redis.client.hget("{keyswitch}:v1:model:chat", "body")).toBe(body);
    while ((await call()) !== "a") await wait(50);
    expect(warnings.filter((text) => text.includes("cannot read of the model chat"))).toHaveLength(1);
    await keyswitch.close();
    process.off("warning", hear);
  });
});
