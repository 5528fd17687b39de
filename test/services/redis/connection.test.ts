import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { createKeyswitch, type Keyswitch, type KeyswitchConfig } from "../../../src/index.ts";
import { redisState } from "../../../src/redis/index.ts";
import { modelOf } from "../../state/state-files.ts";
import { freePort, startRedis } from "./redis-server.ts";

function replicaOf(state: KeyswitchConfig["state"]): Keyswitch {
  const keyswitch = createKeyswitch({ models: { chat: modelOf("a", "b") }, state });
  onTestFinished(() => keyswitch.close());
  return keyswitch;
}

async function untilConnected(keyswitch: Keyswitch): Promise<boolean> {
  for (let look = 0; look < 200; look += 1) {
    if (keyswitch.model("chat").snapshot().fleet?.agrees === true) return true;
    await wait(25);
  }
  return false;
}

/** Has a replica find out that its first key is dead. */
function learn(keyswitch: Keyswitch): Promise<string> {
  return keyswitch.model("chat").call(({ credential: { id } }) => {
    if (id === "a") throw Object.assign(new Error("Unauthorized"), { status: 401 });
    return id;
  });
}

async function untilMoved(keyswitch: Keyswitch): Promise<string | undefined> {
  for (let look = 0; look < 100 && keyswitch.model("chat").active() !== "b"; look += 1) await wait(20);
  return keyswitch.model("chat").active();
}

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), "keyswitch-connection-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

describe("replicas", { timeout: 60_000 }, () => {
  it("come in as an ACL user that may do what docs/fleet.md says, with the password of a file", async () => {
    await using redis = await startRedis();
    const rules = "~{keyswitch}:v1:* &{keyswitch}:v1:* +@read +@write +@scripting +@pubsub +@connection +time +info";
    await redis.client.call("ACL", "SETUSER", "keyswitch", "on", ">planted-secret", ...rules.split(" "));
    const file = join(directory(), "password");
    writeFileSync(file, "planted-secret\n");
    const state = redisState({ url: redis.url, username: "keyswitch", password: { file } });
    const [one, other] = [replicaOf(state), replicaOf(state)];

    expect(await untilConnected(one)).toBe(true);
    await untilConnected(other);
    await learn(one);

    expect(await untilMoved(other)).toBe("b");
  });

  it("say why they are alone where the password is wrong, and do not show it", async () => {
    await using redis = await startRedis();
    await redis.client.config("SET", "requirepass", "right-secret");
    const warning = once(process, "warning") as Promise<[Error]>;
    const { port } = redis;
    const keyswitch = replicaOf(redisState({ url: `redis://:planted-secret@127.0.0.1:${port}` }));

    const [{ message }] = await warning;

    expect(message).toMatch(/^The state in Redis at redis:\/\/127\.0\.0\.1:\d+ is away \(.*(?:WRONGPASS|NOAUTH)/);
    expect(message).not.toContain("planted");
    expect(await learn(keyswitch)).toBe("b");
  });

  it("find the primary by its sentinels", async () => {
    await using redis = await startRedis();
    const port = await freePort();
    const config = join(directory(), "sentinel.conf");
    writeFileSync(config, `port ${port}\nbind 127.0.0.1\nsentinel monitor mymaster 127.0.0.1 ${redis.port} 1\n`);
    const sentinel = spawn("redis-server", [config, "--sentinel"], { stdio: "ignore" });
    onTestFinished(() => void sentinel.kill("SIGKILL"));
    const state = redisState({ url: "redis://mymaster", sentinel: { nodes: [`127.0.0.1:${port}`] } });
    const [one, other] = [replicaOf(state), replicaOf(state)];

    expect(await untilConnected(one)).toBe(true);
    await untilConnected(other);
    await learn(one);

    expect(await untilMoved(other)).toBe("b");
  });

  it("keep to their own namespace", async () => {
    await using redis = await startRedis();
    const one = replicaOf(redisState({ url: redis.url, namespace: "one" }));
    const other = replicaOf(redisState({ url: redis.url, namespace: "other" }));
    await Promise.all([untilConnected(one), untilConnected(other)]);

    await learn(one);
    await wait(1200);

    expect(other.model("chat").active()).toBe("a");
    const keys = await redis.client.keys("*");
    expect(keys.filter((key) => !/^\{(?:one|other)\}:v1:/.test(key))).toEqual([]);
    expect(await Promise.all(keys.map((key) => redis.client.ttl(key)))).not.toContain(-1);
  });
});
